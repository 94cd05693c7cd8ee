"""Names that words around them give away: a title before, a credential after, who did or was told something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from docmill.privacy.models import Finding
from docmill.privacy.people import is_given_name, is_laboratory_term, is_ordinary, name_at
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed

_CAPITALISED = r"[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_DEEDS = (
    "authori[sz]ed|ordered|signed(?: out)?|verified|validated|reviewed|seen|requested|referred|checked|collected|dictated"
    "|performed|examined|operated|drawn|reported|approved|released|prescribed|interpreted|confirmed|prepared|taken|sent|written"
    "|entered|received|evaluated|treated|admitted|assessed|followed|managed|counsel+ed|consulted|accompanied|delivered|completed|witnessed"
)
_CUES = (
    rf"\b(?:{_DEEDS}) (?:by|to|with)[ :]+",
    r"\b(?:spoke|speaking|discussed|talked|met|meeting|appointment|consultation|follow(?:ed)?[ -]?up|conversation|chat) (?:with|to)[ :]+",
    r"\b(?:called|phoned|notified|informed|telephoned|handed over|reported|communicated|faxed|paged|results?|minutes|presented|dw|d/w) (?:to|by|from|for)[ :]+",
    r"\b(?:notified|informed|paged|called|contacted|dw|d/w)[ :]+",
    r"\b(?:my name is|name is|i am|i'm|this is|it's|named|called|patients? named?|known as|signed|yours,?|regards,?|sincerely,?|best,|thanks,|cheers,|hi|hello|dear|hey)[ ,:\n]+",
    r"\b(?:mother|father|wife|husband|son|daughter|sister|brother|partner|guardian|spouse|parent|carer|neighbour|neighbor|aunt|uncle)(?: of|,| is|:)?[ ]+",
    r"\b(?:patients?|pt|client|similar to|like|such as|for|on behalf of|attention of|attn:?|c/o|beneficiary|insured|witness|adjuster|claimant)[ :]+",
    r"\b(?:durch|von|bei|an|frau|herrn?|lieber?|sehr geehrter?|par|por|da|przez|door|dhr\.|mevr\.|pani?|панi?)[ :]+",
    r"(?:^|\n)(?:mit freundlichen grüßen|cordialement|saludos|cordiali saluti|met vriendelijke groet|з повагою|z poważaniem),?\s*\n",
)
_TITLE = re.compile(r"(?<![\w.])(?:[^\W\d_]{1,7}\.?(?:-[^\W\d_]+\.?)?)[ \t]+(?=[^\W\d_])")
_BEFORE_CREDENTIAL = re.compile(
    rf"(?<![\w.-])({_CAPITALISED}(?:,? (?:{_CAPITALISED}|[A-Z]\.?|de|la|van|der|von|da|dos|el|al|bin)){{1,4}}),? (?=[A-Z])"
)
_WITH_INITIAL = re.compile(rf"(?<![\w.-])({_CAPITALISED}) (?:[A-Z]\. )?[A-Z]\.(?=[\s,;:)?!'’]|$)")
_INITIAL_FIRST = re.compile(rf"(?<![\w.-])(?:[A-Z]\. ?){{1,2}}({_CAPITALISED})(?![\w-])")
_LAST_FIRST = re.compile(
    rf"(?:^|(?<=[\n\t|])|(?<=\s\s))\s*({_CAPITALISED}(?:[ -]{_CAPITALISED})?), ?({_CAPITALISED})(?: [A-Z]\b\.?| {_CAPITALISED})?",
    re.MULTILINE,
)


def name_cues(text: str) -> Iterator[Finding]:
    """Yield names that their surroundings give away; the text is normalised."""
    yield from _titled(text)
    yield from _cued(text)
    yield from _credentialed(text)
    yield from _with_initials(text)
    yield from _family_name_first(text)


def _person(start: int, end: int, score: float) -> Finding:
    return Finding(start, end, "PERSON", score, "pattern")


def _titled(text: str) -> Iterator[Finding]:
    for match in _title_pattern().finditer(text):
        span = name_at(text, match.start(), _line_end(text, match.end()), labelled=True)
        if span and text[span[0] : span[0] + 1].isupper():
            yield _person(*span, 0.9)


@cache
def _title_pattern() -> re.Pattern[str]:
    titles = sorted(
        {title.rstrip(".") for title in listed("titles")} - {"med", "lord", "sir", "judge", "father", "sister", "mag"},
        key=len,
        reverse=True,
    )
    joined = "|".join(re.escape(title) for title in titles if len(title) > 1)
    return re.compile(rf"(?<![\w.@-])(?i:{joined})\b\.?(?=[ ./][ \w])")


@cache
def _cue_pattern() -> re.Pattern[str]:
    return re.compile(f"(?i:{'|'.join(_CUES)})")


def _cued(text: str) -> Iterator[Finding]:
    for match in _cue_pattern().finditer(text):
        span = name_at(text, match.end(), _line_end(text, match.end()), labelled=False)
        if not span or span[0] - match.end() > 16:
            continue
        found = text[span[0] : span[1]].replace(",", " ").split()
        known = any(is_given_name(word) for word in found)
        if known or (len(found) > 1 and not any(_is_common(word) for word in found)):
            yield _person(*span, 0.8)


def _credentialed(text: str) -> Iterator[Finding]:
    from docmill.privacy.people import is_credential

    for match in _BEFORE_CREDENTIAL.finditer(text):
        following = re.compile(r"[A-Za-z.()]+").match(text, match.end())
        if not following or len(following.group()) < 2 or not is_credential(following.group().rstrip("),;")):
            continue
        span = name_at(text, match.start(), match.end(), labelled=False)
        if span and " " in text[span[0] : span[1]]:
            yield _person(*span, 0.85)


def _with_initials(text: str) -> Iterator[Finding]:
    for match in _WITH_INITIAL.finditer(text):
        if not _is_common(match.group(1)) or is_given_name(match.group(1)):
            yield _person(*match.span(), 0.85)
    for match in _INITIAL_FIRST.finditer(text):
        if not _is_common(match.group(1)) and len(match.group(1)) > 2:
            yield _person(*match.span(), 0.75)


def _family_name_first(text: str) -> Iterator[Finding]:
    """Names in the form "SHAW, NATASHA" that begin a line or a cell."""
    for match in _LAST_FIRST.finditer(text):
        first = match.group(2)
        if is_given_name(first) and not is_laboratory_term(match.group(1)):
            yield _person(match.start(1), match.end(), 0.85)


def _is_common(word: str) -> bool:
    return is_ordinary(word) or is_laboratory_term(fold(word))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
