"""From pages to paragraphs: lines joined, hyphenated words put together, each token with its place in the book."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from docmill.pipelines.novel.furniture import body_lines
from docmill.pipelines.novel.language import grammar, is_known
from docmill.pipelines.novel.models import BookPage, Language, Line, Token
from docmill.pipelines.novel.notes import split_notes

_TOKEN = re.compile(r"\S+")
_CORE = re.compile(r"\w[\w'’-]*\w|\w")
_HYPHENS = ("-", "‐", "\u00ad")
_BROKEN = re.compile(r"\w[-‐\u00ad]$")
_APOSTROPHE = re.compile("['’]")
_ENDS = re.compile(r"[.!?…:;][\"'»”’)\]_]*$")
# An entry of a table of contents: dots lead to the number of a page.
_ENTRY = re.compile(r"(?P<title>.*?)(?:(?:[.·]\s?){4,}|(?:…\s?){2,})\s*(?P<page>\d{1,4}|[ivxlc]+)", re.DOTALL)
_SPEECH_START = re.compile(r"(?:[«“\"]|[-–—―]{1,2}(?=\s|\w))")

# Points by which a first line is moved to the right, at least.
_INDENT = 6.0
# A last line leaves at least this share of the width free.
_SHORT = 0.12
# So much is left free only by the last line of a paragraph or a heading, whatever stands at its end.
_VERY_SHORT = 0.4
# A heading, or the name of who speaks in a play, leaves at least this share free on both sides.
_CENTRED = 0.2
# Paragraphs may be set apart by more than the usual distance of lines.
_GAP = 1.5


def paragraphs(pages: Sequence[BookPage], language: Language, *, fix_hyphenation: bool) -> list[list[Token]]:
    """Return the paragraphs of a book; one that crosses a page stays whole.

    Args:
        pages: The pages in order.
        language: Language of the book.
        fix_hyphenation: Join words that were hyphenated at the end of a line.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    bodies = body_lines(pages)
    words = _vocabulary(pages, bodies) if fix_hyphenation else None
    found: list[list[Token]] = []
    notes: list[list[Token]] = []
    previous: tuple[BookPage, Line, list[Line]] | None = None
    for page, lines in zip(pages, bodies, strict=True):
        body, page_notes = split_notes(page, lines)
        for line, column in _in_columns(body):
            if previous is None or _starts_paragraph(page, line, column, *previous):
                found.extend([*notes, []])
                notes = []
            _append(found[-1], _tokens(page, line, language), words, language)
            previous = (page, line, column)
        # Footnotes wait until the paragraph that goes on overleaf has ended.
        for note in page_notes:
            notes.append([])
            for line in note:
                _append(notes[-1], _tokens(page, line, language), words, language)
    return [paragraph for paragraph in [*found, *notes] if paragraph]


