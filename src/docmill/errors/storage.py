"""The database and the blob store."""

from __future__ import annotations

from docmill.errors.base import DocmillError, ErrorKind


class DatabaseError(DocmillError):
    """The database refused a statement."""

    code = "database_error"
    kind = ErrorKind.TRANSIENT


class DatabaseUnavailable(DatabaseError):
    """The database cannot be reached; check DATABASE_URL and that the server runs."""

    code = "database_unavailable"


class DatabaseTooOld(DatabaseError):
    """The PostgreSQL server is older than version 15."""

    code = "database_too_old"
    kind = ErrorKind.PERMANENT


class SchemaOutdated(DatabaseError):
    """The database schema does not fit this version of docmill; run `docmill db upgrade`."""

    code = "schema_outdated"
    kind = ErrorKind.PERMANENT


class EmbeddedServerFailed(DatabaseError):
    """The embedded PostgreSQL server did not start; its log tells why."""

    code = "embedded_server_failed"


class StorageError(DocmillError):
    """The blob store failed."""

    code = "storage_error"
    kind = ErrorKind.TRANSIENT


class BlobMissing(StorageError):
    """A blob is not in the store."""

    code = "blob_missing"
    kind = ErrorKind.PERMANENT


class BlobCorrupt(StorageError):
    """The bytes of a blob do not have its SHA-256."""

    code = "blob_corrupt"
    kind = ErrorKind.PERMANENT
