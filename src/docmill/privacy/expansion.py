"""Findings grow to the whole name and the whole address: a half-masked value is a leak."""

from __future__ import annotations

import re
from bisect import bisect_left

from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import classify
from docmill.privacy.models import Finding
from docmill.privacy.people import (
    UPPER,
    is_credential,
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

_NAME = rf"[{UPPER}][^\W\d_]{{0,30}}(?:['’-][^\W\d_]{{1,30}}){{0,3}}"
_PARTICLES = (
    r"(?:de la|de las|de los|de|da|do|dos|del|van der|van den|van de|van 't|van ’t|in 't|in ’t|op den|van"
    r"|von der|von|der|di|la|lo|le|el|al|bin|y|ap|mac an|mac|Ó|Ní|Uí|Nic|St\.)"
)
_RIGHT = re.compile(rf"[ ](?:{_PARTICLES} )?({_NAME}\.?)(?!\w)")
_MOVED = re.compile(rf" {{2,3}}({_NAME})(?=  |\n|$)")
_RIGHT_LOWER = re.compile(r"[ ]((?:[a-z](?=\.? [a-z]))|[^\W\d_A-Z][^\W\d_]+(?:['’-][^\W\d_]+)*)\.?(?![\w@])")
_LEFT = re.compile(rf"(?:^|(?<=[\s(\"'>|:,/]))({_NAME}\.?) $")
_LEFT_PARTICLES = re.compile(rf"(?:^|(?<=[\s\"'(]))({_PARTICLES}) $", re.IGNORECASE)
_INITIAL = re.compile(r"(?:^|[\s.])[^\W\d_]$")
_LONGEST_NAME = 60
_LONGEST_GAP = 32
_BREAK = re.compile(
    r"[:;|\t@=]|  |(?<!\bCo)\. [A-Z]|\n\n"
    r"|\b(?:and|or|by|of|the|is|was|phone|tel|call|dob|contact|policy|mrn|in|at|from|to|on|with|for)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?:(?<=\s)|^|(?<=[(\",]))"
    r"((?:(?:Flat|Apt\.?|Unit|H\. ?No\.|House|Studio|Suite|No\.) ?)?(?:\d{1,6}[A-Za-z]?(?:[/-]\d+)?,? )?)$",
    re.IGNORECASE,
)
_UNIT = r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Box|Floor|Room|Appt|Wohnung)\.? ?#?\w+"
_CODE = (
    rf"(?:\d{{3}} \d{{2}}(?= [{UPPER}][^\W\d_]{{2}})|"
    r"\d{4,6}(?:-\d{3,4})?|[AC-FHKNPRTV-Y]\d[\dW] ?[\dAC-FHKNPRTV-Y]{4}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{2}-\d{3}|\d{4} ?[A-Z]{2})"
)
_WHOLE_CODE = re.compile(rf"\b{_CODE}\b")
_BEFORE_PART = rf"(?:^|(?<=[\n\t(|])|(?<=[,;:·|] )|(?<=  )|(?<= )(?=\d{{1,5}}[A-Za-z]? [{UPPER}]))"
_PART_BEFORE = re.compile(
    rf"{_BEFORE_PART}((?:[мс]\. ?|\d{{1,4}}[A-Za-z]? )?[{UPPER}][\w'’.-]*"
    rf"(?: (?:of|the|de|la|du|an|am|der|[{UPPER}\d][\w'’.-]*)){{0,4}}, )$"
)
_CODE_LAST = re.compile(r"(?:[ ,-]\d{5}|, \d{4}|[ ,-]\d{2}-\d{3}|\n *\d{4}|\n *\d{3} \d{2})$")
_TOWN_WORD = re.compile(rf" (?:\(?([{UPPER}][^\W\d_]+(?:-[^\W\d_]+)*)\)?)(?![\w:@])")
_TOWN_REST = re.compile(rf" (?:am Main|(?:im|am|an der|ob der|vor der|sur|sous) ([{UPPER}][^\W\d_]+))(?![\w:@])")
_CODE_AND_TOWN = re.compile(rf"\b\d{{4,5}} [{UPPER}][^\W\d_]+(?:-[^\W\d_]+)*$")
_TOWN_BEFORE = re.compile(rf"(?<=[,;:(] )(?:[{UPPER}][\w'’.-]* ){{1,3}}$")
_DWELLING_MARK = r"(?:кв|м|с|буд|д|обл|app|apt|apto|int|bte|m|lok|piso|esc)\. ?"
_NAMES = rf"[{UPPER}][\w'’-]*(?: [{UPPER}][\w'’-]*){{0,3}}"
_TO_CODE = re.compile(
    r"(?:/[A-Z\d]{1,3})*(?: (?:bis|ter)\b)?"
    rf"(?:(?:,| -|,? –) (?:{_DWELLING_MARK}|(?:apto|apt|ap|bloco|sala) )?(?:\d{{1,4}}[A-Za-z]?|{_NAMES})){{0,4}}"
    r"(?:,| -|,? –)? ?(?:CEP:? )?(?:\d{5}(?:-\d{3})?|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4}(?: [A-Z]{2})?)"
    rf"(?: {{1,2}}{_NAMES}(?: \([A-Z]{{2}}\)|/[A-Z]{{2}}\b)?|(?=[\s,.;)]|$))"
)
_LONGEST_PART = 60
_MOST_PARTS = 3
# A dwelling, the region after a town, the French mark of large post offices, a post code with the town's country.
_TAIL = re.compile(
    rf"(?:,? ?\n? ?(?i:{_UNIT})|,? #\w+)\b| (?i:CEDEX)(?: \d{{1,2}})?\b|(?<=\w) \([A-Z]{{2}}\)"
    rf"|,?(?: -)?[ \n]{{1,2}}(?:(?P<region>[A-Z]{{2,3}}) )?{_CODE}\b(?![.,]\d|\s?(?:%|mg|g/|mmol|U/))"
)
# A line that can stand inside an address: a unit, a town, a region, a country, a post code.
_BLOCK_LINE = re.compile(
    rf"\n[ \t]*,?[ ]?(?:{_UNIT}|(?:[{UPPER}][\w'’.()-]*[ ,]*){{0,5}}(?P<code>\b{_CODE})?(?: ?[{UPPER}]\w+)?)"
    r"(?=[.,?!;)]?(?:\s|$))"
)
_MOST_BLOCK_LINES = 5


