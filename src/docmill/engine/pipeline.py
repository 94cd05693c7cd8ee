"""The declaration of a pipeline: a short list of plain functions.

A step's function takes one input, and after it whatever else its annotations ask for: the ``Document``, the
``Attempt``, the job's options, or a resource that ``bootstrap`` offers under its type. Inputs and outputs are types
that pydantic knows.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from docmill.errors import InvalidConfiguration, InvalidInput, InvalidStepOutput

Resources = Mapping[type, Any]


@dataclass(frozen=True)
class Document:
    """A stored file and where its bytes can be read.

    Attributes:
        path: A local file with the bytes; it may be a cached copy, so never write to it.
        filename: Its name when it was uploaded.
        sha256: SHA-256 of the bytes, in hexadecimal.
        size: Bytes.
        media_type: As found from the content.
        password: Opens the document, where the user gave one.
        id: The document's id; None outside of a job.
    """

    path: Path
    filename: str
    sha256: str
    size: int
    media_type: str = "application/octet-stream"
    password: str | None = field(default=None, repr=False)
    id: UUID | None = None

    @classmethod
    def from_path(cls, path: str | Path, *, password: str | None = None) -> Document:
        """Describe a local file, for use without a database."""
        path = Path(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path=path, filename=path.name, sha256=digest, size=path.stat().st_size, password=password)

    def read_bytes(self) -> bytes:
        """Return all bytes of the document."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Attempt:
    """The attempt that a step's function runs in, for calls that are accounted for by job and chunk.

    Attributes:
        job_id: Its job; None outside of a job.
        chunk_id: Its chunk; None outside of a job.
        number: Counted from 1.
        last: Whether the chunk fails for good when this one does.
    """

    job_id: UUID | None = None
    chunk_id: int | None = None
    number: int = 1
    last: bool = True


@dataclass(frozen=True)
class Step:
    """One function of a pipeline.

    Attributes:
        function: What to run; a plain function of a module.
        each: Run once per item of the previous step's list, instead of once.
        cpu: Run in a child process with limits; for work that keeps a core busy or parses untrusted bytes.
        private: Its output holds personal data and is stored sealed.
        timeout_seconds: Longest run of an attempt; None takes the setting.
        concurrency: Most chunks of the step that run at once in the whole fleet; None for no limit.
        name: Its name in the database and on pages; the function's own unless given.
    """

    function: Callable[..., Any]
    each: bool = False
    cpu: bool = False
    private: bool = False
    timeout_seconds: float | None = None
    name: str = ""
    concurrency: int | None = None

    def __post_init__(self) -> None:
        if self.concurrency is not None and self.concurrency < 1:
            raise InvalidConfiguration(f"Step {self.name or self.function.__name__!r}: concurrency must be at least 1.")
        if not self.name:
            object.__setattr__(self, "name", self.function.__name__)

    def __getstate__(self) -> dict[str, Any]:
        # The adapters below are cached in __dict__ and cannot travel to a child process.
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The function's annotations, resolved."""
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def input_name(self) -> str:
        """The name of the parameter that takes the input."""
        parameters = list(inspect.signature(self.function).parameters)
        if not parameters or parameters[0] not in self.hints or "return" not in self.hints:
            raise InvalidConfiguration(f"Step {self.name!r} needs an annotated first parameter and return type.")
        return parameters[0]

    @cached_property
    def input_type(self) -> Any:
        """The declared type of the input."""
        return self.hints[self.input_name]

    @cached_property
    def takes_document(self) -> bool:
        """Whether the document itself is the input."""
        return self.input_type is Document

    @cached_property
    def resource_types(self) -> dict[str, type]:
        """The further parameters and their types."""
        return {name: hint for name, hint in self.hints.items() if name not in (self.input_name, "return")}

    @cached_property
    def input(self) -> TypeAdapter[Any]:
        """Checks and decodes inputs."""
        return TypeAdapter(self.input_type)

    @cached_property
    def output(self) -> TypeAdapter[Any]:
        """Checks and encodes outputs."""
        return TypeAdapter(self.hints["return"])

    @cached_property
    def output_item(self) -> TypeAdapter[Any]:
        """Checks and encodes the items of a list output.

        Raises:
            InvalidConfiguration: The step does not return a list.
        """
        hint = self.hints["return"]
        if get_origin(hint) not in (list, tuple, Sequence) or not get_args(hint):
            raise InvalidConfiguration(
                f"Step {self.name!r} must return list[...] because the next step runs once per item."
            )
        return TypeAdapter(get_args(hint)[0])

    @property
    def is_coroutine(self) -> bool:
        """Whether the function is declared with ``async def``."""
        return inspect.iscoroutinefunction(self.function)

    def decode(self, data: bytes) -> Any:
        """Return an input, as JSON, as the declared type.

        Raises:
            InvalidInput: It does not fit; the message names the place, never the value.
        """
        try:
            return self.input.validate_json(data)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the input"
            raise InvalidInput(f"Step {self.name!r} cannot take its input: {where}: {first['type']}.") from None

    def arguments(self, document: Document | None, *offers: Resources) -> dict[str, Any]:
        """Return the arguments after the input; an earlier offer goes before a later one.

        What may be None by its annotation (``LanguageModel | None``) is None where nobody offers it.

        Raises:
            InvalidConfiguration: Nobody offers what the step needs.
        """
        found: dict[str, Any] = {}
        for name, wanted in self.resource_types.items():
            if wanted is Document:
                found[name] = document
                continue
            offer = next((offer for offer in offers if wanted in offer), None)
            if offer is not None:
                found[name] = offer[wanted]
            elif NoneType in get_args(wanted):
                found[name] = None
            else:
                raise InvalidConfiguration(
                    f"Step {self.name!r} asks for {wanted!r}, which this installation does not offer."
                )
        return found


