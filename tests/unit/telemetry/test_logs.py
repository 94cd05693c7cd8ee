"""No document text, original or secret gets into the log."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import LoggingSettings
from docmill.telemetry.logs import SAFE_FIELDS, configure_logging

CANARY = "canary Jane Q. Public 987-65-4325"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


def settings(**values: str) -> LoggingSettings:
    return LoggingSettings(**{"level": "DEBUG", "format": "json", **values})


def test_fields_that_are_not_known_are_dropped_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings())
    structlog.get_logger().error("step raised", chunk_id=7, text=CANARY, original=CANARY, exc=ValueError(CANARY))
    output, errors = capsys.readouterr()
    assert output == ""
    line = json.loads(errors)
    assert (line["event"], line["level"], line["chunk_id"], line["dropped_fields"]) == ("step raised", "error", 7, 3)
    assert CANARY not in errors


def test_an_exception_is_logged_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings())
    try:
        raise ValueError(CANARY)
    except ValueError:
        structlog.get_logger().exception("step raised", job_id="j1")
    errors = capsys.readouterr().err
    assert "j1" in errors
    assert CANARY not in errors


def test_a_context_of_job_chunk_step_and_worker_stands_on_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings())
    with structlog.contextvars.bound_contextvars(job_id="j1", chunk_id=7, step="anonymise", worker="w1", text=CANARY):
        structlog.get_logger().info("attempt started")
    line = json.loads(capsys.readouterr().err)
    assert [line[name] for name in ("job_id", "chunk_id", "step", "worker")] == ["j1", 7, "anonymise", "w1"]
    assert CANARY not in line.values()


def test_of_a_library_only_the_place_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings())
    logging.getLogger("pdfminer.pdfpage").warning("cannot read %s", CANARY)
    errors = capsys.readouterr().err
    assert json.loads(errors)["logger"].startswith("pdfminer.pdfpage:")
    assert CANARY not in errors


def warn_as_a_library_does() -> None:
    logging.getLogger("pdfminer.pdfpage").warning("cannot read %s", CANARY)


def test_a_library_in_a_child_process_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    with ChildPool(1, Limits(memory_bytes=2**29, wall_seconds=20)) as pool:
        pool.submit(warn_as_a_library_does).result()
    assert CANARY not in "".join(capfd.readouterr())


def test_standard_error_may_be_replaced(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with io.StringIO() as first, monkeypatch.context() as replaced:
        replaced.setattr("sys.stderr", first)
        configure_logging(settings())
        log = structlog.get_logger()
        log.info("before")
    log.info("after")
    structlog.get_logger().info("later")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["after", "later"]


def test_long_values_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings())
    structlog.get_logger().info("x" * 10_000)
    assert len(json.loads(capsys.readouterr().err)["event"]) < 300


def test_the_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings(level="WARNING"))
    structlog.get_logger().info("not told")
    structlog.get_logger().warning("told")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["told"]


def test_the_form_is_text_when_asked_and_json_when_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings(format="text"))
    structlog.get_logger().info("worker started", worker="w1")
    assert "worker=w1" in capsys.readouterr().err
    configure_logging(settings(format="auto"))
    structlog.get_logger().info("worker started", worker="w1")
    assert json.loads(capsys.readouterr().err)["worker"] == "w1"


def log_calls(source: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            target = ast.unparse(node.func.value)
            if target in {"log", "_log", "logger", "_logger"} or target.startswith("structlog.get_logger"):
                yield node


def test_every_message_in_the_code_is_constant_and_every_field_known(repository: Path) -> None:
    calls = [
        (path, call)
        for path in (repository / "src").rglob("*.py")
        if path.name != "logs.py"
        for call in log_calls(path)
    ]
    assert len(calls) > 10
    for path, call in calls:
        where = f"{path.name}:{call.lineno}"
        assert isinstance(call.args[0], ast.Constant), f"{where}: the message is put together at run time"
        assert {keyword.arg for keyword in call.keywords} <= SAFE_FIELDS, f"{where}: a field that would be dropped"
