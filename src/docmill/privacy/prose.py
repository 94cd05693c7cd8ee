"""What the model reads, and which of its tags are believed.

The model is the slow layer and the one that takes markers for names. It reads only lines in which something
is left that neither structure nor the word lists explain, and its tags have to agree with what is known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, takewhile

from docmill.privacy.dates import date_pattern
from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import classify, is_label_word
from docmill.privacy.lines import Line
from docmill.privacy.model import Tag, TagReader
from docmill.privacy.models import Finding
from docmill.privacy.namesakes import is_clinical_use, is_part_of_organisation, is_work_or_brand
from docmill.privacy.people import (
    is_eponym,
    is_given_name,
    is_laboratory_term,
    is_ordinary,
    is_particle,
    is_surname,
    is_title,
    word_key,
)
from docmill.privacy.text import fold
from docmill.privacy.values import Span
from docmill.privacy.vocabulary import listed

_LEFT_OVER = re.compile(r"[^\W\d_]{2,}")
_WORDS = re.compile(r"[^\W\d_][\w'’]*")
_NAMED = re.compile(
    r"(?:\b(?:name|named|patient|pt|mr|mrs|ms|miss|dr|hi|dear|hello|user|customer|am|is)\W{1,3})$", re.IGNORECASE
)
_SMALL_END = re.compile(r"(?<=[^\W\d_])(?: [a-zß-ÿ]\w*)+$")
_SMALL_LEAD = re.compile(r"(?:[a-zß-ÿ]+ )?(?:number|no|nr|nummer|número|numero) (?=\d)")
# "eGFRcreat", "proBNP": names do not begin in small letters and go on in capitals.
_CODE_WORD = re.compile(r"[a-z]+[A-Z]{2}")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ROMAN = re.compile(r"[IVX]{1,4}")
_PAGE = re.compile(
    r"(?:page|pag\.?|página|pagina|seite|blatt|strona|str\.|feuille|hoja|стор\.?|сторінка)\s{0,2}\d{1,4}"
    r"(?:\s{0,2}(?:/|of|von|de|di|van|sur|z|із|з)\s{0,2}\d{1,4})?",
    re.IGNORECASE,
)
# spaCy's label; Rampart has one for each part of a name.
_SPACY = "PERSON"
_SURE = 0.9
_LONGEST_PAGE = 16
_MOST_SHORT = 2
# "6-4, 7-5"
_MATCH_SCORE = re.compile(r"(?<![\w-])\d-\d(?:, \d-\d)+(?![\w-])")
_CERTAIN = 0.95
_ADDRESS_GAP = 20
_BRIDGED = 2
_WITHIN_CODE = ("-", "/", "#")
_LEAST_ID_DIGITS = 5
_LONGEST_ABBREVIATION = 5
_SHORT_NAME = 4
_LEAST_PHONE_DIGITS = 7


def model_findings(
    text: str, lines: list[Line], found: list[Finding], guard: Guard, model: TagReader
) -> Iterator[Finding]:
    """Yield what the model finds in the lines that are left over.

    Args:
        text: The normalised text.
        lines: Its lines.
        found: What the other layers found.
        guard: What is protected; result rows are not read.
        model: The loaded model.
    """
    known = sorted((item.start, item.end) for item in found if item.score >= _CERTAIN)
    for start, end in left_over(text, lines, found, guard):
        read = (tag._replace(start=tag.start + start, end=tag.end + start) for tag in model.tags(text[start:end]))
        # What is known for certain is not asked again, whatever type the model gives it.
        tags = [_without_small_words(text, tag) for tag in read if not _is_inside(tag, known)]
        yield from (
            Finding(tag.start, tag.end, tag.type, tag.score, "model") for tag in tags if _is_believed(text, tag, tags)
        )


def _without_small_words(text: str, tag: Tag) -> Tag:
    """Take off what stands before and after a name: "Thanks Paula", "Dellucci klagte über"."""
    value = text[tag.start : tag.end]
    first, space, rest = value.partition(" ")
    if tag.type == "PERSON" and space and fold(first) in listed("ordinary") and not is_given_name(first):
        return _without_small_words(text, tag._replace(start=tag.end - len(rest)))
    if tag.type == "PERSON" and (titled := _after_title(value)):
        return tag._replace(start=tag.start + titled)
    lead = _SMALL_LEAD.match(value) if tag.type == "ADDRESS" else None
    if lead:
        return tag._replace(start=tag.start + lead.end())
    small = _SMALL_END.search(value) if tag.type == "PERSON" and value[:1].isupper() else None
    return tag._replace(end=tag.start + small.start()) if small and not is_particle(value.split()[-1]) else tag


def _after_title(value: str) -> int:
    """Return where the name begins behind words that are none and a form of address: "Ihren Patienten Herrn Roe"."""
    for match in _WORDS.finditer(value):
        word = match.group()
        if is_title(word) and match.start() and match.end() + 1 < len(value):
            return len(value) - len(value[match.end() :].lstrip(" ."))
        if is_given_name(word) or is_surname(word):
            break
    return 0


def _is_inside(tag: Tag, known: list[Span]) -> bool:
    index = bisect_right(known, (tag.start, tag.end))
    return any(first <= tag.start and tag.end <= last for first, last in known[max(0, index - 2) : index + 1])


def left_over(text: str, lines: list[Line], found: Iterable[Finding], guard: Guard) -> list[Span]:
    """Return runs of lines that hold words which nothing explains yet."""
    covered = sorted((finding.start, finding.end) for finding in found)
    runs: list[Span] = []
    position = 0
    last = -_BRIDGED - 2
    for index, line in enumerate(lines):
        while position < len(covered) and covered[position][1] <= line.start:
            position += 1
        if index in guard.rows or not line.cells:
            last = -_BRIDGED - 2
            continue
        if not _is_open(line, covered, position, guard):
            continue
        # Explained lines between two open ones are read along: a model needs the sentence, not the word.
        if index - last <= _BRIDGED + 1:
            runs[-1] = (runs[-1][0], line.end)
        else:
            runs.append((line.start, line.end))
        last = index
    return runs


def _is_open(line: Line, covered: list[Span], position: int, guard: Guard) -> bool:
    """Whether a word of the line is neither found, protected nor known; findings from ``position`` on may cover it."""
    inside = list(takewhile(lambda span: span[0] < line.end, islice(covered, position, None)))
    for match in _LEFT_OVER.finditer(line.folded):
        if _is_known(match.group()):
            continue
        start, end = line.start + match.start(), line.start + match.end()
        if not any(first <= start and end <= last for first, last in inside) and not guard.touches(start, end):
            return True
    return False


@cache
def _is_known(word: str) -> bool:
    return (
        word in listed("ordinary")
        or word in listed("laboratory")
        or word in listed("eponyms")
        or word in listed("organisations")
        or word in listed("titles")
        or word in listed("credentials")
        or classify(word) is not None
        or is_label_word(word)
    )


def _is_believed(text: str, tag: Tag, tags: list[Tag]) -> bool:
    value = text[tag.start : tag.end]
    if any(page.start() < tag.end for page in _PAGE.finditer(text, max(0, tag.start - _LONGEST_PAGE), tag.end)):
        return False
    if tag.type == "PERSON":
        return _is_person(text, tag, value, tags)
    if tag.type == "LOCATION":
        return _is_location(text, tag)
    if tag.type == "ADDRESS":
        return _is_place(text, tag, tags) and not (
            is_clinical_use(text, tag.start, tag.end)
            or _is_abbreviation(text, tag)
            or text[max(0, tag.start - 1) : tag.start] in _WITHIN_CODE
        )
    if tag.type in ("ID", "BANK"):
        return sum(letter.isdigit() for letter in value) >= _LEAST_ID_DIGITS and not date_pattern().fullmatch(
            fold(value)
        )
    if tag.type == "PHONE":
        return sum(letter.isdigit() for letter in value) >= _LEAST_PHONE_DIGITS
    return "@" in value if tag.type == "EMAIL" else "." in value


def _is_person(text: str, tag: Tag, value: str, tags: list[Tag]) -> bool:
    words = _WORDS.findall(value)
    before = text[max(0, tag.start - 12) : tag.start]
    if not words or (len(value.strip()) < 2):
        return False
    if tag.label == _SPACY and not any(is_given_name(word) or is_surname(word) for word in words):
        # It knows English only.
        return False
    if (is_eponym(words[0]) and words[-1].islower()) or _CODE_WORD.match(words[0]):
        return False
    if is_work_or_brand(text, tag.start, tag.end) or _is_element(text, before, value):
        return False
    titled = bool(re.search(r"(\S+)\s$", before)) and is_title(before.split()[-1])
    if all(is_ordinary(part) for word in words for part in _CAMEL_CASE.split(word)) and not titled:
        return False
    if len(words) == 1 and words[0].islower() and not _NAMED.search(before) and not _neighbours(tag, tags, 3):
        return False
    if titled or _NAMED.search(before):
        return True
    if tag.score < _SURE and not any(is_given_name(word) or is_surname(word) for word in words):
        # Small letters explain a word that no list of names has.
        return not value.islower() and not is_clinical_use(text, tag.start, tag.end) and not _is_abbreviation(text, tag)
    if is_part_of_organisation(text, tag.end):
        return False
    return not is_clinical_use(text, tag.start, tag.end) and not _is_abbreviation(text, tag)


def _is_element(text: str, before: str, value: str) -> bool:
    """Whether a word is the name of an element of XML, which is closed somewhere ("<Roe> hello" is a speaker)."""
    return before.endswith("</") or (before.endswith("<") and f"</{value}" in text)


def _is_abbreviation(text: str, tag: Tag) -> bool:
    """Whether words in capitals ("NYHA III", "HAS-BLED") stand in a text that is not all in capitals."""
    words = [word for word in re.split(r"[\s-]+", text[tag.start : tag.end]) if not _ROMAN.fullmatch(word)]
    if len(words) > (1 if tag.type == "PERSON" else _MOST_SHORT) or not all(word[1:2].isupper() for word in words):
        return False
    if any(len(word) > _SHORT_NAME and (is_given_name(word) or is_surname(word)) for word in words):
        return False
    around = text[max(0, tag.start - 40) : tag.start] + text[tag.end : tag.end + 40]
    return all(len(word) <= _LONGEST_ABBREVIATION for word in words) and any(map(str.islower, around))


def _is_place(text: str, tag: Tag, tags: list[Tag]) -> bool:
    """Whether a part of an address tells of a place, or stands beside one that does."""
    near = [tag, *_neighbours(tag, tags, _ADDRESS_GAP)]
    value = text[tag.start : tag.end]
    words = _WORDS.findall(value)
    if _MATCH_SCORE.search(value) or _is_titled(words):
        return False
    if len(near) == 1 and _is_small_among_capitals(text, tag):
        return False
    if words and (all(map(is_laboratory_term, words)) or all(classify(fold(word)) or is_title(word) for word in words)):
        return False
    if len(near) > 1:
        return any(_tells(text[other.start : other.end]) for other in near)
    longest = max(map(len, words), default=0)
    return longest >= 4 and _tells(text[tag.start : tag.end]) and not any(map(str.isdigit, text[tag.start : tag.end]))


def _is_titled(words: list[str]) -> bool:
    """Whether words are a title and a name, not a street that has the name of one: "Dr. Roe 1460"."""
    streets = listed("street_types") | listed("street_suffixes")
    return len(words) > 1 and is_title(words[0]) and not any(word_key(word) in streets for word in words[1:])


def _is_small_among_capitals(text: str, tag: Tag) -> bool:
    """Whether words in small letters stand where names of places have capitals: "in gutem Zustand"."""
    words = text[tag.start : tag.end]
    line = text[text.rfind("\n", 0, tag.start) + 1 : tag.start]
    first = fold(words.split(" ")[0])
    if first in listed("street_prefixes") or first in listed("street_types"):
        return False
    return words[:1].islower() and not any(map(str.isdigit, words)) and any(map(str.isupper, line))


def _is_location(text: str, tag: Tag) -> bool:
    """Whether a place without a street is one: a capitalised word that is neither ordinary nor a term."""
    words = _WORDS.findall(text[tag.start : tag.end])
    told = [word for word in words if len(word) >= _SHORT_NAME and word[0].isupper() and not is_ordinary(word)]
    return bool(told) and not is_clinical_use(text, tag.start, tag.end) and not _is_abbreviation(text, tag)


def _tells(value: str) -> bool:
    """Whether a word of a tagged place is neither ordinary nor a label."""
    return any(len(word) > 1 and not is_ordinary(word) for word in _WORDS.findall(value))


def _neighbours(tag: Tag, tags: list[Tag], distance: int) -> list[Tag]:
    """Return the tags of the same type that stand beside one, at most ``distance`` code points away."""
    return [
        other
        for other in tags
        if other.type == tag.type
        and other is not tag
        and (0 <= tag.start - other.end <= distance or 0 <= other.start - tag.end <= distance)
    ]
