"""The shapes that the steps of the novel pipeline hand to each other, and the published result."""

from __future__ import annotations

from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Literal["fr", "en"]
Method = Literal["rules", "model", "fallback"]


class NovelOptions(BaseModel):
    """What the user may choose for one book.

    Attributes:
        language: Language of the book; ``auto`` tells it from the text.
        max_words: Most words of a sentence.
        min_words: Fewest words of a sentence that is made by splitting; shorter ones of the book stay as they are.
        ignore_dialogue: Leave dialogue as it stands.
        keep_formatting: Keep quotation marks, dialogue dashes and marks of emphasis.
        fix_hyphenation: Join words that were hyphenated at the end of a line.
        complete: Make a sentence of a piece without a verb, where that is safe, by words such as "c'était".
        model: ``auto`` takes the configured language model, ``never`` the rules alone; anything else is the name of
            another model of the configured endpoint.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Literal["auto", "fr", "en"] = "auto"
    max_words: int = Field(default=8, ge=3, le=50)
    min_words: int = Field(default=4, ge=1, le=10)
    ignore_dialogue: bool = False
    keep_formatting: bool = True
    fix_hyphenation: bool = True
    complete: bool = False
    model: str = Field(default="auto", max_length=200, pattern=r"^\S+$")

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.min_words > self.max_words:
            raise ValueError("min_words is larger than max_words")
        return self


class Line(NamedTuple):
    """A line of a page: its offsets in the page's text, and its place on the page in points."""

    start: int
    end: int
    x0: float
    x1: float
    top: float
    bottom: float


class Initial(NamedTuple):
    """A large letter that is set beside the first lines of a chapter: its place, and the line that it begins."""

    letter: str
    start: int
    line: int


class BookPage(BaseModel):
    """The text of a page with its lines.

    Attributes:
        number: Page number, counted from 1.
        text: The page's text.
        lines: Its lines that hold text, from top to bottom.
        initials: Its large initial letters.
    """

    number: int = Field(ge=1)
    text: str
    lines: list[Line]
    initials: list[Initial] = []


class Token(NamedTuple):
    """A run of characters without white space, with its place in the book.

    A token that was hyphenated begins at ``start`` of ``page`` and ends at ``end`` of ``end_page``.
    """

    text: str
    page: int
    start: int
    end_page: int
    end: int


class SourceSentence(BaseModel):
    """A sentence of the book.

    Attributes:
        id: Counted from 0 through the book.
        dialogue: Whether somebody speaks in it.
        tokens: Its tokens.
    """

    id: int = Field(ge=0)
    dialogue: bool = False
    tokens: list[Token] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The sentence as one line."""
        return join(self.tokens)


class MissingPages(BaseModel):
    """Pages that are not in the result.

    Attributes:
        first_page: First page.
        last_page: Last page, included.
    """

    first_page: int
    last_page: int


class Book(BaseModel):
    """What every passage knows of its book.

    Attributes:
        language: Its language.
        pages: Number of pages.
        sentences: Number of sentences.
        unread: Pages that could not be read.
    """

    language: Language
    pages: int
    sentences: int
    unread: list[MissingPages] = []


class Passage(BaseModel):
    """What is rewritten at once: the sentences that start in a range of pages.

    Attributes:
        book: The book that it is from.
        first_page: First page of the range.
        last_page: Last page of the range, included.
        sentences: What is to be rewritten; the last one may end on a later page. Without any, the passage stands for
            pages that could not be read.
        before: The sentences before it: context, not to be rewritten.
        after: The sentences after it: context, not to be rewritten.
    """

    book: Book
    first_page: int = Field(ge=1)
    last_page: int = Field(ge=1)
    sentences: list[SourceSentence]
    before: str = ""
    after: str = ""

    @property
    def page_count(self) -> int:
        """Pages of the range."""
        return self.last_page - self.first_page + 1

    @property
    def has_overlap(self) -> bool:
        """Whether pages before it come along as context."""
        return bool(self.before)


class Sentence(BaseModel):
    """A sentence of the result.

    Attributes:
        text: The sentence.
        source: The text that it was made from.
        added: Words that were put in to make a sentence of a piece without a verb; None where there are none.
        source_id: The sentence of the book that it was made from.
        page: Page on which its source begins.
        start: Offset in that page's text at which its source begins.
        end_page: Page on which its source ends.
        end: Offset in that page's text at which its source ends.
        dialogue: Whether somebody speaks in it.
        method: What made it: ``fallback`` are rules where a model failed.
        reason: Why it is a fallback: the code of an error, or the name of the check that the model's answer failed.
    """

    text: str
    source: str
    added: str | None = None
    source_id: int
    page: int
    start: int
    end_page: int
    end: int
    dialogue: bool
    method: Method
    reason: str | None = None


class RewrittenPassage(BaseModel):
    """A passage after it was rewritten.

    Attributes:
        book: As of the passage.
        first_page: As of the passage.
        last_page: As of the passage.
        source_ids: The sentences of the book that it accounts for, in order.
        sentences: The result, in order.
        model: Name of the language model that was asked; None where none was.
        fallbacks: Sentences of the book that a model failed on, by reason.
        smaller_pieces: How often a part of a question was asked again by itself.
        requests: Requests to a language model.
        cached_answers: Questions whose answer had been paid for before.
        tokens: Tokens that the requests took.
        cost_usd: What they cost.
    """

    book: Book
    first_page: int
    last_page: int
    source_ids: list[int]
    sentences: list[Sentence]
    model: str | None = None
    fallbacks: dict[str, int] = {}
    smaller_pieces: int = 0
    requests: int = 0
    cached_answers: int = 0
    tokens: int = 0
    cost_usd: float = 0.0


class Novel(BaseModel):
    """The whole book, rewritten.

    Attributes:
        language: Language of the book.
        pages: Number of pages.
        options: What the user chose.
        method: The weakest of what made the sentences: ``fallback``, then ``rules``, then ``model``.
        sentences: The result, in the order of the book.
        model: Name of the language model that was asked; None where none was.
        source_sentences: Sentences of the book that were rewritten.
        methods: Sentences of the result by what made them.
        within_limits: Share of the result's sentences that have ``min_words`` to ``max_words`` words, 0 to 1.
        missing: Pages that are not in the result because they could not be read or rewritten.
        fallbacks: Sentences of the book that a model failed on, by reason.
        smaller_pieces: How often a part of a question was asked again by itself.
        requests: Requests to a language model.
        cached_answers: Questions whose answer had been paid for before.
        tokens: Tokens that the requests took.
        cost_usd: What they cost.
    """

    language: Language
    pages: int
    options: NovelOptions
    method: Method
    sentences: list[Sentence]
    model: str | None = None
    source_sentences: int
    methods: dict[Method, int]
    within_limits: float
    missing: list[MissingPages] = []
    fallbacks: dict[str, int] = {}
    smaller_pieces: int = 0
    requests: int = 0
    cached_answers: int = 0
    tokens: int = 0
    cost_usd: float = 0.0


def join(tokens: list[Token]) -> str:
    """Return the tokens as one line."""
    return " ".join(token.text for token in tokens)


def is_word(text: str) -> bool:
    """Tell whether a token counts as a word: whether it holds a letter or a digit."""
    return any(character.isalnum() for character in text)


def count_words(text: str) -> int:
    """Return the number of words of a text: runs of characters without white space that hold a letter or a digit."""
    return sum(is_word(part) for part in text.split())
