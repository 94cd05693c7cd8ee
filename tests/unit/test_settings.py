"""Settings come from the names that are documented, and wrong ones stop the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from docmill.errors import InvalidConfiguration
from docmill.settings import environment_names, known_names, load_settings, setting_groups


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for name in known_names():
        monkeypatch.delenv(name, raising=False)


def fields() -> list[tuple[str, str, str]]:
    return [
        (group, attribute, name)
        for group, settings in setting_groups().items()
        for attribute, field in settings.model_fields.items()
        for name in environment_names(field)
    ]


def test_every_setting_has_a_default_a_description_and_a_name_of_its_own() -> None:
    load_settings()
    for settings in setting_groups().values():
        assert all(field.description for field in settings.model_fields.values())
    names = [name for _, _, name in fields()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("group", "attribute", "name"), fields(), ids=lambda value: str(value))
def test_no_setting_is_read_from_the_name_of_its_field(
    monkeypatch: pytest.MonkeyPatch, group: str, attribute: str, name: str
) -> None:
    before = getattr(getattr(load_settings(), group), attribute)
    monkeypatch.setenv(attribute.upper(), "/canary" if attribute.upper() not in known_names() else "")
    assert getattr(getattr(load_settings(), group), attribute) == before


@pytest.mark.parametrize(
    ("name", "value", "group", "attribute", "expected"),
    [
        ("MAX_JOB_ATTEMPTS", "7", "engine", "max_attempts", 7),
        ("RETRY_MAX_ATTEMPTS", "8", "engine", "max_attempts", 8),
        ("JOB_TIMEOUT_SECONDS", "30", "engine", "job_timeout_seconds", 30.0),
        ("PDF_ENGINE", "pdfplumber", "documents", "pdf_engine", "pdfplumber"),
        ("UPLOADED_DOCUMENTS_MAX_SIZE_KB", "10240", "documents", "max_size_kb", 10240),
        ("DB_NAME", "clinic", "database", "database", "clinic"),
        ("LOG_LEVEL", "DEBUG", "logging", "level", "DEBUG"),
        ("LOG_LEVEL", "debug", "logging", "level", "DEBUG"),
        ("DOCMILL_HOME", "/srv/docmill", "installation", "home", Path("/srv/docmill")),
        ("DOCMILL_HOME", "~/mill", "installation", "home", Path("~/mill").expanduser()),
        ("DOCMILL_KEY_FILE", "~/key", "privacy", "key_file", Path("~/key").expanduser()),
        ("CSV_FILE_PATH", "~/books.csv", "books", "csv_file", Path("~/books.csv").expanduser()),
    ],
)
def test_values_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, group: str, attribute: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(getattr(load_settings(), group), attribute) == expected


def test_values_come_from_a_dotenv_file_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MAX_JOB_ATTEMPTS=4\nexport LOG_LEVEL=ERROR\n")
    monkeypatch.setenv("MAX_JOB_ATTEMPTS", "5")
    settings = load_settings()
    assert (settings.engine.max_attempts, settings.logging.level) == (5, "ERROR")


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_JOB_ATTEMPTS", "none"), ("MAX_JOB_ATTEMPTS", "0"), ("LOG_LEVEL", "LOUD"), ("DB_PORT", "70000")],
)
def test_a_wrong_value_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidConfiguration, match=name):
        load_settings()


def test_the_home_stays_the_same_wherever_docmill_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCMILL_HOME", "mill")
    assert load_settings().installation.home == tmp_path / "mill"


@pytest.mark.parametrize("name", ["two\nlines", "no letter \udcff", "~nobody-of-this-name/mill"])
def test_a_home_that_postgresql_cannot_be_given_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DOCMILL_HOME", name)
    with pytest.raises(InvalidConfiguration, match=r"Setting DOCMILL_HOME: (the folder|Could not)"):
        load_settings()


def test_an_unknown_name_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCMILL_HOEM", "/srv")
    with pytest.raises(InvalidConfiguration, match=r"DOCMILL_HOEM \(do you mean DOCMILL_HOME\?\)"):
        load_settings()
    monkeypatch.delenv("DOCMILL_HOEM")
    (tmp_path / ".env").write_text("DOCMILL_TYPO=1\n")
    with pytest.raises(InvalidConfiguration, match="DOCMILL_TYPO"):
        load_settings()


def test_a_heartbeat_must_fit_into_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCMILL_LEASE_SECONDS", "1")
    with pytest.raises(InvalidConfiguration, match="DOCMILL_LEASE_SECONDS"):
        load_settings()


def test_a_secret_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:canary@host/db")
    monkeypatch.setenv("DB_PORT", "x")
    with pytest.raises(InvalidConfiguration) as raised:
        load_settings()
    assert "canary" not in str(raised.value)
    monkeypatch.delenv("DB_PORT")
    assert "canary" not in repr(load_settings())
