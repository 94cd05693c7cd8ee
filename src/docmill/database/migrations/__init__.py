"""The schema's versions: plain SQL files, run by Alembic under an advisory lock."""

from docmill.database.migrations.files import Migration, migration_files
from docmill.database.migrations.runner import check, current, downgrade, pending, upgrade

__all__ = ["Migration", "check", "current", "downgrade", "migration_files", "pending", "upgrade"]
