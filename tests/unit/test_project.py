"""What the project promises about itself: its files, its lock, its sizes and its start."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docmill.settings import known_names, setting_groups

TARGETS = {
    "help", "setup", "demo", "up", "down", "test", "check", "lint", "lint-fix", "int-test", "bench", "docs", "image",
}  # fmt: skip
HEAVY = {
    "alembic",
    "duckdb",
    "jinja2",
    "numpy",
    "onnxruntime",
    "pdfplumber",
    "presidio_analyzer",
    "psycopg",
    "pypdfium2",
    "rapidocr",
    "spacy",
    "vl_convert",
}
LOCKS = ("requirements.lock", "deploy/all.lock", "deploy/core.lock")


def tracked(repository: Path) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if names.returncode:
        pytest.skip("not a git checkout")
    return [path for name in names.stdout.split("\0") if name and (path := repository / name).is_file()]


def sources(repository: Path) -> list[Path]:
    return sorted((repository / "src").rglob("*.py"))


def test_the_image_is_given_every_folder_that_the_wheel_takes_in(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    copied = re.findall(r"^COPY (\S+) /build/\1$", (repository / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert set(taken) <= set(copied)


def test_make_lists_every_target(repository: Path) -> None:
    done = subprocess.run(["make", "help"], cwd=repository, capture_output=True, text=True, check=True)
    assert {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")} >= TARGETS


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_host(repository: Path, name: str) -> None:
    lock = (repository / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    pins = re.findall(r"^([\w.\[\]-]+)==", lock, re.MULTILINE)
    assert len(pins) > 40
    assert "pymupdf" not in {pin.lower() for pin in pins}
    for entry in re.split(r"^(?=[\w.\[\]-]+==)", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry, entry.split()[0]


def requirements(repository: Path) -> Iterator[Requirement]:
    """Everything that the lock must hold: the dependencies, the extras in `all`, the groups."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    waiting = [*project["project"]["dependencies"], *extras["all"]]
    for group in project["dependency-groups"].values():
        waiting += group
    for text in waiting:
        requirement = Requirement(text)
        if requirement.name == "docmill":
            waiting += [inner for extra in sorted(requirement.extras) for inner in extras[extra]]
        else:
            yield requirement


def test_the_lock_fits_what_is_declared(repository: Path) -> None:
    lock = (repository / "requirements.lock").read_text(encoding="utf-8")
    pins = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!]+)", lock, re.MULTILINE)
    }
    declared = list(requirements(repository))
    assert len(declared) > 40
    for requirement in declared:
        version = pins.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in the lock: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{requirement} but {version}: run `make lock`"
        )


def test_no_file_names_a_place_of_somebodys_machine(repository: Path) -> None:
    for path in tracked(repository):
        if path.suffix in {".pdf", ".png"} or path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        assert not re.search(r"(?<![\w.])/(root|work|home/\w+)/\w", text), path
        assert not re.search(r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org)\b", text), path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_modules_and_functions_are_short(repository: Path) -> None:
    for path in sources(repository):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        # These two are lists, one entry a class or a setting.
        assert lines <= 450, f"{path}: {lines} lines"
        for function in functions(path):
            length = (function.end_lineno or 0) - function.lineno + 1
            assert length <= 60, f"{path}:{function.lineno} {function.name}: {length} lines"


def test_every_setting_is_read_by_code(repository: Path) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources(repository))
    for group in setting_groups().values():
        for attribute in group.model_fields:
            assert re.search(rf"\.{attribute}\b", code), f"nothing reads {group.__name__}.{attribute}"


def test_the_example_environment_names_only_settings(repository: Path) -> None:
    lines = (repository / ".env.example").read_text(encoding="utf-8").splitlines()
    names = {line.lstrip("# ").split("=")[0] for line in lines if re.match(r"#? ?[A-Z_]+=", line)}
    assert names
    assert names <= known_names()


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['docmill', '--help']\n"
        "from docmill.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    print('\\n', *sorted(name.split('.')[0] for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "pipelines" in done.stdout
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())
