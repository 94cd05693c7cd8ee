"""Every error that docmill raises on purpose, with one stable code per class.

The tree (class: code, kind)::

    DocmillError                          docmill_error            permanent
    ├── UsageError                        usage_error              permanent
    │   ├── InvalidConfiguration          invalid_configuration    permanent
    │   ├── MissingExtra                  missing_extra            permanent
    │   ├── UnknownPipeline               unknown_pipeline         permanent
    │   ├── JobNotFound                   job_not_found            permanent
    │   ├── DocumentNotFound              document_not_found       permanent
    │   ├── IllegalTransition             illegal_transition       permanent
    │   └── IdempotencyConflict           idempotency_conflict     permanent
    ├── DocumentError                     unreadable_document      permanent
    │   ├── EncryptedDocument             encrypted_document       permanent
    │   ├── WrongPassword                 wrong_password           permanent
    │   ├── NotAPdf                       not_a_pdf                permanent
    │   ├── EmptyFile                     empty_file               permanent
    │   ├── NoPages                       no_pages                 permanent
    │   ├── TooLarge                      too_large                permanent
    │   ├── TooManyPages                  too_many_pages           permanent
    │   ├── PictureTooLarge               picture_too_large        permanent
    │   ├── XfaPlaceholder                xfa_placeholder          permanent
    │   ├── NoText                        no_text                  permanent
    │   ├── InvalidInput                  invalid_input            permanent
    │   ├── UnparseableInput              unparseable_input        permanent
    │   ├── BookNotFound                  book_not_found           permanent
    │   └── AmbiguousBook                 ambiguous_book           permanent
    ├── IsolationError                    step_crashed             transient
    │   ├── MemoryLimitExceeded           memory_limit             permanent
    │   ├── TimeLimitExceeded             time_limit               timeout
    │   │   └── PageTimeout               page_timeout             timeout
    │   └── OutputLimitExceeded           output_limit             permanent
    ├── StepError                         step_failed              transient
    │   ├── StepTimeout                   step_timeout             timeout
    │   ├── JobTimeout                    job_timeout              permanent
    │   ├── QueueTimeout                  queue_timeout            permanent
    │   ├── InvalidStepOutput             invalid_step_output      permanent
    │   └── PublishFailed                 publish_failed           transient
    ├── LeaseError                        lease_lost               worker_lost
    │   ├── WorkerLost                    worker_lost              worker_lost
    │   └── WorkerShutdown                worker_shutdown          worker_shutdown
    ├── Cancelled                         cancelled                cancelled
    ├── PrivacyError                      privacy_error            permanent
    │   ├── PiiLeakBlocked                pii_leak_blocked         permanent
    │   ├── UnexplainedText               unexplained_text         permanent
    │   ├── DecryptionFailed              decryption_failed        permanent
    │   ├── DocumentErased                document_erased          permanent
    │   └── RoleMissing                   role_missing             permanent
    ├── ProviderError                     provider_error           transient
    │   ├── RateLimited                   rate_limited             rate_limited
    │   ├── ProviderUnreachable           provider_unreachable     transient
    │   ├── ProviderTimeout               provider_timeout         timeout
    │   ├── ProviderRefused               provider_refused         permanent
    │   ├── QuotaExceeded                 quota_exceeded           permanent
    │   ├── BudgetExceeded                budget_exceeded          permanent
    │   ├── BadAnswer                     bad_answer               transient
    │   └── CircuitOpen                   circuit_open             rate_limited
    ├── DatabaseError                     database_error           transient
    │   ├── DatabaseUnavailable           database_unavailable     transient
    │   ├── DatabaseTooOld                database_too_old         permanent
    │   ├── SchemaOutdated                schema_outdated          permanent
    │   └── EmbeddedServerFailed          embedded_server_failed   transient
    ├── StorageError                      storage_error            transient
    │   ├── BlobMissing                   blob_missing             permanent
    │   └── BlobCorrupt                   blob_corrupt             permanent
    ├── FileError                         file_error               permanent
    └── InternalError                     internal_error           permanent

``kind`` decides what the engine does with a failed attempt (see ``ErrorKind``). A message says what is
wrong, with which file, page or row, and what to do. It never holds document text, an original or a secret.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What the engine does with an attempt that ended with an error of this kind."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    WORKER_LOST = "worker_lost"
    WORKER_SHUTDOWN = "worker_shutdown"
    PERMANENT = "permanent"
    CANCELLED = "cancelled"

    @property
    def retried(self) -> bool:
        """Whether a further attempt may follow, budget permitting."""
        return self not in (ErrorKind.PERMANENT, ErrorKind.CANCELLED)

    @property
    def uses_attempt(self) -> bool:
        """Whether the attempt counts against ``max_attempts``."""
        return self not in (ErrorKind.RATE_LIMITED, ErrorKind.WORKER_SHUTDOWN)


class DocmillError(Exception):
    """The base of all errors that docmill raises on purpose.

    Args:
        message: What is wrong and what to do; the class docstring's first line when omitted.
        page: The page of the document that it is about, counted from 1.
    """

    code: ClassVar[str] = "docmill_error"
    kind: ClassVar[ErrorKind] = ErrorKind.PERMANENT

    def __init__(self, message: str | None = None, *, page: int | None = None) -> None:
        self.message = message or (type(self).__doc__ or self.code).strip().splitlines()[0]
        self.page = page
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(cls: type[DocmillError], message: str, state: dict[str, object]) -> DocmillError:
    error = cls.__new__(cls)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


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


class IllegalTransition(UsageError):
    """The job or chunk is in a state that does not allow this."""

    code = "illegal_transition"


class IdempotencyConflict(UsageError):
    """The idempotency key was used before for a different request; use a new key."""

    code = "idempotency_conflict"


class DocumentError(DocmillError):
    """The document cannot be read; open it with another program and save it again."""

    code = "unreadable_document"


class EncryptedDocument(DocumentError):
    """The document needs a password; give it in DOCMILL_PDF_PASSWORD or with --password-file."""

    code = "encrypted_document"


class WrongPassword(DocumentError):
    """The password does not open the document."""

    code = "wrong_password"


class NotAPdf(DocumentError):
    """The file is not a PDF: the mark %PDF- is missing from its first 1,024 bytes."""

    code = "not_a_pdf"


class EmptyFile(DocumentError):
    """The file has no bytes; upload it again."""

    code = "empty_file"


class NoPages(DocumentError):
    """The document has no pages."""

    code = "no_pages"


class TooLarge(DocumentError):
    """The file is larger than the limit; raise UPLOADED_DOCUMENTS_MAX_SIZE_KB or split the file."""

    code = "too_large"


class TooManyPages(DocumentError):
    """The document has more pages than the limit; raise DOCMILL_MAX_PAGES or split the file."""

    code = "too_many_pages"


class PictureTooLarge(DocumentError):
    """A picture on a page is too large to be drawn; raise DOCMILL_TEXT_MEMORY_MB, or save it with smaller pictures."""

    code = "picture_too_large"


class XfaPlaceholder(DocumentError):
    """The PDF is an XFA form: its pages only ask for another reader; print it to a plain PDF."""

    code = "xfa_placeholder"


class NoText(DocumentError):
    """No text was found on any page; install the extra `ocr` to read scans."""

    code = "no_text"


class InvalidInput(DocumentError):
    """The input does not have the form that the pipeline expects."""

    code = "invalid_input"


class UnparseableInput(DocumentError):
    """The file holds no table that can be read; bring it as CSV, XLSX, JSON, Parquet or PDF with a table."""

    code = "unparseable_input"


class BookNotFound(DocumentError):
    """Neither Google Books nor Open Library knows the book; check its ISBN, or its title and author."""

    code = "book_not_found"


class AmbiguousBook(DocumentError):
    """Books were found, but none that fits title and author; correct the row, or give another ISBN."""

    code = "ambiguous_book"


class IsolationError(DocmillError):
    """The child process that ran the step died."""

    code = "step_crashed"
    kind = ErrorKind.TRANSIENT


class MemoryLimitExceeded(IsolationError):
    """The step needed more memory than its limit, which it will need again; raise the limit, or split the file."""

    code = "memory_limit"
    kind = ErrorKind.PERMANENT


class TimeLimitExceeded(IsolationError):
    """The step ran longer than its limit and was stopped."""

    code = "time_limit"
    kind = ErrorKind.TIMEOUT


class PageTimeout(TimeLimitExceeded):
    """Reading a page took longer than its limit and was stopped."""

    code = "page_timeout"


class OutputLimitExceeded(IsolationError):
    """The step returned more than its output limit."""

    code = "output_limit"
    kind = ErrorKind.PERMANENT


class StepError(DocmillError):
    """The step raised an error that docmill does not know."""

    code = "step_failed"
    kind = ErrorKind.TRANSIENT


class StepTimeout(StepError):
    """The step ran longer than its time limit."""

    code = "step_timeout"
    kind = ErrorKind.TIMEOUT


class JobTimeout(StepError):
    """The job ran longer than JOB_TIMEOUT_SECONDS."""

    code = "job_timeout"
    kind = ErrorKind.PERMANENT


class QueueTimeout(StepError):
    """No worker began the job in time."""

    code = "queue_timeout"
    kind = ErrorKind.PERMANENT


class InvalidStepOutput(StepError):
    """The step returned something that its declared type does not allow."""

    code = "invalid_step_output"
    kind = ErrorKind.PERMANENT


class PublishFailed(StepError):
    """The result could not be written; nothing of it was kept."""

    code = "publish_failed"


class LeaseError(DocmillError):
    """The lease on the chunk is lost; its result was dropped."""

    code = "lease_lost"
    kind = ErrorKind.WORKER_LOST


class WorkerLost(LeaseError):
    """The worker stopped renewing its lease while it ran the chunk."""

    code = "worker_lost"


class WorkerShutdown(LeaseError):
    """The worker was shut down and handed the chunk back."""

    code = "worker_shutdown"
    kind = ErrorKind.WORKER_SHUTDOWN


class Cancelled(DocmillError):
    """The job was cancelled."""

    code = "cancelled"
    kind = ErrorKind.CANCELLED


class PrivacyError(DocmillError):
    """Personal data could not be handled safely; nothing was sent."""

    code = "privacy_error"


class PiiLeakBlocked(PrivacyError):
    """An outgoing request held personal data and was stopped."""

    code = "pii_leak_blocked"


class UnexplainedText(PrivacyError):
    """The strict policy found text that it cannot explain and refuses to pass it on."""

    code = "unexplained_text"


class DecryptionFailed(PrivacyError):
    """A sealed value does not open with this installation's key."""

    code = "decryption_failed"


