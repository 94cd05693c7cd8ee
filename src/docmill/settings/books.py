"""Settings of the books pipeline: which APIs are asked, and within which limits."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG, UserPath


class BookSettings(BaseSettings):
    """Which APIs the books pipeline asks, and within which limits."""

    model_config = CONFIG

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
    csv_file: UserPath | None = Field(
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