def expand(text: str, findings: list[Finding], guard: Guard) -> list[Finding]:
    """Return the findings, with names and addresses grown to their natural ends."""
    grown = [_grown_name(text, item, guard) if item.type == "PERSON" else item for item in findings]
    places = sorted(item for item in grown if item.type == "ADDRESS")
    others = sorted(item for item in grown if item.type != "ADDRESS")
    taken = [(item.start, item.end) for item in others]
    return [*others, *(_grown_address(text, item, taken, guard) for item in _joined(text, places, others, guard))]


def _grown_name(text: str, finding: Finding, guard: Guard) -> Finding:
    if finding.layer == "structure" and finding.score >= 0.95:
        return finding._replace(end=_over_gap(text, finding.end, guard))
    if text[finding.start : finding.end].islower():
        return finding._replace(end=_lower_end(text, finding.start, finding.end))
    end = _right_end(text, finding.start, finding.end, guard)
    return finding._replace(start=_left_start(text, finding.start, end, guard), end=end)


def _over_gap(text: str, end: int, guard: Guard) -> int:
    """Return where a name in a field ends of which a scan has moved a known part away: "MACALLISTER, FIONA  JEAN"."""
    while match := _MOVED.match(text, end):
        known = is_given_name(match.group(1)) or is_surname(match.group(1))
        if not known or is_ordinary(match.group(1)) or guard.touches(end, match.end()):
            break
        end = match.end()
    return end


def _right_end(text: str, start: int, end: int, guard: Guard) -> int:
    while end - start < _LONGEST_NAME and text[end - 2 : end] not in ("'s", "’s"):
        match = _RIGHT.match(text, end)
        if not match or not _may_join(match.group(1)) or guard.touches(end, match.end()):
            break
        if text[match.end() : match.end() + 1] == ":":
            break
        end = match.end()
    if text[end - 1] == "." and not _INITIAL.search(text[start : end - 1]):
        return end - 1
    # The full stop of an initial belongs to it.
    return end + 1 if text[end : end + 1] == "." and _INITIAL.search(text[start:end]) else end


def _left_start(text: str, start: int, end: int, guard: Guard) -> int:
    while end - start < _LONGEST_NAME:
        match = _LEFT.search(text, max(0, start - 30), start) or _LEFT_PARTICLES.search(text, max(0, start - 10), start)
        if not match or not _may_join(match.group(1)) or guard.touches(match.start(1), start):
            break
        start = match.start(1)
    return start


def _lower_end(text: str, start: int, end: int) -> int:
    """Return where a name in lower case ends, with its initials and its surname ("siobhan j kowalczyk")."""
    whole = end
    while (match := _RIGHT_LOWER.match(text, end)) and end - start < _LONGEST_NAME:
        word = match.group(1)
        if len(word) > 1 and (is_laboratory_term(word) or (is_ordinary(word) and not is_surname(word))):
            break
        end = match.end()
        # An initial belongs to the name only where the surname follows.
        if len(word) > 1:
            whole = end - (text[end - 1] == ".")
            break
    return whole