class DocumentErased(PrivacyError):
    """The document was erased: its key is destroyed."""

    code = "document_erased"


class RoleMissing(PrivacyError):
    """Originals were asked for without the role `phi`."""

    code = "role_missing"


class ProviderError(DocmillError):
    """A provider failed to answer.

    Args:
        message: As for ``DocmillError``.
        retry_after: Seconds that the provider asks to wait before the next try; None where it does not say.
    """

    code = "provider_error"
    kind = ErrorKind.TRANSIENT
    retry_after: float | None

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(ProviderError):
    """The provider asks to wait.

    Args:
        message: As for ``DocmillError``.
        retry_after: Seconds to wait before the next try.
    """

    code = "rate_limited"
    kind = ErrorKind.RATE_LIMITED
    retry_after: float

    def __init__(self, message: str | None = None, *, retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)


class CircuitOpen(RateLimited):
    """The circuit breaker of this provider is open; the call was not made."""

    code = "circuit_open"


class ProviderUnreachable(ProviderError):
    """No connection to the provider could be made; nothing was sent. Check its address and the network."""

    code = "provider_unreachable"


class ProviderTimeout(ProviderError):
    """The provider did not answer within the deadline."""

    code = "provider_timeout"
    kind = ErrorKind.TIMEOUT


