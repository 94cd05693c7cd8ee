"""Every setting of docmill, one class per concern.

Values come from the environment, then from a file ``.env`` in the working directory. Names that the field
already uses are kept (``DATABASE_URL``, ``LOG_LEVEL``, ``MAX_JOB_ATTEMPTS``); all others begin with
``DOCMILL_``. A wrong value, or a name that begins with ``DOCMILL_`` and is not known, stops the start with
``invalid_configuration``. ``docs/reference/settings.md`` is generated from this page.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from docmill.errors import InvalidConfiguration

# Code may set a field by its name; the prefix, which no variable can have, keeps that name (HOME, for one) from being
# read from the environment.
_CONFIG = SettingsConfigDict(
    env_file=".env",
    env_file_encoding="utf-8",
    extra="ignore",
    env_ignore_empty=True,
    populate_by_name=True,
    env_prefix="field name: ",
)


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "docmill"


class InstallationSettings(BaseSettings):
    """Where docmill keeps its files."""

    model_config = _CONFIG

    home: Path = Field(
        default_factory=_default_home,
        validation_alias="DOCMILL_HOME",
        description="Folder of the embedded database, the blobs and the key; `docmill` in the XDG data folder.",
    )
    owner: str = Field(
        default="default",
        min_length=1,
        max_length=200,
        validation_alias="DOCMILL_OWNER",
        description="Whose documents and jobs the CLI submits and shows.",
    )


class DatabaseSettings(BaseSettings):
    """Which PostgreSQL server is used; without any of these, the embedded one."""

    model_config = _CONFIG

    url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL connection string of a server that you run (15 or newer).",
    )
    host: str | None = Field(
        default=None, validation_alias="DB_HOST", description="Host of your server, in place of DATABASE_URL."
    )
    port: int = Field(default=5432, ge=1, le=65535, validation_alias="DB_PORT", description="Port of your server.")
    database: str = Field(
        default="docmill",
        validation_alias=AliasChoices("DB_DATABASE", "DB_NAME"),
        description="Database on your server.",
    )
    username: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DB_USERNAME", "DB_USER"),
        description="User on your server.",
    )
    password: SecretStr | None = Field(
        default=None, validation_alias="DB_PASSWORD", description="Password on your server."
    )
    pool_size: int = Field(
        default=10,
        ge=2,
        le=200,
        validation_alias="DOCMILL_DATABASE_POOL_SIZE",
        description="Most connections a process keeps open.",
    )
    start_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_DATABASE_START_TIMEOUT_SECONDS",
        description="How long the embedded server may take to start, crash recovery included.",
    )
    postgres_binaries: Path | None = Field(
        default=None,
        validation_alias="DOCMILL_POSTGRES_BINARIES",
        description="Folder of initdb, pg_ctl and postgres; by default those of the installed package.",
    )


class EngineSettings(BaseSettings):
    """How jobs run."""

    model_config = _CONFIG

    max_attempts: int = Field(
        default=3,
        ge=1,
        le=100,
        validation_alias=AliasChoices("MAX_JOB_ATTEMPTS", "RETRY_MAX_ATTEMPTS"),
        description="Starts of a chunk after which it fails for good.",
    )
    job_timeout_seconds: float = Field(
        default=600.0,
        gt=0,
        validation_alias=AliasChoices("JOB_TIMEOUT_SECONDS", "JOB_TIMEOUT"),
        description="Longest run of a job, counted from its first start.",
    )
    retry_initial_delay: float = Field(
        default=0.5,
        ge=0,
        validation_alias="RETRY_INITIAL_DELAY",
        description="Seconds before the second attempt.",
    )
    retry_factor: float = Field(
        default=2.0,
        ge=1,
        validation_alias="RETRY_FACTOR",
        description="Growth of the delay with each attempt.",
    )
    retry_max_delay: float = Field(
        default=10.0, ge=0, validation_alias="RETRY_MAX_DELAY", description="Longest delay in seconds."
    )
    poll_interval_seconds: float = Field(
        default=1.0,
        gt=0,
        le=60,
        validation_alias=AliasChoices("JOB_POLL_INTERVAL_SECONDS", "WORKER_POLL_INTERVAL"),
        description="How often an idle worker looks for work, should a wake-up be lost.",
    )
    lease_seconds: float = Field(
        default=10.0,
        ge=0.5,
        validation_alias="DOCMILL_LEASE_SECONDS",
        description="How long a worker's lease lasts without a heartbeat.",
    )
    heartbeat_seconds: float = Field(
        default=2.5,
        gt=0,
        validation_alias="DOCMILL_HEARTBEAT_SECONDS",
        description="How often a worker renews its lease.",
    )
    concurrency: int = Field(
        default=10,
        ge=1,
        le=1000,
        validation_alias="DOCMILL_CONCURRENCY",
        description="Chunks of waiting steps that a worker runs at once.",
    )
    cpu_processes: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        ge=1,
        le=256,
        validation_alias="DOCMILL_CPU_PROCESSES",
        description="Child processes that run CPU steps; by default one per core.",
    )
    shutdown_grace_seconds: float = Field(
        default=10.0,
        ge=0,
        validation_alias="DOCMILL_SHUTDOWN_GRACE_SECONDS",
        description="How long a worker that is told to stop lets its chunks end.",
    )
    queue_timeout_seconds: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_QUEUE_TIMEOUT_SECONDS",
        description="Longest time that a new job waits for its first start; 0 for no limit.",
    )
    owner_concurrency: int = Field(
        default=0,
        ge=0,
        validation_alias="DOCMILL_OWNER_CONCURRENCY",
        description="Most chunks of one owner that run at once in the whole fleet; 0 for no limit.",
    )
    retention_days: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_RETENTION_DAYS",
        description="Days after which jobs that have ended are removed with their history; 0 keeps them.",
    )
    step_timeout_seconds: float = Field(
        default=300.0,
        gt=0,
        validation_alias="DOCMILL_STEP_TIMEOUT_SECONDS",
        description="Longest run of one attempt of one chunk.",
    )
    transaction_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="TRANSACTION_TIMEOUT",
        description="Longest time of the transaction that publishes a result and completes its job.",
    )
    pipelines: str = Field(
        default="",
        validation_alias="DOCMILL_PIPELINES",
        description="Your own pipelines as `module:attribute`, separated by commas.",
    )
    step_memory_mb: int = Field(
        default=4096,
        ge=128,
        validation_alias="DOCMILL_STEP_MEMORY_MB",
        description="Address space of a child process that runs CPU steps.",
    )


class DocumentSettings(BaseSettings):
    """How documents are accepted and read."""

    model_config = _CONFIG

    max_size_kb: int = Field(
        default=102_400,
        ge=1,
        validation_alias=AliasChoices("UPLOADED_DOCUMENTS_MAX_SIZE_KB"),
        description="Largest file that is accepted, in units of 1,024 bytes.",
    )
    max_pages: int = Field(
        default=5000,
        ge=1,
        validation_alias=AliasChoices("DOCMILL_MAX_PAGES", "PDF_MAX_PAGES"),
        description="Most pages of a document.",
    )
    pdf_engine: Literal["pdfium", "pdfplumber", "pymupdf"] = Field(
        default="pdfium",
        validation_alias="PDF_ENGINE",
        description="Which library supplies the words of a page.",
    )
    pdf_password: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_PDF_PASSWORD",
        description="Password for encrypted documents; never stored.",
    )
    ocr: Literal["auto", "always", "never"] = Field(
        default="auto",
        validation_alias="DOCMILL_OCR",
        description="When pages are read by character recognition.",
    )
    ocr_engine: Literal["rapidocr", "tesseract"] = Field(
        default="rapidocr",
        validation_alias="DOCMILL_OCR_ENGINE",
        description="Which character recognition is used.",
    )
    ocr_max_pages: int = Field(
        default=200,
        ge=0,
        validation_alias="DOCMILL_OCR_MAX_PAGES",
        description="Most pages of a document that are read by OCR.",
    )
    page_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        validation_alias="DOCMILL_PAGE_TIMEOUT_SECONDS",
        description="Longest time to read a page's text.",
    )
    ocr_page_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_OCR_PAGE_TIMEOUT_SECONDS",
        description="Longest time to read a page by OCR.",
    )
    text_memory_mb: int = Field(
        default=384,
        ge=128,
        validation_alias="DOCMILL_TEXT_MEMORY_MB",
        description="Address space of a child that reads text.",
    )
    ocr_memory_mb: int = Field(
        default=3072,
        ge=512,
        validation_alias="DOCMILL_OCR_MEMORY_MB",
        description="Address space of a child that runs OCR.",
    )


class PrivacySettings(BaseSettings):
    """How personal data is found, replaced and kept."""

    model_config = _CONFIG

    policy: Literal["default", "safe_harbor", "strict"] = Field(
        default="default",
        validation_alias="DOCMILL_PRIVACY_POLICY",
        description="Which findings are replaced, and what happens with the unexplained.",
    )
    dates: Literal["keep", "shift", "mask"] = Field(
        default="keep",
        validation_alias="DOCMILL_PRIVACY_DATES",
        description="What happens to dates that are not birth dates.",
    )
    model: Literal["auto", "rampart", "spacy", "none"] = Field(
        default="auto",
        validation_alias="DOCMILL_PRIVACY_MODEL",
        description="Which model reads prose; `auto` takes what the extra `ner` installed.",
    )
    dictionary_file: Path | None = Field(
        default=None,
        validation_alias="DOCMILL_PRIVACY_DICTIONARY_FILE",
        description="Your own sensitive words, one a line.",
    )
    replacement_template: str = Field(
        default="[{entity_type}_{counter}]",
        validation_alias="ANONYMIZATION_REPLACEMENT_TEMPLATE",
        description="How a placeholder is written.",
    )
    key_file: Path | None = Field(
        default=None,
        validation_alias="DOCMILL_KEY_FILE",
        description="File with the installation's key; by default `key` in DOCMILL_HOME, made at first use.",
    )
    key: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_KEY",
        description="The installation's key itself (base64 of 32 bytes), in place of a file.",
    )
    phi_users: str = Field(
        default="",
        validation_alias="DOCMILL_PHI_USERS",
        description="Accounts of the operating system with the role `phi`, by comma; without it, the key file's owner.",
    )


class LanguageModelSettings(BaseSettings):
    """Which language model improves results, and within which limits; without one, rules do all the work."""

    model_config = _CONFIG

    use: Literal["auto", "never"] = Field(
        default="auto",
        validation_alias="DOCMILL_LLM",
        description="`auto` uses a model where a key or LLM_BASE_URL is given; `never` sends nothing.",
    )
    api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "OPENROUTER_API_KEY"),
        description="Key of the endpoint; local servers need none.",
    )
    base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LLM_BASE_URL", "OPENAI_BASE_URL"),
        description="Address of an OpenAI-compatible endpoint; with a key alone, OpenAI's.",
    )
    model: str = Field(
        default="gpt-4o-mini",
        min_length=1,
        validation_alias=AliasChoices("OPENAI_MODEL", "LLM_MODEL"),
        description="Name of the model.",
    )
    attempt_seconds: float = Field(
        default=30.0,
        gt=0,
        validation_alias="OPENAI_TIMEOUT_SECONDS",
        description="Longest wait for one answer, until its last byte.",
    )
    deadline_seconds: float = Field(
        default=90.0,
        gt=0,
        validation_alias="DOCMILL_LLM_DEADLINE_SECONDS",
        description="Longest time of a question: waits, retries and repair included.",
    )
    attempts: int = Field(
        default=2,
        ge=1,
        le=20,
        validation_alias="LLM_RETRY_ATTEMPTS",
        description="Requests of a question that may fail, the first included.",
    )
    max_tokens: int = Field(
        default=4096,
        ge=16,
        validation_alias="DOCMILL_LLM_MAX_TOKENS",
        description="Most tokens of an answer; doubled after an answer that was cut.",
    )
    requests_per_minute: int = Field(
        default=60,
        ge=0,
        validation_alias="OPENAI_RATE_LIMIT_PER_MINUTE",
        description="Most requests of all workers together in a minute; 0 for no limit.",
    )
    tokens_per_minute: int = Field(
        default=0,
        ge=0,
        validation_alias="DOCMILL_LLM_TOKENS_PER_MINUTE",
        description="Most tokens of all workers together in a minute; 0 for no limit.",
    )
    circuit_threshold: int = Field(
        default=5,
        ge=1,
        le=1000,
        validation_alias="LLM_CIRCUIT_THRESHOLD",
        description="Failures of the provider within the window that open its circuit breaker.",
    )
    circuit_window_seconds: float = Field(
        default=300.0,
        gt=0,
        validation_alias="LLM_CIRCUIT_WINDOW",
        description="Length of the breaker's sliding window in seconds.",
    )
    circuit_cooldown_seconds: float = Field(
        default=600.0,
        gt=0,
        validation_alias="LLM_CIRCUIT_COOLDOWN",
        description="Seconds that an open breaker lets nothing through.",
    )
    job_tokens: int = Field(
        default=1_000_000,
        ge=0,
        validation_alias="DOCMILL_LLM_JOB_TOKENS",
        description="Most tokens of one job; 0 for no limit.",
    )
    job_cost_usd: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_JOB_COST_USD",
        description="Most US dollars of one job, by the prices below; 0 for no limit.",
    )
    prompt_price: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_PROMPT_PRICE",
        description="US dollars for a million tokens that the model reads.",
    )
    completion_price: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_COMPLETION_PRICE",
        description="US dollars for a million tokens that the model writes.",
    )
    kept_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        validation_alias="DOCMILL_LLM_KEPT_DAYS",
        description="How long a paid answer is kept; the same question costs nothing until then.",
    )
    markers: Literal["leftover", "cross_check", "never"] = Field(
        default="leftover",
        validation_alias="DOCMILL_LLM_MARKERS",
        description="Lines of a lab report that a model reads: those the rules left over, all, or none.",
    )

    @property
    def endpoint(self) -> str | None:
        """Base URL of the endpoint, or None where no model is to be used."""
        if self.use == "never" or (self.api_key is None and self.base_url is None):
            return None
        return self.base_url or "https://api.openai.com/v1"


class GoogleSheetsSettings(BaseSettings):
    """How sentences are exported to Google Sheets."""

    model_config = _CONFIG

    token: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_GOOGLE_TOKEN",
        description="OAuth access token with the scope `spreadsheets`; never stored.",
    )
    url: str = Field(
        default="https://sheets.googleapis.com",
        validation_alias="DOCMILL_GOOGLE_SHEETS_URL",
        description="Address of the Sheets API.",
    )
    deadline_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_GOOGLE_SHEETS_DEADLINE_SECONDS",
        description="Longest time of one request.",
    )


class BookSettings(BaseSettings):
    """Which APIs the books pipeline asks, and within which limits."""

    model_config = _CONFIG

    google_url: str = Field(
        default="https://www.googleapis.com/books/v1",
        validation_alias="GOOGLE_BOOKS_BASE_URL",
        description="Address of the Google Books API.",
    )
    open_library_url: str = Field(
        default="https://openlibrary.org",
        validation_alias="OPEN_LIBRARY_BASE_URL",
        description="Address of Open Library.",
    )
    google_key: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_GOOGLE_BOOKS_KEY",
        description="API key for Google Books, which grants more requests; none is needed.",
    )
    contact: str | None = Field(
        default=None,
        validation_alias="DOCMILL_BOOKS_CONTACT",
        description="Address or page that the User-Agent names; Open Library grants more to callers it can reach.",
    )
    timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        validation_alias="API_TIMEOUT",
        description="Longest wait for one answer of a book API, until its last byte.",
    )
    google_per_minute: int = Field(
        default=100,
        ge=0,
        validation_alias="DOCMILL_GOOGLE_BOOKS_PER_MINUTE",
        description="Most requests of all workers together to Google Books in a minute; 0 for no limit.",
    )
    open_library_per_minute: int = Field(
        default=60,
        ge=0,
        validation_alias="DOCMILL_OPEN_LIBRARY_PER_MINUTE",
        description="Most requests of all workers together to Open Library in a minute; 0 for no limit.",
    )
    circuit_cooldown_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_BOOKS_CIRCUIT_COOLDOWN",
        description="Seconds that a book API is left alone after 5 failures within 300 seconds.",
    )
    cache_hours: float = Field(
        default=24.0,
        ge=0,
        validation_alias="DOCMILL_BOOKS_CACHE_HOURS",
        description="Hours that an answer is used without asking again; after that it is revalidated.",
    )
    csv_file: Path | None = Field(
        default=None,
        validation_alias="CSV_FILE_PATH",
        description="The list that `docmill run books` and `docmill submit books` read when no file is named.",
    )
    batch_size: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        validation_alias="BATCH_SIZE",
        description="Rows of a list that are submitted in one transaction.",
    )


class TableSettings(BaseSettings):
    """How tables are read and profiled, and within which limits."""

    model_config = _CONFIG

    max_rows: int = Field(
        default=20_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_ROWS",
        description="Most rows of a table.",
    )
    max_columns: int = Field(
        default=1000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_COLUMNS",
        description="Most columns of a table.",
    )
    max_cells: int = Field(
        default=500_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_CELLS",
        description="Most cells of a table.",
    )
    max_unpacked_mb: int = Field(
        default=1024,
        ge=1,
        validation_alias="DOCMILL_TABLE_MAX_UNPACKED_MB",
        description="Largest size of an XLSX file when it is unpacked.",
    )
    memory_mb: int = Field(
        default=512,
        ge=128,
        validation_alias="DOCMILL_TABLE_MEMORY_MB",
        description="Memory for the rows of a table; what does not fit goes to a file.",
    )
    threads: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        ge=1,
        le=256,
        validation_alias="DOCMILL_TABLE_THREADS",
        description="Threads that compute on one table; by default one per core.",
    )
    exact_rows: int = Field(
        default=1_000_000,
        ge=1,
        validation_alias="DOCMILL_TABLE_EXACT_ROWS",
        description="Rows up to which distinct values and quantiles are exact; beyond, they are estimated.",
    )
    top_values: int = Field(
        default=8,
        ge=1,
        le=100,
        validation_alias="TOP_CATEGORY_COUNT",
        description="Most frequent values of a column that are counted.",
    )
    pdf_min_rows: int = Field(
        default=5,
        ge=2,
        validation_alias="PDF_TABLE_MIN_ROWS",
        description="Fewest rows of a table in a PDF, its header included.",
    )
    pdf_min_columns: int = Field(
        default=2,
        ge=2,
        validation_alias="PDF_TABLE_MIN_COLS",
        description="Fewest columns of a table in a PDF.",
    )


class LoggingSettings(BaseSettings):
    """What is logged, and how."""

    model_config = _CONFIG

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = Field(
        default="INFO",
        validation_alias="LOG_LEVEL",
        description="Least level that is logged; where it is not set, commands other than a worker log from WARNING.",
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto",
        validation_alias="DOCMILL_LOG_FORMAT",
        description="`auto` is text on a terminal and JSON elsewhere.",
    )


class Settings(BaseModel):
    """All settings, checked together."""

    installation: InstallationSettings
    database: DatabaseSettings
    engine: EngineSettings
    documents: DocumentSettings
    privacy: PrivacySettings
    llm: LanguageModelSettings
    sheets: GoogleSheetsSettings
    books: BookSettings
    tables: TableSettings
    logging: LoggingSettings


def environment_names(field: FieldInfo) -> tuple[str, ...]:
    """Return the environment variables that a setting answers to, its own name first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (str(alias),)


