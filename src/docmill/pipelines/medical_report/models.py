"""The shapes that the steps of the medical-report pipeline hand to each other, and the published result."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from docmill.documents.models import PageText
from docmill.privacy.models import Artifact

Flag = Literal["H", "L", "HH", "LL", "A", "N"]
Comparator = Literal["<", "<=", ">", ">="]
Method = Literal["rules", "model", "fallback"]


class Marker(BaseModel):
    """One lab result as it stands on the report.

    Attributes:
        name: The marker's name as printed.
        code: LOINC code, or None where it is not certain.
        code_system: ``http://loinc.org`` with a code, else None.
        value: The number, or the text of a qualitative result.
        comparator: Printed before the number, if any.
        unit: As printed.
        ucum: The unit as a UCUM code, or None where it is not certain.
        ref_low: Lower end of the printed reference range.
        ref_high: Upper end of the printed reference range.
        ref_text: The reference range as printed.
        flag: The printed flag, normalised.
        flag_derived: The flag that follows from value and range.
        specimen: Serum, urine and so on, where the report says so.
        observed_at: Date of the measurement as ISO 8601, where the report says so.
        page: Page number, counted from 1.
        source: The raw line that the marker was read from.
        confidence: 0 to 1.
        method: What read it.
        box: ``(x0, top, x1, bottom)`` of the row in points, where the source has boxes.
    """

    name: str
    code: str | None = None
    code_system: str | None = None
    value: float | str
    comparator: Comparator | None = None
    unit: str | None = None
    ucum: str | None = None
    ref_low: float | None = None
    ref_high: float | None = None
    ref_text: str | None = None
    flag: Flag | None = None
    flag_derived: Flag | None = None
    specimen: str | None = None
    observed_at: str | None = None
    page: int = 1
    source: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)
    method: Method = "rules"
    box: tuple[float, float, float, float] | None = None


class AnonymisedReport(BaseModel):
    """The report after anonymisation.

    Attributes:
        pages: The pages with placeholders; the word that is a placeholder has the box of what it replaces.
        artifacts: What was replaced, in the order of the text.
        policy: The privacy policy that was applied.
        warnings: What the reader should know, without any original.
    """

    pages: list[PageText]
    artifacts: list[Artifact]
    policy: str = "default"
    warnings: list[str] = []


class MarkerValue(BaseModel):
    """The value of a result, by its type.

    Attributes:
        type: ``numeric``, ``boolean`` for found or not found, ``text`` for everything else.
        number: The number of a numeric value.
        comparator: Printed before the number, if any.
        unit: As printed.
        value: Whether it was found, for a boolean value.
        text: As printed, for boolean and text values.
    """

    type: Literal["numeric", "boolean", "text"]
    number: float | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    value: bool | None = None
    text: str | None = None


class ReferenceRange(BaseModel):
    """The reference range of a result; ``text`` alone where there is no single range."""

    min: float | None = None
    max: float | None = None
    unit: str | None = None
    text: str | None = None


class NormalisedMarker(BaseModel):
    """A result in the published form; the further fields are those of ``Marker``."""

    code: str | None = None
    code_system: str | None = None
    name: str
    value: MarkerValue
    reference_range: ReferenceRange | None = None
    flag: Flag | None = None
    flag_derived: Flag | None = None
    ucum: str | None = None
    specimen: str | None = None
    observed_at: str | None = None
    page: int = 1
    source: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)
    method: Method = "rules"
    box: tuple[float, float, float, float] | None = None


class Person(BaseModel):
    """The patient, by the placeholders that stand for name and date of birth."""

    name: str | None = None
    dob: str | None = None


class NormalisedReport(BaseModel):
    """The published result of a report.

    Attributes:
        person: The patient, by placeholders.
        diagnostic_date: Date of the measurement, else of the report, as ISO 8601.
        diagnostic_title: At most 50 characters.
        language: ISO 639-1, or None where the text does not tell.
        markers: The results in the order of the report; repeated measurements are kept.
        pii: Personal data that is left in the text.
        method: ``rules``; ``model`` where a model took part; ``fallback`` where it failed.
        warnings: What the reader should know.
    """

    person: Person = Person()
    diagnostic_date: str | None = None
    diagnostic_title: str = Field(default="", max_length=50)
    language: str | None = None
    markers: list[NormalisedMarker] = []
    pii: list[str] = []
    method: Method = "rules"
    warnings: list[str] = []
