"""Connection strings: which server is meant, what every session needs, and how a failure is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from docmill.errors import DatabaseUnavailable, InvalidConfiguration

if TYPE_CHECKING:
    from docmill.settings import DatabaseSettings

# A connection that a network drops without a word is noticed within about a minute.
_DEFAULTS = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_SESSION = "-c search_path=docmill,public -c timezone=UTC -c jit=off"


def external_conninfo(settings: DatabaseSettings) -> str | None:
    """Return the connection string of the server that the settings name; None means the embedded one.

    Raises:
        InvalidConfiguration: ``DATABASE_URL`` cannot be read, or parts are given without ``DB_HOST``.
    """
    if settings.url is not None:
        # Many programs put the name of a Python driver into the URL; libpq does not know it.
        url = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", settings.url.get_secret_value())
        try:
            return make_conninfo(url)
        except psycopg.ProgrammingError:
            # libpq's own message repeats the text, and with it the password.
            raise InvalidConfiguration(
                "DATABASE_URL cannot be read; write it as postgresql://user:password@host:5432/database, and special "
                "characters of the password as codes (a space as %20), or use DB_HOST and DB_PASSWORD."
            ) from None
    if settings.host is None:
        if settings.username is not None or settings.password is not None:
            raise InvalidConfiguration(
                "DB_USERNAME and DB_PASSWORD need DB_HOST; without it the embedded server is used."
            )
        return None
    return make_conninfo(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
    )


def session_conninfo(conninfo: str, role: str) -> str:
    """Add what every session of docmill needs; what the connection string says already stays."""
    given = {name: value for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    options = f"{given.pop('options', '')} {_SESSION}".strip()
    return make_conninfo("", **{**_DEFAULTS, "application_name": f"docmill/{role}", **given, "options": options})


# What a server that is there says, and what to do then.
_ADVICE = (
    (re.compile(r'database ".*" does not exist'), "create it, or name another one"),
    (
        re.compile(r"authentication failed|no password|pg_hba|role \".*\" "),
        "check the user, the password and its rights",
    ),
    (re.compile(r"too many clients|connection slots"), "raise its max_connections, or run fewer processes"),
    (re.compile(r"SSL|certificate"), "check sslmode and the certificates"),
)


def connect(conninfo: str, *, autocommit: bool = False) -> psycopg.Connection[TupleRow]:
    """Open one connection.

    Raises:
        DatabaseUnavailable: The server does not answer or refuses this user.
    """
    try:
        return psycopg.connect(conninfo, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(_unavailable(conninfo, error)) from None


def _unavailable(conninfo: str, error: psycopg.OperationalError) -> str:
    target = conninfo_to_dict(conninfo)
    where = f"{target.get('host', 'localhost')}:{target.get('port', 5432)}/{target.get('dbname', '')}"
    reason = " ".join(str(error).split())
    password = target.get("password")
    if password:
        reason = reason.replace(str(password), "***")
    advice = next((advice for said, advice in _ADVICE if said.search(reason)), "check its address and that it runs")
    return f"The database {where} cannot be reached ({reason}); {advice}."
