from __future__ import annotations

from docmill.database.connection import Database


def test_sessions_carry_role_schema_and_timezone(database: Database) -> None:
    with database.pool.connection() as connection:
        row = connection.execute(
            "select current_setting('application_name'), current_setting('search_path'),"
            " current_setting('timezone'), current_setting('jit')"
        ).fetchone()
    assert row == ("docmill/test", "docmill,public", "UTC", "off")