@dataclass(frozen=True)
class InputRecord:
    """What one row of a submitted file asks for: one job.

    Attributes:
        row: The row, counted as a spreadsheet does.
        record: The first step's input, as JSON can hold it.
        key: The same key means the same work, which is not done twice.
    """

    row: int
    record: dict[str, Any]
    key: str


@dataclass(frozen=True)
class RejectedRow:
    """A row of a submitted file that cannot become a job.

    Attributes:
        row: The row, counted as a spreadsheet does.
        cells: As they were read.
        reason: What is wrong with it.
    """

    row: int
    cells: list[str]
    reason: str


@dataclass(frozen=True)
class Pipeline:
    """A named, versioned list of steps, and how its result is published.

    Attributes:
        name: Unique; lower case with hyphens.
        steps: Run in this order; a step starts when all chunks of the one before have ended.
        version: Raise it when the steps change; jobs that run keep the version that they began with.
        publish: ``(connection, job, result)``, run in the transaction that completes the job.
        partial: Whether the job may complete although some chunks of an ``each`` step failed.
        options: What the user may choose for a job over a document; the job's record. Steps ask for it by its type.
        records: Reads a submitted file row by row, for a pipeline whose jobs run over records instead of documents.
    """

    name: str
    steps: Sequence[Step]
    version: int = 1
    publish: Callable[..., None] | None = None
    partial: bool = False
    options: type[BaseModel] | None = None
    records: Callable[[Path], Iterator[InputRecord | RejectedRow]] | None = None

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if not names or len(set(names)) != len(names):
            raise InvalidConfiguration(f"Pipeline {self.name!r} needs steps with different names.")
        if self.steps[0].each:
            raise InvalidConfiguration(
                f"The first step of pipeline {self.name!r} cannot run once per item: nothing came before it."
            )

    def fans_out(self, position: int) -> bool:
        """Tell whether the output of the step at ``position`` becomes one chunk per item."""
        following = position + 1
        return following < len(self.steps) and self.steps[following].each and not self.steps[position].each

    def position_of(self, step: Callable[..., Any] | str) -> int:
        """Return the place of a step, given its function or its name."""
        for position, candidate in enumerate(self.steps):
            if step in (candidate.function, candidate.name):
                return position
        raise InvalidConfiguration(f"Pipeline {self.name!r} has no step {step!r}.")

    def check_input(self, record: bytes | None, document_id: UUID | None) -> None:
        """Refuse what the first step of a pipeline without options could never run over.

        Args:
            record: The job's record as JSON, if it has one.
            document_id: Its document, if it has one.

        Raises:
            InvalidInput: The record does not fit, or what the step takes is not there; the message names the place,
                never the value.
        """
        first = self.steps[0]
        if first.takes_document:
            if document_id is None:
                raise InvalidInput(f"Pipeline {self.name!r} takes a document, but the job has none.")
        elif record is None:
            raise InvalidInput(f"Pipeline {self.name!r} takes an input record, but the job has none.")
        else:
            first.decode(record)

    def offers(self, record: Any, attempt: Attempt) -> dict[type, Any]:
        """Return what steps may ask for about one job: its attempt, and its options where the pipeline has any.

        Args:
            record: The job's record, as JSON can hold it; None takes the defaults.
            attempt: The attempt.

        Raises:
            InvalidInput: The record does not fit the options; the message names the option, never the value.
        """
        found: dict[type, Any] = {Attempt: attempt}
        if self.options is not None:
            try:
                found[self.options] = self.options.model_validate({} if record is None else record)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"]) or "the options"
                raise InvalidInput(
                    f"Pipeline {self.name!r} cannot take its options: {where}: {first['msg']}."
                ) from None
        return found

    def run(self, value: Any, *, resources: Resources | None = None) -> Any:
        """Run the same steps in memory, without a database, and return the last step's result.

        Args:
            value: The document (a ``Document`` or a path) or the input record.
            resources: What steps may ask for, by type.
        """
        document = (
            Document.from_path(value)
            if isinstance(value, str | Path)
            else value
            if isinstance(value, Document)
            else None
        )
        offers = self.offers(None, Attempt())
        current: Any = document if document is not None else value
        for step in self.steps:
            arguments = step.arguments(document, resources or {}, offers)
            if step.each:
                current = [_call(step, item, arguments) for item in current]
            else:
                current = _call(step, current, arguments)
        return current


def _call(step: Step, value: Any, arguments: Mapping[str, Any]) -> Any:
    result = step.function(value, **arguments)
    if inspect.isawaitable(result):
        import asyncio

        result = asyncio.run(_awaited(result))
    return check_output(step, result)


async def _awaited(result: Any) -> Any:
    return await result


def check_output(step: Step, result: Any) -> Any:
    """Return the result as its declared type.

    Raises:
        InvalidStepOutput: It is not of that type; the message names the place, never the value.
    """
    try:
        return step.output.validate_python(result)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the result"
        raise InvalidStepOutput(
            f"Step {step.name!r} returned something else than it declares: {where}: {first['type']}."
        ) from None
