"""Calling a step's function: decode its input, check and encode what it returns; in a child process too."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

from docmill.engine.payload import to_json
from docmill.engine.pipeline import Document, Resources, Step, check_output
from docmill.errors import OutputLimitExceeded

Encoded = bytes | list[bytes]
ResourceFactory = Callable[[], Resources]

LARGEST_OUTPUT_BYTES = 256 * 1024 * 1024


@functools.cache
def resources_of(factory: ResourceFactory) -> Resources:
    """Return what steps may ask for; made once a process."""
    return factory()


@functools.cache
def _first_seen(step: Step) -> Step:
    # Each call brings a copy of its step; to read the annotations of each anew would take a millisecond.
    return step


def decode_input(step: Step, inputs: Sequence[bytes] | bytes | None, document: Document | None) -> Any:
    """Return the input of a step as the type that it declares.

    Raises:
        InvalidInput: The stored or submitted input does not fit; the message names the place, never the value.
    """
    if step.takes_document:
        return document
    data = inputs if isinstance(inputs, bytes) else b"[" + b",".join(inputs or ()) + b"]"
    return step.decode(data)


def encode_result(step: Step, fans_out: bool, result: Any) -> Encoded:
    """Return a step's result as JSON: one value, or one per item where the next step runs once per item.

    Raises:
        InvalidStepOutput: It is not of the declared type.
        OutputLimitExceeded: It is too large to be stored.
    """
    checked = check_output(step, result)
    encoded: Encoded
    if fans_out:
        encoded = [to_json(step.output_item, item) for item in checked]
        size = sum(map(len, encoded))
    else:
        encoded = to_json(step.output, checked)
        size = len(encoded)
    if size > LARGEST_OUTPUT_BYTES:
        raise OutputLimitExceeded(
            f"Step {step.name!r} returned {size} bytes; the most that is stored is {LARGEST_OUTPUT_BYTES}."
        )
    return encoded


def run_in_child(
    step: Step,
    fans_out: bool,
    inputs: Sequence[bytes] | bytes | None,
    document: Document | None,
    offers: dict[type, Any],
    factory: ResourceFactory,
) -> tuple[Encoded, float]:
    """Decode, call and encode; runs in a child process, so that the parent touches none of the data.

    Returns:
        The encoded result, and the seconds that it took.
    """
    began = time.monotonic()
    step = _first_seen(step)
    value = decode_input(step, inputs, document)
    encoded = encode_result(
        step, fans_out, step.function(value, **step.arguments(document, offers, resources_of(factory)))
    )
    return encoded, time.monotonic() - began
