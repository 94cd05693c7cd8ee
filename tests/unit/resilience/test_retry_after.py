"""The wait that a provider asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.resilience.retry_after import LONGEST_WAIT, requested_wait

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "1e9"}, LONGEST_WAIT),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0),
    ],
)
def test_every_form_of_the_header_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert requested_wait(headers, NOW) == seconds


def test_a_date_is_compared_with_the_clock_of_the_provider() -> None:
    headers = {"retry-after": "Mon, 01 Jan 2024 00:00:20 GMT", "date": "Mon, 01 Jan 2024 00:00:00 GMT"}
    assert requested_wait(headers, NOW) == 20.0


@given(st.text(max_size=40))
def test_no_header_raises(text: str) -> None:
    wait = requested_wait({"retry-after": text, "date": text}, NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT
