"""How names of people are written, and what is certainly not one."""

from __future__ import annotations

import re

from docmill.privacy.labels import classify, is_label_word
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed

_MIXED_CREDENTIALS = frozenset({"phd", "frcpath", "mbchb", "mrcpath", "pharmd", "facharzt", "facharztin"})
UPPER = "A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ"
_ELIDED = re.compile(rf"(?:d|l|dell|dall|t)['’][{UPPER}]")
_WORD = r"[^\W\d_](?:[^\W_]|['’`´](?=[^\W\d_])|-(?=[^\W\d_]))*"
NAME_WORD = re.compile(
    rf"von und zu(?= )|(?:in|op|aan|bij|van) ['’]t(?!\w)|(?:{_WORD}|['’][ts](?= ))(?!\w)\.?|['’]t(?!\w)"
)
_OPENING = re.compile(r"[\s\"'*(]*")
_NICKNAME = rf" \([{UPPER}][^\W\d_]+\)(?= )"
# "Maria auf dem Berge" has a surname and "Maria Berg auf dem Flur" is somewhere.
_PLACE_PARTICLE = re.compile(rf" (?:auf|aus|in|an) de[mnr](?= [{UPPER}])")
_LEADING_PARTICLE = re.compile(rf"(?:auf|aus|in) de[mnr] (?=[{UPPER}][^\W\d_]+(?:-[^\W\d_]+)?, [{UPPER}])")
_GAP = re.compile(rf"(?<=\.){_NICKNAME} |,? |\+|\^|,|(?<=\.)(?=[{UPPER}a-z]\.|[{UPPER}][^\W\d_]+-?)")
_LONGEST_ABBREVIATION = 4
_LONGEST_NAME = 6
_INITIAL = len("E.")
_SHORT = len("St.")
_MOST_TITLES = 6


def word_key(word: str) -> str:
    """Return the form in which a word is looked up."""
    return fold(word).rstrip(".")


def is_title(word: str) -> bool:
    """Whether a word is a form of address ("Dr", "Frau")."""
    return fold(word) in listed("titles") or word_key(word) in listed("titles")


def is_credential(word: str) -> bool:
    """Whether a word stands after a name without being part of it ("MD", "RN", "PhD")."""
    key = word_key(word)
    known = key in listed("credentials") or fold(word) in listed("credentials")
    return known and (word.isupper() or "." in word or key in _MIXED_CREDENTIALS)


def is_given_name(word: str) -> bool:
    """Whether a word is a known given name."""
    key = word_key(word)
    return key in listed("given_names") or (
        "-" in key and all(part in listed("given_names") for part in key.split("-"))
    )


def is_surname(word: str) -> bool:
    """Whether a word is a known surname."""
    return word_key(word) in listed("surnames")


def is_laboratory_term(word: str) -> bool:
    """Whether a word names a marker, a test or a result."""
    return word_key(word) in listed("laboratory")


def is_eponym(word: str) -> bool:
    """Whether a word names a test, a body, a disease, a germ or a medicine, though it may look like a person."""
    return word_key(word) in listed("eponyms")


def is_ordinary(word: str) -> bool:
    """Whether a word is no name by itself: an ordinary word, a label, a term, part of an organisation's name."""
    key = word_key(word)
    if any(key in listed(name) for name in ("ordinary", "laboratory", "eponyms", "organisations", "not_names")):
        return True
    if classify(key) is not None or is_label_word(key):
        return True
    return "-" in key and all(is_ordinary(part) for part in key.split("-") if part)


def is_particle(word: str) -> bool:
    """Whether a word is a small word inside a name ("van", "de")."""
    return fold(word).split(" ")[-1] in listed("particles") and (len(word) > 1 or word.islower())


def may_be_surname(word: str) -> bool:
    """Whether a capitalised word after a given name can be the surname."""
    if is_laboratory_term(word) or word_key(word) in listed("organisations") or is_credential(word) or is_title(word):
        return is_surname(word) and not is_title(word) and not is_laboratory_term(word)
    return is_surname(word) or not is_ordinary(word) or is_eponym(word)


def name_at(text: str, start: int, end: int, *, labelled: bool) -> tuple[int, int] | None:
    """Return the span of the name that begins at ``start``, after titles, and before ``end``.

    Args:
        text: The normalised text.
        start: Where the value begins.
        end: Where it must end.
        labelled: Whether a label or a title announces a name, so that it may be any word.
    """
    position = _after_titles(text, start, end)
    leading = _LEADING_PARTICLE.match(text, position, end) if labelled else None
    match = NAME_WORD.match(text, leading.end() if leading else position, end)
    if not match or not (labelled or match.group()[0].isupper()):
        return None
    accepted = [match]
    capitalised = match.group()[0].isupper() or is_particle(match.group())
    while len(accepted) < _LONGEST_NAME and not _ends_sentence(accepted[-1].group()):
        following = _next_word(text, _after_place_particle(text, accepted, end), end)
        if not following or (_is_complete(accepted) and _is_closed(text, accepted[-1])):
            break
        # Between an initial and a comma ("Jane Q. Public,") even an ordinary word is the surname.
        after_initial = len(accepted) > 1 and len(word_key(accepted[-1].group())) == 1
        surname = after_initial and text[following.end() : following.end() + 1] == ","
        if not _continues(following.group(), capitalised, surname or following.end() == end):
            break
        accepted.append(following)
    return _trimmed(text, accepted, labelled)