def _in_columns(body: Sequence[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Yield lines with those of their column: a further one begins where a line stands higher than the one before."""
    starts = [place for place in range(1, len(body)) if body[place].top < body[place - 1].top - _INDENT]
    for first, last in pairwise([0, *starts, len(body)]):
        column = list(body[first:last])
        for line in column:
            yield line, column


def _tokens(page: BookPage, line: Line, language: Language) -> list[Token]:
    entry = _ENTRY.fullmatch(page.text, line.start, line.end)
    spans = [entry.span("title"), entry.span("page")] if entry else [(line.start, line.end)]
    moved = {initial.start for initial in page.initials}
    tokens = [
        Token(match[0], page.number, match.start(), page.number, match.end())
        for span in spans
        for match in _TOKEN.finditer(page.text, *span)
        if match.start() not in moved
    ]
    for initial in page.initials:
        if initial.line == line.start and tokens:
            tokens = [*_with_initial(initial.letter, tokens[0], language), *tokens[1:]]
    return tokens


def _with_initial(letter: str, rest: Token, language: Language) -> list[Token]:
    """Put a large letter before what it begins: a word, or the word behind it where the letter is one by itself."""
    core = _first_core(rest.text)
    if is_known(core, language) and not is_known(letter.casefold() + core, language):
        return [rest._replace(text=letter, end=rest.start), rest]
    return [rest._replace(text=letter + rest.text)]


def _vocabulary(pages: Sequence[BookPage], bodies: Sequence[Sequence[Line]]) -> Counter[str]:
    """Count the words of a book that stand whole on a line."""
    counts: Counter[str] = Counter()
    for page, body in zip(pages, bodies, strict=True):
        for line in body:
            text = page.text[line.start : line.end]
            if _BROKEN.search(text):
                text = text.rsplit(maxsplit=1)[0] if " " in text else ""
            counts.update(_CORE.findall(text.casefold()))
    return counts


def _starts_paragraph(
    page: BookPage,
    line: Line,
    body: Sequence[Line],
    previous_page: BookPage,
    previous: Line,
    previous_body: Sequence[Line],
) -> bool:
    if page.number > previous_page.number + 1:
        return True
    before = previous_page.text[previous.start : previous.end]
    if _BROKEN.search(before):
        return False
    if _ENTRY.fullmatch(before):
        return True
    if previous_body is body and _gap(body, previous, line):
        return True
    centred = _is_centred(line, body)
    if centred != _is_centred(previous, previous_body):
        return True
    if centred and before.isupper() != page.text[line.start : line.end].isupper():
        return True
    if line.x0 - _left(body) > _INDENT and previous.x0 - _left(previous_body) <= _INDENT:
        return True
    if _share_free(previous, previous_body) > _VERY_SHORT:
        return True
    if not _ENDS.search(before):
        return False
    return (
        _share_free(previous, previous_body) > _SHORT
        or _SPEECH_START.match(page.text[line.start : line.end]) is not None
    )


def _gap(body: Sequence[Line], above: Line, below: Line) -> bool:
    distances = [second.top - first.top for first, second in pairwise(body)]
    return below.top - above.top > _GAP * median(distances)


def _left(body: Sequence[Line]) -> float:
    return min(line.x0 for line in body)


def _share_free(line: Line, body: Sequence[Line]) -> float:
    right, left = max(other.x1 for other in body), _left(body)
    return (right - line.x1) / (right - left) if right > left else 0.0


def _is_centred(line: Line, body: Sequence[Line]) -> bool:
    right, left = max(other.x1 for other in body), _left(body)
    return min(line.x0 - left, right - line.x1) > _CENTRED * (right - left)


def _append(paragraph: list[Token], tokens: list[Token], words: Counter[str] | None, language: Language) -> None:
    if words is not None and paragraph and tokens and _BROKEN.search(paragraph[-1].text):
        first, second = paragraph.pop(), tokens[0]
        tokens = [_joined(first, second, words, language), *tokens[1:]]
    paragraph.extend(tokens)


def _joined(first: Token, second: Token, words: Counter[str], language: Language) -> Token:
    stem = first.text[:-1]
    text = first.text + second.text if _keeps_hyphen(stem, second.text, words, language) else stem + second.text
    return Token(text, first.page, first.start, second.end_page, second.end)


def _keeps_hyphen(stem: str, rest: str, words: Counter[str], language: Language) -> bool:
    """Tell a compound from a hyphenated word: by the rest of the book, then by the dictionary."""
    left, right = _last_core(stem), _first_core(rest)
    whole, compound = left + right, f"{left}-{right}"
    if words[whole] != words[compound]:
        return words[compound] > words[whole]
    if "-" in left + right and (kept := _keeps_one_of_many(left, right, language)) is not None:
        return kept
    if is_known(whole, language) or right in grammar(language).suffixes:
        return False
    if not right or rest[0].isupper() or right in grammar(language).enclitics:
        return True
    return left in grammar(language).compound_starts and _is_word(right, language)


def _keeps_one_of_many(left: str, right: str, language: Language) -> bool | None:
    """Tell of c'est-à-dire and eau-de-vie by the parts beside the break; None where they are no words."""
    part, first = _APOSTROPHE.split(left.rsplit("-", 1)[-1])[-1], right.split("-", 1)[0]
    words = grammar(language)
    enclitic = first in words.enclitics
    if part not in words.compound_starts | words.enclitics and not _is_word(part, language):
        return None
    if enclitic and "-" in left:
        return True
    return not is_known(part + first, language) if enclitic or _is_word(first, language) else None


def _is_word(text: str, language: Language) -> bool:
    """Tell whether a word is known without what an apostrophe puts before or behind it."""
    return is_known(max(_APOSTROPHE.split(text), key=len), language)


def _last_core(text: str) -> str:
    cores = _CORE.findall(text.casefold())
    return cores[-1] if cores else ""


def _first_core(text: str) -> str:
    match = _CORE.search(text.casefold())
    return match[0] if match else ""
