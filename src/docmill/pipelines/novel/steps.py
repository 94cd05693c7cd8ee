"""The steps of the novel pipeline; each can be called without a database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby

from docmill.documents import reading
from docmill.documents.models import PageRange
from docmill.engine.pipeline import Attempt, Document
from docmill.errors import DocumentError, InvalidConfiguration, InvalidInput, NoText
from docmill.llm.client import LanguageModel
from docmill.llm.models import CallContext
from docmill.pipelines.novel.flow import paragraphs
from docmill.pipelines.novel.language import detect_language, is_written_in
from docmill.pipelines.novel.merging import merge_passages
from docmill.pipelines.novel.model_rewriting import ModelRewriting
from docmill.pipelines.novel.models import (
    Book,
    BookPage,
    Language,
    MissingPages,
    Novel,
    NovelOptions,
    Passage,
    RewrittenPassage,
)
from docmill.pipelines.novel.pages import book_page
from docmill.pipelines.novel.passages import split_passages
from docmill.pipelines.novel.rules import rewrite_passage
from docmill.pipelines.novel.sentences import split_sentences
from docmill.settings import DocumentSettings

# Reading is quick, so that a range of pages is long enough to be worth a child process.
_PAGES_PER_READING = 25


def split_pages(document: Document, settings: DocumentSettings) -> list[PageRange]:
    """Return the page ranges of a book.

    Raises:
        DocumentError: The file is no readable PDF; its class says why.
    """
    information = reading.inspect_document(document.path, settings, document.password)
    return reading.split_pages(information.pages, _PAGES_PER_READING)


def extract_text(pages: PageRange, document: Document, settings: DocumentSettings) -> list[BookPage]:
    """Return the text of some pages, line by line.

    Raises:
        DocumentError: The document cannot be read.
    """
    found = reading.read_pages(document.path, pages, settings, document.password)
    return [book_page(page) for page in found if page.method != "failed"]


def find_sentences(
    page_groups: list[list[BookPage]], document: Document, settings: DocumentSettings, options: NovelOptions
) -> list[Passage]:
    """Return the passages of the book: whole sentences, without page furniture.

    Raises:
        NoText: No page has any text.
    """
    count = reading.inspect_document(document.path, settings, document.password).pages
    return book_passages([page for group in page_groups for page in group], count, options)


def book_passages(pages: Sequence[BookPage], count: int, options: NovelOptions) -> list[Passage]:
    """Return the passages of a book of ``count`` pages, of which some may be unread.

    Raises:
        NoText: No page has any text.
        InvalidInput: The language is to be told from the text, and is none of this pipeline.
    """
    language = _told_language(pages) if options.language == "auto" else options.language
    flow = paragraphs(pages, language, fix_hyphenation=options.fix_hyphenation)
    sentences = split_sentences(flow, language)
    if not sentences:
        raise NoText("No text was found on any page of the book; if the pages are scans, read them by OCR first.")
    unread = _ranges(set(range(1, count + 1)) - {page.number for page in pages})
    book = Book(language=language, pages=count, sentences=len(sentences), unread=unread)
    return split_passages(sentences, book)


def _told_language(pages: Sequence[BookPage]) -> Language:
    texts = [page.text for page in pages]
    language = detect_language(texts)
    if not is_written_in(language, texts):
        raise InvalidInput(
            "The book is neither in French nor in English, as far as its words tell; if it is, set the option "
            "`language` to fr or en."
        )
    return language


def _ranges(pages: set[int]) -> list[MissingPages]:
    """Return pages as ranges in order."""
    groups = groupby(enumerate(sorted(pages)), key=lambda entry: entry[1] - entry[0])
    ranges = [[page for _, page in group] for _, group in groups]
    return [MissingPages(first_page=group[0], last_page=group[-1]) for group in ranges]


async def rewrite(
    passage: Passage, options: NovelOptions, attempt: Attempt, model: LanguageModel | None
) -> RewrittenPassage:
    """Return the passage in short sentences, by a language model where there is one, else by rules.

    Raises:
        DocumentError: It stands for pages that could not be read.
        ProviderError: The provider failed, and a further attempt may follow.
        InvalidConfiguration: The user chose a model by name, and no endpoint is configured.
    """
    if not passage.sentences:
        raise DocumentError(
            f"Pages {passage.first_page} to {passage.last_page} of the book could not be read; the rest of it is kept.",
            page=passage.first_page,
        )
    if options.model not in ("auto", "never"):
        if model is None:
            raise InvalidConfiguration(
                f"The job asks for the model {options.model}, but no endpoint is configured; set OPENAI_API_KEY or "
                "LLM_BASE_URL."
            )
        model = model.named(options.model)
    if model is None or options.model == "never":
        return await asyncio.to_thread(rewrite_passage, passage, options)
    context = CallContext(attempt.job_id, attempt.chunk_id)
    return await ModelRewriting(passage, options, model, context, attempt.last).rewrite()


def merge(passages: list[RewrittenPassage], options: NovelOptions) -> Novel:
    """Return the whole book, in order and complete.

    Raises:
        InvalidInput: A passage is incomplete.
    """
    return merge_passages(passages, options)
