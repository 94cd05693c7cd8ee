"""Telling an outage of the database from a request that it refuses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout

from docmill.errors import DatabaseUnavailable, EmbeddedServerFailed

# Classes of SQLSTATE that are about the server, not about what it was asked to store.
_PASSING = ("08", "25", "40", "53", "55", "57", "58")
_READ_ONLY = "25006"


def is_outage(error: BaseException) -> bool:
    """Tell whether an error is about the server or the way to it, so that the same request may work later."""
    if isinstance(error, DatabaseUnavailable | EmbeddedServerFailed | psycopg.InterfaceError):
        return True
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return error.sqlstate is None or error.sqlstate[:2] in _PASSING
    return False


def is_undone(error: BaseException) -> bool:
    """Tell whether the server said that it has undone the transaction: a deadlock, for one."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith("40")


@contextlib.contextmanager
def outages_explained() -> Iterator[None]:
    """Tell callers what an outage means for what they asked; also a decorator.

    Raises:
        DatabaseUnavailable: The database does not answer, or its answer was lost.
    """
    try:
        yield
    except psycopg.Error as error:
        if not is_outage(error):
            raise
        raise outage_explained(error) from error


def outage_explained(error: psycopg.Error) -> DatabaseUnavailable:
    """Return an outage as docmill's own error, which says whether anything was done."""
    what = f"{type(error).__name__}, SQLSTATE {error.sqlstate}" if error.sqlstate else type(error).__name__
    if error.sqlstate == _READ_ONLY:
        return DatabaseUnavailable(
            f"The database did not do what it was asked ({what}): it is a standby, or this user may only read; "
            "use the primary server, or another user."
        )
    if isinstance(error, PoolTimeout | PoolClosed) or is_undone(error):
        return DatabaseUnavailable(f"The database did not do what it was asked ({what}); try again.")
    return DatabaseUnavailable(
        f"The answer of the database was lost ({what}): whether it did what it was asked is not known. Look, or ask "
        "again; an idempotency key makes a second submission harmless."
    )
