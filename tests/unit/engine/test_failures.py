"""How an attempt that failed is written down: what is retried, what counts, and nothing of the document."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from docmill.engine.chunk import ClaimedChunk, Failure
from docmill.engine.outage import is_outage
from docmill.errors import DatabaseUnavailable, DocumentError, ErrorKind, RateLimited


def chunk(attempts: int, most: int = 3) -> ClaimedChunk:
    return ClaimedChunk(1, uuid4(), 1, 1, 0, 1, attempts, most, None, None)


def test_an_error_of_docmill_keeps_its_code_message_and_page() -> None:
    failure = Failure.from_error(DocumentError("Page 7 is broken.", page=7))
    assert (failure.code, failure.message, failure.page) == ("unreadable_document", "Page 7 is broken.", 7)
    assert failure.kind is ErrorKind.PERMANENT
    assert not failure.leaves_attempts(chunk(1))


def test_of_an_unknown_error_only_the_type_is_kept() -> None:
    failure = Failure.from_error(ValueError("Jane Roe, born 1960"))
    assert (failure.code, failure.message) == ("step_failed", "The step raised ValueError.")
    assert [failure.leaves_attempts(chunk(attempts)) for attempts in (1, 2, 3)] == [True, True, False]


def test_a_rate_limit_uses_no_attempt_and_says_how_long() -> None:
    failure = Failure.from_error(RateLimited("Wait.", retry_after=9))
    assert (failure.retry_after, failure.uses_attempt) == (9, False)
    assert failure.leaves_attempts(chunk(3))


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnavailable("away"),
        psycopg.OperationalError("the connection is lost"),
        psycopg.InterfaceError("the connection is closed"),
        psycopg.errors.AdminShutdown("terminating"),
        psycopg.errors.TooManyConnections("too many"),
        psycopg.errors.DiskFull("full"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_outage_of_the_database_is_nobodys_fault(error: Exception) -> None:
    failure = Failure.from_error(error)
    assert is_outage(error)
    assert not failure.uses_attempt
    assert failure.leaves_attempts(chunk(3))


@pytest.mark.parametrize(
    "error",
    [psycopg.errors.UniqueViolation("(Jane Roe) exists"), psycopg.errors.UndefinedTable("nothing"), OSError("away")],
    ids=lambda error: type(error).__name__,
)
def test_what_the_database_refuses_counts_and_is_not_quoted(error: Exception) -> None:
    failure = Failure.from_error(error)
    assert not is_outage(error)
    assert failure.uses_attempt
    assert "Roe" not in failure.message
    assert type(error).__name__ in failure.message


def test_payloads_are_sealed_for_the_document_or_else_for_the_job() -> None:
    alone = chunk(1)
    document = uuid4()
    assert alone.key_id == alone.job_id
    assert alone._replace(document_id=document).key_id == document
