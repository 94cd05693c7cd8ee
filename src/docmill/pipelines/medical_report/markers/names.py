"""Names of results: cleaning them, telling them from prose, and joining those that run over two lines."""

from __future__ import annotations

import re

from docmill.pipelines.medical_report.markers.codes import analyte_of
from docmill.pipelines.medical_report.markers.words import common_words, fold, tokens_of, vocabulary

_EDGES = " \t:;.,*•·-–—_|=\"'^°«»><~"
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}[.)]\s+|[-•·*◦▪]\s*)")
_FOOTNOTE = re.compile(r"(?:[\^\"'<]+\s*\d{0,2}|\s[¹²³⁴⁵]+|\s\(\d\)|\s\[\d{1,2}\])$")
_ASIDE = re.compile(r"\b(?:comment|kommentar|commentaire|comentario|commento|komentarz|opmerking)\b")
_BLANKS = re.compile(r"[\s\u00a0]+")
_OPEN_END = re.compile(r"(?:[,(/&+-]|\b(?:and|und|et|e|y|i|en|та|і|of|de|di|du|von|van|with|mit|w))$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?:\w\.)+\w")
_LONGEST = 80
_LONGEST_ASIDE = 20
_MOST_WORDS = 11
_PROSE_WORDS = 3
# What anonymising put in the place of names and dates says nothing about the sentence.
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*_\d+\]")
_SENTENCE_END = re.compile(r"[^\W_][)\]]?\. {1,2}(?=[^\W\d_])")
_FEWEST_SENTENCES = 2
_FEWEST_WORDS = 5


def clean_name(text: str) -> str:
    """Return a printed name without leaders, bullets, numbering, footnote marks and surplus blanks."""
    name = _BLANKS.sub(" ", _NUMBERING.sub("", text))
    name = _balanced(_FOOTNOTE.sub("", name.strip(_EDGES)).strip(_EDGES))
    return f"{name}." if _ABBREVIATION.fullmatch(name) else name


def _balanced(name: str) -> str:
    for opening, closing in ("()", "[]"):
        if name.count(opening) > name.count(closing):
            name += closing
        while name.count(closing) > name.count(opening) and closing in name:
            at = name.rfind(closing)
            name = name[:at] + name[at + 1 :]
    name = re.sub(r"[(\[]\s*[)\]]", "", name)
    return _BLANKS.sub(" ", name).strip(_EDGES)


def open_ending(printed: str) -> str:
    """Return the end of a printed name that must go on in the next line: a comma, a hyphen, a bracket, an ``and``.

    Empty where the name may end here.
    """
    text = printed.strip()
    match = _OPEN_END.search(text)
    if match:
        return match.group()
    return "(" if text.count("(") > text.count(")") else ""


def join_names(upper: str, ending: str, lower: str) -> str:
    """Return a name that runs over two lines as one.

    Args:
        upper: The first line, cleaned.
        ending: What ``open_ending`` found at its end.
        lower: The second line, cleaned.
    """
    if ending == "," and not upper.endswith(","):
        return f"{upper}, {lower}"
    if ending == "-":
        return f"{upper}-{lower}"
    return f"{upper} {lower}"


def is_prose(text: str) -> bool:
    """Return whether a text is a sentence rather than a name."""
    words = _letters(_PLACEHOLDER.sub(" ", text))
    if len(words) < _FEWEST_WORDS:
        return False
    most = _common(words)
    if text.rstrip().endswith(".") and len(words) > _FEWEST_WORDS and most >= 2:
        return True
    sentences = len(_SENTENCE_END.findall(text))
    return most >= _PROSE_WORDS and (most * 6 >= len(words) or sentences >= _FEWEST_SENTENCES)


def reads_on(text: str) -> bool:
    """Return whether a line after a sentence belongs to it."""
    return _common(_letters(text)) >= 1


def _letters(text: str) -> list[str]:
    return [token.word for token in tokens_of(text) if token.word.isalpha()]


def _common(words: list[str]) -> int:
    """Return how many of the words are frequent ones, in the language that has most of them."""
    return max(sum(word in common for word in words) for common in common_words().values())


def is_name(text: str) -> bool:
    """Return whether a cleaned text can be the name of a result."""
    if analyte_of(text):
        return True
    letters = sum(map(str.isalpha, text))
    if letters < 2 or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    if _ASIDE.search(fold(text)) or vocabulary("hypothetical").all_in(tokens_of(text)):
        return False
    return not is_prose(text) and vocabulary("label").exact(text) is None


def continues(upper: str, lower: str) -> bool:
    """Return whether a name that stands alone on a line goes on in the line below."""
    joined, alone = analyte_of(f"{upper} {lower}"), analyte_of(lower)
    if lower.startswith("(") and len(lower) <= _LONGEST_ASIDE:
        return True
    if lower[:1].islower() and not alone and len(upper.split()) <= _MOST_WORDS // 2:
        return True
    return joined is not None and joined != alone


def goes_on_below(name: str, below: str) -> bool:
    """Return whether a line below a finished result belongs to its name."""
    if analyte_of(below):
        return False
    joined = analyte_of(f"{name} {below}")
    if below.startswith("(") or (joined is not None and analyte_of(name) is None):
        return joined is not None
    return below[:1].islower() and (joined is not None or analyte_of(name) is None) and not is_prose(below)