def _after_titles(text: str, start: int, end: int) -> int:
    position = start
    for _ in range(_MOST_TITLES):
        opening = _OPENING.match(text, position, end)
        position = opening.end() if opening else position
        word = NAME_WORD.match(text, position, end)
        if not word or not is_title(word.group()):
            break
        position = word.end()
        if text[position : position + 1] in ("/", ".", ",", "-"):
            position += 1
    return position


def _after_place_particle(text: str, accepted: list[re.Match[str]], end: int) -> int:
    """Return where the surname goes on behind "auf dem", when only given names and initials stand before it."""
    position = accepted[-1].end()
    particle = _PLACE_PARTICLE.match(text, position, end)
    first_names = all(is_given_name(word.group()) or len(word_key(word.group())) == 1 for word in accepted)
    return particle.end() if particle and first_names else position


def _next_word(text: str, position: int, end: int) -> re.Match[str] | None:
    gap = _GAP.match(text, position, end)
    return NAME_WORD.match(text, gap.end(), end) if gap else None


def _continues(word: str, capitalised: bool, last: bool) -> bool:
    if len(word) > 1 and is_credential(word):
        return False
    if capitalised and is_particle(word):
        return True
    # A surname such as "Ward" is also a label; at the end of a field it is the surname.
    upper = word[0].isupper() or bool(_ELIDED.match(word))
    return upper == capitalised and (last or not _stops(word))


def _is_complete(accepted: list[re.Match[str]]) -> bool:
    """Whether an initial and a surname are there, so that a comma ends the name: "E. Roe, Chief Technician"."""
    first, last = accepted[0].group(), accepted[-1].group()
    return len(accepted) > 1 and len(first) == _INITIAL and first.endswith(".") and len(word_key(last)) > 1


def _is_closed(text: str, word: re.Match[str]) -> bool:
    """Whether a comma or a full stop that is not that of an abbreviation ("St.") follows a word."""
    return text[word.end() : word.end() + 1] == "," or (
        word.group().endswith(".") and word.end() - word.start() > _SHORT
    )


def _ends_sentence(word: str) -> bool:
    """Whether the full stop after a word is not that of an initial or an abbreviation ("St.")."""
    return word.endswith(".") and len(word) > _LONGEST_ABBREVIATION


def _stops(word: str) -> bool:
    key = word_key(word)
    if len(key) <= 1:
        return False
    if key in listed("not_names"):
        return True
    if is_surname(word) or is_given_name(word):
        return False
    return classify(key) is not None or key in listed("ordinary")


def _trimmed(text: str, accepted: list[re.Match[str]], labelled: bool) -> tuple[int, int] | None:
    """Drop particles that nothing follows, and refuse what holds no name at all."""
    # In "Groot, J.W. de" the particles are last.
    reversed_order = "," in accepted[0].string[accepted[0].end() : accepted[-1].start()]
    # In "S. De" it is the surname.
    while len(accepted) > 1 and is_particle(accepted[-1].group()) and not reversed_order:
        if accepted[-1].group().istitle() and _is_complete(accepted):
            break
        accepted.pop()
    told = [match.group() for match in accepted]
    if not (_is_labelled_name(told) if labelled else _is_evident_name(told)):
        return None
    start, end = accepted[0].start(), accepted[-1].end()
    # A full stop belongs to an initial, not to the end of a sentence.
    if text[end - 1] == "." and len(told[-1]) > 2:
        end -= 1
    return (start, end) if end - start > 1 else None


def _is_labelled_name(told: list[str]) -> bool:
    """Whether words in a field for names are one: not only titles, labels, terms and "unknown"."""
    if len(told) > 1 and any(len(word_key(word)) == 1 for word in told):
        return not all(word_key(word) in listed("not_names") for word in told)
    for word in told:
        key = word_key(word)
        if len(key) < 2 or is_title(word) or is_particle(word) or key in listed("not_names"):
            continue
        if is_given_name(word) or is_surname(word) or is_eponym(word) or not is_ordinary(word):
            return True
    return False


def _is_evident_name(told: list[str]) -> bool:
    """Whether words that nothing announces are a name: a given name or an initial with a surname, or unknown words."""
    first, last = told[0], told[-1]
    if word_key(last) in listed("organisations"):
        return False
    # "WHITE, CLIFFORD" is a name and "White Cells" is not.
    if is_laboratory_term(first) and not is_given_name(first):
        return is_surname(first) and any(map(is_given_name, told[1:]))
    if any(not is_ordinary(word) and len(word_key(word)) > 1 and not is_title(word) for word in told):
        return True
    started = is_given_name(first) or len(word_key(first)) == 1
    return len(told) > 1 and started and may_be_surname(last)
