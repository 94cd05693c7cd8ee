"""What a table says about people shows up nowhere: not in the result, its files, the database, the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.insights.desk import Desk
from tests.provider import Provider

from docmill.engine.payload import unpack
from docmill.pipelines.insights.files import write_result

CANARIES = ("zerubbabel.quackenbush@canary.example", "4111 1111 1111 1111", "536-22-8714", "+44 20 7946 0018")
HEAD = "visit,email,card,ssn,phone,remark,amount\n"


def canary_table(path: Path) -> Path:
    """A table in which every row holds personal data, in columns of its own and in a column of free text."""
    mail, card, ssn, phone = CANARIES
    rows = [f"{row},{mail},{card},{ssn},{phone},write to {mail} or {ssn},{row % 7}\n" for row in range(120)]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def assert_clean(data: bytes, where: object) -> None:
    text = data.decode("utf-8", "replace")
    assert not [canary for canary in CANARIES if canary in text], where


def test_canaries_stay_in_the_document(
    make_desk: Callable[..., Desk],
    serve: Callable[..., Provider],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = serve("invented")
    desk = make_desk(server.base_url)
    result = desk.result(canary_table(tmp_path / "visits.csv"))
    assert {"email", "card", "ssn", "phone", "remark"} <= {column.name for column in result.columns if column.personal}
    for path in write_result(result, tmp_path / "files"):
        assert_clean(path.read_bytes(), path)
    for (output,) in desk.rows("select output from docmill.finished_chunks where output is not null"):
        assert_clean(unpack(output), "finished_chunks")
    for (row,) in desk.rows("select i::text from docmill.insights i"):
        assert_clean(row.encode(), "insights")
    for request in server.requests:
        assert_clean(request.raw, "request")
    assert len(server.requests) == 1
    told = capfd.readouterr()
    assert_clean((told.out + told.err).encode(), "log")


def test_the_search_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_clean(f"x {CANARIES[2]} y".encode(), "here")
