"""What a pipeline's ``publish`` function is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class PublishedJob:
    """The job whose result is written; everything here belongs to the completing transaction.

    Attributes:
        id: The job's id.
        document_id: Its document, if it has one.
        outputs: Returns what a step returned, given its function or name: a list for a step that ran once per item.
        seal: Encrypts bytes with the document's key, bound to a purpose.
    """

    id: UUID
    document_id: UUID | None
    outputs: Callable[[Callable[..., Any] | str], Any]
    seal: Callable[[str, bytes], bytes]
