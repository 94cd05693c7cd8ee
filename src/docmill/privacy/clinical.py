"""Eponyms in clinical use: "Graves disease" and "Bence Jones protein" name nobody."""

from __future__ import annotations

import re

_NOUN = (
    r"tests?|stain\w*|bod(?:y|ies)|rods|rings|cells?|virus|viral|disease|syndrome|signs?|thyroiditis|anti(?:gens?|body|bodies)|proteins?"
    r"|urine|cultures?|agar|medium|lymphoma|sarcoma|tumou?rs?|an(?:a)?emia|leuk(?:a?emia)|equation|formula|methods?|scale|scores?|criteria"
    r"|index|classification|stage|grade|procedure|operation|reflex|factor|fracture|ulcer|o?edema|neuropathy|deficiency|panel|screen"
    r"|titers?|titres?|smear|reaction|phenomenon|fever|hormones?|units?|clearance|time|positive|negative|palsy|hernia|contracture|nodes?"
    r"|man(?:o)?euver|chorea|dystrophy|ataxia|o?esophagus|thermometer|assay|group|type|blood|stadium|krankheit|zellen|morbus|maladie"
    r"|enfermedad|malattia|choroba|ziekte|nephropathy|glomerulonephritis|encephalopathy|granulomatosis|arteritis|disorder|dementia"
)
_USE = re.compile(
    rf"(?:['’]s?)?(?:(?:[- ]|, )[A-ZÀ-Þ][\w'’-]+)?(?: and [A-Z]\w+)?[ -]{{1,2}}(?:[a-z]{{2,12}} )?(?i:{_NOUN})\b"
)
# "Gleason 3+4", "Bosniak IIF", "Levey's CKD-EPI".
_GRADE = re.compile(r"(?: (?:[IVX]{1,4}[A-Fa-f]?|\d[a-c]?(?:[+/]\d)?)(?![\w./-])|['’]s? [A-Z]{2,}\b)")
_BEFORE = re.compile(r"(?i:\b(?:morbus|anti|maladie de|enfermedad de|malattia di|choroba|ziekte van)[ -])$")


def is_clinical_use(text: str, start: int, end: int) -> bool:
    """Whether the capitalised words ``text[start:end]`` are used as a clinical term.

    Args:
        text: The normalised text.
        start: First code point of the words.
        end: One past the last.
    """
    return bool(_USE.match(text, end) or _GRADE.match(text, end) or _BEFORE.search(text, max(0, start - 16), start))