def setting_groups() -> dict[str, type[BaseSettings]]:
    """Return the classes of settings by the name of their part of ``Settings``."""
    groups = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: group for name, group in groups.items() if isinstance(group, type) and issubclass(group, BaseSettings)
    }


def known_names() -> set[str]:
    """Return every environment variable that docmill reads as a setting."""
    return {
        name
        for group in setting_groups().values()
        for field in group.model_fields.values()
        for name in environment_names(field)
    }


def dotenv_values(path: Path) -> dict[str, str]:
    """Return the names and values of a ``.env`` file; nothing if there is none."""
    from dotenv import dotenv_values as read

    return {name: value or "" for name, value in read(path).items()} if path.is_file() else {}


def load_settings() -> Settings:
    """Read all settings from the environment and ``.env``.

    Raises:
        InvalidConfiguration: A value is wrong, or a name that begins with ``DOCMILL_`` is not known.
    """
    unknown = sorted(
        name
        for name in {*os.environ, *dotenv_values(Path(".env"))}
        if name.startswith("DOCMILL_") and name not in known_names()
    )
    if unknown:
        raise InvalidConfiguration(f"Unknown setting {', '.join(unknown)}; docs/reference/settings.md lists all names.")
    values: dict[str, Any] = {}
    for name, group in setting_groups().items():
        try:
            values[name] = group()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            # The value itself may be a secret, so only its name and the rule are told.
            raise InvalidConfiguration(f"Setting {where}: {first['msg']}.") from None
    settings = Settings(**values)
    if settings.engine.heartbeat_seconds * 2 > settings.engine.lease_seconds:
        raise InvalidConfiguration("DOCMILL_LEASE_SECONDS must be at least twice DOCMILL_HEARTBEAT_SECONDS.")
    return settings
