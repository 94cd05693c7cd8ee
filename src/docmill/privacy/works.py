"""Films, books and goods that have the names of people: "a film called Rebecca", "Calvin Klein socks"."""

from __future__ import annotations

import re

from docmill.privacy.people import is_given_name

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
_TITLE = re.compile(r"['’]s [A-ZÀ-Þ][a-zß-ÿ]+")
_POSSESSIVE = re.compile(r"['’]s$")
# The other words of a name of which a model tags each alone.
_BEFORE = re.compile(r"(?<![\w-])(?:[A-ZÀ-Þ][\w-]+ ){1,3}$")
_AFTER = re.compile(r"(?: [A-ZÀ-Þ][\w-]+){1,3}")
_LOOK_BACK = 24


def is_work_or_brand(text: str, start: int, end: int) -> bool:
    """Whether the capitalised words ``text[start:end]`` are what a work or a product is called.

    Args:
        text: The normalised text.
        start: First code point of the words.
        end: One past the last.
    """
    if before := _BEFORE.search(text, max(0, start - _LOOK_BACK), start):
        start = before.start()
    end -= len(text[start:end]) - len(_POSSESSIVE.sub("", text[start:end]))
    if after := _AFTER.match(text, end):
        end = after.end()
    words = text[start:end]
    if _CALLED.search(text, max(0, start - _LOOK_BACK), start) or _SHOWN.match(text, end):
        return True
    if is_given_name(words):
        # A given name alone may be a person who is to get the shoes.
        return False
    return bool(_GOODS.match(text, end) or (" " not in words and _TITLE.match(text, end)))
