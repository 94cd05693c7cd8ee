"""Calls and settings that are wrong."""

from __future__ import annotations

from docmill.errors.base import DocmillError


class UsageError(DocmillError):
    """The call or the setting is wrong; nothing was done."""

    code = "usage_error"


class InvalidConfiguration(UsageError):
    """A setting has a wrong value or an unknown name."""

    code = "invalid_configuration"


class MissingExtra(UsageError):
    """A part that this needs is not installed; install the extra that the message names."""

    code = "missing_extra"


class UnknownPipeline(UsageError):
    """No pipeline has this name; `docmill pipelines` lists them."""

    code = "unknown_pipeline"


class JobNotFound(UsageError):
    """No job has this id; `docmill jobs list` shows them."""

    code = "job_not_found"


class DocumentNotFound(UsageError):
    """No document has this id; `docmill documents list` shows them."""

    code = "document_not_found"


class BatchNotFound(UsageError):
    """No batch has this id; `docmill batches list` shows them."""

    code = "batch_not_found"


class IllegalTransition(UsageError):
    """The job or chunk is in a state that does not allow this."""

    code = "illegal_transition"


class IdempotencyConflict(UsageError):
    """The idempotency key was used before for a different request; use a new key."""

    code = "idempotency_conflict"
