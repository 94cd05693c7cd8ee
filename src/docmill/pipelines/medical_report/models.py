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
