"""Every error that docmill raises on purpose, with one stable code per class.

The tree (class: code, kind)::

    DocmillError                          docmill_error            permanent
    ├── UsageError                        usage_error              permanent
    │   ├── InvalidConfiguration          invalid_configuration    permanent
    │   ├── MissingExtra                  missing_extra            permanent
    │   ├── UnknownPipeline               unknown_pipeline         permanent
    │   ├── JobNotFound                   job_not_found            permanent
    │   ├── DocumentNotFound              document_not_found       permanent
    │   ├── BatchNotFound                 batch_not_found          permanent
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

from docmill.errors.base import DocmillError, ErrorKind, all_errors
from docmill.errors.documents import (
    AmbiguousBook,
    BookNotFound,
    DocumentError,
    EmptyFile,
    EncryptedDocument,
    InvalidInput,
    NoPages,
    NotAPdf,
    NoText,
    PictureTooLarge,
    TooLarge,
    TooManyPages,
    UnparseableInput,
    WrongPassword,
    XfaPlaceholder,
)
from docmill.errors.execution import (
    Cancelled,
    InvalidStepOutput,
    IsolationError,
    JobTimeout,
    LeaseError,
    MemoryLimitExceeded,
    OutputLimitExceeded,
    PageTimeout,
    PublishFailed,
    QueueTimeout,
    StepError,
    StepTimeout,
    TimeLimitExceeded,
    WorkerLost,
    WorkerShutdown,
)
from docmill.errors.privacy import (
    DecryptionFailed,
    DocumentErased,
    PiiLeakBlocked,
    PrivacyError,
    RoleMissing,
    UnexplainedText,
)
from docmill.errors.program import FileError, InternalError
from docmill.errors.providers import (
    BadAnswer,
    BudgetExceeded,
    CircuitOpen,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    QuotaExceeded,
    RateLimited,
)
from docmill.errors.storage import (
    BlobCorrupt,
    BlobMissing,
    DatabaseError,
    DatabaseTooOld,
    DatabaseUnavailable,
    EmbeddedServerFailed,
    SchemaOutdated,
    StorageError,
)
from docmill.errors.usage import (
    BatchNotFound,
    DocumentNotFound,
    IdempotencyConflict,
    IllegalTransition,
    InvalidConfiguration,
    JobNotFound,
    MissingExtra,
    UnknownPipeline,
    UsageError,
)

__all__ = [
    "AmbiguousBook",
    "BadAnswer",
    "BatchNotFound",
    "BlobCorrupt",
    "BlobMissing",
    "BookNotFound",
    "BudgetExceeded",
    "Cancelled",
    "CircuitOpen",
    "DatabaseError",
    "DatabaseTooOld",
    "DatabaseUnavailable",
    "DecryptionFailed",
    "DocmillError",
    "DocumentErased",
    "DocumentError",
    "DocumentNotFound",
    "EmbeddedServerFailed",
    "EmptyFile",
    "EncryptedDocument",
    "ErrorKind",
    "FileError",
    "IdempotencyConflict",
    "IllegalTransition",
    "InternalError",
    "InvalidConfiguration",
    "InvalidInput",
    "InvalidStepOutput",
    "IsolationError",
    "JobNotFound",
    "JobTimeout",
    "LeaseError",
    "MemoryLimitExceeded",
    "MissingExtra",
    "NoPages",
    "NoText",
    "NotAPdf",
    "OutputLimitExceeded",
    "PageTimeout",
    "PictureTooLarge",
    "PiiLeakBlocked",
    "PrivacyError",
    "ProviderError",
    "ProviderRefused",
    "ProviderTimeout",
    "ProviderUnreachable",
    "PublishFailed",
    "QueueTimeout",
    "QuotaExceeded",
    "RateLimited",
    "RoleMissing",
    "SchemaOutdated",
    "StepError",
    "StepTimeout",
    "StorageError",
    "TimeLimitExceeded",
    "TooLarge",
    "TooManyPages",
    "UnexplainedText",
    "UnknownPipeline",
    "UnparseableInput",
    "UsageError",
    "WorkerLost",
    "WorkerShutdown",
    "WrongPassword",
    "XfaPlaceholder",
    "all_errors",
]