def _may_join(word: str) -> bool:
    key = word_key(word)
    if len(key) <= 1 or is_particle(word):
        return True
    if is_title(word) or is_credential(word) or key in listed("organisations"):
        return False
    if len(key) > 3 and (is_given_name(word) or is_surname(word)):
        return True
    return not is_laboratory_term(word) and key not in listed("ordinary") and classify(key) is None


def _joined(text: str, places: list[Finding], others: list[Finding], guard: Guard) -> list[Finding]:
    joined: list[Finding] = []
    for finding in places:
        last = joined[-1] if joined else None
        if last and (finding.start <= last.end or _is_one_address(text, last, finding, others, guard)):
            joined[-1] = last._replace(
                end=max(last.end, finding.end),
                score=max(last.score, finding.score),
                layer="structure" if "structure" in (last.layer, finding.layer) else last.layer,
            )
        else:
            joined.append(finding)
    return joined


def _is_one_address(text: str, left: Finding, right: Finding, others: list[Finding], guard: Guard) -> bool:
    gap = text[left.end : right.start]
    if len(gap) > _LONGEST_GAP or _BREAK.search(gap) or guard.touches(left.end, right.start):
        return False
    between = bisect_left(others, left.end, key=lambda item: item.start)
    return between == len(others) or others[between].start >= right.start


def _grown_address(text: str, finding: Finding, taken: list[Span], guard: Guard) -> Finding:
    start, end = finding.start, finding.end
    house = _HOUSE.search(text, max(0, start - 24), start)
    if house and house.group(1) and not guard.touches(house.start(1), start):
        start = house.start(1)
    start = _parts_before(text, start, end, taken, guard)
    while (tail := _TAIL.match(text, end)) and tail.end() > end and not guard.touches(end, tail.end()):
        # "NB C5M4R7\nDOB 1963": a label is no region before a post code.
        if tail["region"] and classify(fold(tail["region"])) is not None:
            break
        end = tail.end()
    end = max(_town_end(text, start, end, guard), _code_end(text, end, guard))
    end = _river_end(text, start, end, guard)
    return finding._replace(start=start, end=max(end, _block_end(text, end, guard)))


def _town_end(text: str, start: int, end: int, guard: Guard) -> int:
    """Return where the town ends that stands after the post code at the end of an address: "- 50125 Firenze (FI)"."""
    if not _CODE_LAST.search(text, start, end):
        return end
    while town := _TOWN_WORD.match(text, end):
        word = word_key(town.group(1))
        if classify(word) is not None or is_laboratory_term(word) or guard.touches(end, town.end()):
            break
        end = town.end()
    return end


def _river_end(text: str, start: int, end: int, guard: Guard) -> int:
    """Return where a town's name ends that goes on with its river or region: "60311 Frankfurt am Main"."""
    rest = _TOWN_REST.match(text, end) if _CODE_AND_TOWN.search(text, start, end) else None
    named = rest and not is_ordinary(rest.group(1) or "") and not guard.touches(end, rest.end())
    return rest.end() if rest and named else end


def _code_end(text: str, end: int, guard: Guard) -> int:
    """Return where the post code and the town end that follow a street after more parts: ", кв. 4, м. Львів, 79005"."""
    rest = _TO_CODE.match(text, end)
    if not rest or guard.touches(end, rest.end()) or any(classify(word_key(word)) for word in rest.group().split()):
        return end
    return rest.end()


def _is_taken(start: int, end: int, taken: list[Span]) -> bool:
    place = bisect_left(taken, (end, 0))
    return place > 0 and taken[place - 1][1] > start


def _parts_before(text: str, start: int, end: int, taken: list[Span], guard: Guard) -> int:
    """Return where an address begins whose post code was found: "The Surgery, Abbey Road, Sherborne DT9 3LE"."""
    if not _WHOLE_CODE.search(text, start, end):
        return start
    town = _TOWN_BEFORE.search(text, max(0, start - _LONGEST_PART), start)
    if town and not any(classify(word_key(word)) for word in town.group().split()):
        start = start if guard.touches(town.start(), start) or _is_taken(town.start(), start, taken) else town.start()
    for _ in range(_MOST_PARTS):
        part = _PART_BEFORE.search(text, max(0, start - _LONGEST_PART), start)
        if not part or guard.touches(part.start(1), start):
            break
        if _is_taken(part.start(1), start, taken):
            break
        start = part.start(1)
    return start


def _block_end(text: str, end: int, guard: Guard) -> int:
    """Return where the lines of an address end, if one of the next lines has a post code."""
    position = end
    for _ in range(_MOST_BLOCK_LINES):
        line = _BLOCK_LINE.match(text, position)
        if not line or not line.group().strip() or guard.touches(position, line.end()):
            break
        # "Freiburg\nTel. 0761 ...": a number with a label is no post code.
        if line.group("code") and any(classify(word_key(word)) is not None for word in line.group().split()):
            break
        position = line.end()
        if line.group("code"):
            return position
    return end
