"""What is printed for programs is always JSON, one line a record."""

from __future__ import annotations

import io
import json

import pytest
from pydantic import BaseModel

from docmill.cli.output import emit


class Record(BaseModel):
    name: str


@pytest.mark.parametrize(
    "text", ["plain", "naïve €", "bell \x07 and nul \x00", "two\nlines\u2028", "lone \udcff surrogate"]
)
def test_any_text_can_be_read_back(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", stream)
    emit({"text": text, "identity": object})
    printed = stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    assert printed.count("\n") == 1
    assert json.loads(printed)["text"] == text


def test_a_model_is_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    emit(Record(name="a"))
    assert json.loads(capsys.readouterr().out) == {"name": "a"}
