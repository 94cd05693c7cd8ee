"""What has the name of a person and is nobody: diseases and tests, organisations, films, books and goods."""

from __future__ import annotations

import re

from docmill.privacy.people import UPPER, is_given_name, word_key
from docmill.privacy.vocabulary import listed

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
_MORBUS = re.compile(r"(?i:\b(?:morbus|anti|maladie de|enfermedad de|malattia di|choroba|ziekte van)[ -])$")
_FOLLOWING = re.compile(rf"(?:['’]s(?= [{UPPER}]))?(?: [^\W\d_][\w'’.-]*){{1,2}}")
_CALLED = re.compile(
    r"(?i:\b(?:(?:film|movie|novel|musical|opera|sitcom|album)(?: called| named| titled| entitled)?"
    r"|(?:book|play|song|series|show|game|brand|ship) (?:called|named|titled|entitled)|remake(?: of)?) [\"“‘']?)$"
)
_SHOWN = re.compile(
    r"['’\"”]?,? (?:ends|premieres?|premiered|(?:is|was|were) (?:even |still )?in cinemas|on Netflix)\b"
)
_GOODS = re.compile(
    r" (?:sneakers|shoes|boots|socks|jeans|shirts?|jackets?|handbags?|bottles?|perfumes?|lipsticks?"
    r"|whisk(?:e)?y|beer|wine|lamps?|filters?|brochures?|phones?|laptops?|printers?|kettles?|guitars?|catalogues?|catalogs?)\b"
)
# "Schindler's List", but not "Anna's GP".
_WORK_TITLE = re.compile(r"['’]s [A-ZÀ-Þ][a-zß-ÿ]+")
_POSSESSIVE = re.compile(r"['’]s$")
# The other words of a name of which a model tags each alone.
_WORDS_BEFORE = re.compile(r"(?<![\w-])(?:[A-ZÀ-Þ][\w-]+ ){1,3}$")
_WORDS_AFTER = re.compile(r"(?: [A-ZÀ-Þ][\w-]+){1,3}")
_LOOK_BACK = 24


def is_nobody(text: str, start: int, end: int) -> bool:
    """Whether the capitalised words ``text[start:end]`` are a clinical term, or name an organisation, a work or goods.

    Args:
        text: The normalised text.
        start: First code point of the words.
        end: One past the last.
    """
    clinical = is_clinical_use(text, start, end)
    return clinical or is_part_of_organisation(text, end) or is_work_or_brand(text, start, end)


def is_clinical_use(text: str, start: int, end: int) -> bool:
    """Whether the capitalised words ``text[start:end]`` are used as a clinical term.

    Args:
        text: The normalised text.
        start: First code point of the words.
        end: One past the last.
    """
    return bool(_USE.match(text, end) or _GRADE.match(text, end) or _MORBUS.search(text, max(0, start - 16), start))


def is_part_of_organisation(text: str, end: int) -> bool:
    """Whether the words before ``end`` begin the name of an organisation: "St. Brendan's Hospital"."""
    following = _FOLLOWING.match(text, end)
    return following is not None and any(
        word_key(word) in listed("organisations") for word in following.group().split()
    )


def is_work_or_brand(text: str, start: int, end: int) -> bool:
    """Whether the capitalised words ``text[start:end]`` are what a work or a product is called.

    Args:
        text: The normalised text.
        start: First code point of the words.
        end: One past the last.
    """
    if before := _WORDS_BEFORE.search(text, max(0, start - _LOOK_BACK), start):
        start = before.start()
    end -= len(text[start:end]) - len(_POSSESSIVE.sub("", text[start:end]))
    if after := _WORDS_AFTER.match(text, end):
        end = after.end()
    words = text[start:end]
    if _CALLED.search(text, max(0, start - _LOOK_BACK), start) or _SHOWN.match(text, end):
        return True
    if is_given_name(words):
        # A given name alone may be a person who is to get the shoes.
        return False
    return bool(_GOODS.match(text, end) or (" " not in words and _WORK_TITLE.match(text, end)))