class ProviderRefused(ProviderError):
    """The provider refused the request for good (4xx)."""

    code = "provider_refused"
    kind = ErrorKind.PERMANENT


class QuotaExceeded(ProviderError):
    """The provider's quota is used up; waiting does not help."""

    code = "quota_exceeded"
    kind = ErrorKind.PERMANENT


class BudgetExceeded(ProviderError):
    """The job's budget is used up."""

    code = "budget_exceeded"
    kind = ErrorKind.PERMANENT


class BadAnswer(ProviderError):
    """The provider answered with something that cannot be used."""

    code = "bad_answer"


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


class FileError(DocmillError):
    """A file that the call names cannot be read or written; check its name, your rights and the free space."""

    code = "file_error"

    @classmethod
    def of(cls, file: object, error: OSError) -> FileError:
        """Return the error about a file that the operating system refuses."""
        return cls(f"{file} cannot be used: {error.strerror}.")


class InternalError(DocmillError):
    """docmill met an error that it does not know; please report it with the places in its message."""

    code = "internal_error"


def all_errors() -> dict[str, type[DocmillError]]:
    """Return every error class by its code."""
    found: dict[str, type[DocmillError]] = {}
    waiting: list[type[DocmillError]] = [DocmillError]
    while waiting:
        cls = waiting.pop()
        found[cls.code] = cls
        waiting.extend(cls.__subclasses__())
    return found
