"""Telling an outage of the database from a request that it refuses."""

from __future__ import annotations

import psycopg

from docmill.errors import DatabaseUnavailable, EmbeddedServerFailed

# Classes of SQLSTATE that are about the server, not about what it was asked to store.
_PASSING = ("08", "25", "40", "53", "55", "57", "58")


def is_outage(error: BaseException) -> bool:
    """Tell whether an error is about the server or the way to it, so that the same request may work later."""
    if isinstance(error, DatabaseUnavailable | EmbeddedServerFailed | psycopg.InterfaceError):
        return True
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return error.sqlstate is None or error.sqlstate[:2] in _PASSING
    return False
