"""What ends an attempt or a job: its child process, its step, its lease, its cancellation."""

from __future__ import annotations

from docmill.errors.base import DocmillError, ErrorKind


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
