"""What anonymising a document yields: its pages with placeholders, and the artifacts.

``Finding`` is what a detector reports; ``Artifact`` is a finding that was replaced.
"""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel

ENTITY_TYPES = (
    "PERSON",
    "ADDRESS",
    "PHONE",
    "EMAIL",
    "DATE_OF_BIRTH",
    "MRN",
    "ACCESSION",
    "ID",
    "SSN",
    "NHS",
    "NATIONAL_ID",
    "CREDIT_CARD",
    "BANK",
    "IP",
    "USERNAME",
    "DATE",
    "LOCATION",
    "ORGANIZATION",
    "AGE",
    "URL",
)


class Finding(NamedTuple):
    """A piece of personal data found in a text.

    Attributes:
        start: First code point.
        end: One past the last code point.
        type: One of ``ENTITY_TYPES``.
        score: Confidence, 0 to 1.
        layer: Which layer found it: ``structure``, ``pattern``, ``model``, ``propagation``, ``dictionary``,
            ``recognizer`` (a user's own), ``sweep`` (the strict policy's last look).
    """

    start: int
    end: int
    type: str
    score: float
    layer: str


class Artifact(BaseModel):
    """One piece of personal data that was replaced.

    Attributes:
        type: One of ``ENTITY_TYPES``.
        original: The text that was replaced; sealed before it is stored.
        replacement: The placeholder, for example ``[PERSON_1]``.
        page: Page number, counted from 1.
        start: First code point of the original in the page's text before anonymisation.
        end: One past its last code point.
        output_start: First code point of the replacement in the page's text after anonymisation.
        output_end: One past its last code point.
        layer: As in ``Finding``.
        score: As in ``Finding``.
    """

    type: str
    original: str
    replacement: str
    page: int
    start: int
    end: int
    output_start: int
    output_end: int
    layer: str
    score: float
