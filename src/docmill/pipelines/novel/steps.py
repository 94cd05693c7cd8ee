"""The steps of the novel pipeline; each can be called without a database."""

from __future__ import annotations

from docmill.documents import reading
from docmill.documents.models import PageRange
from docmill.engine.pipeline import Document
from docmill.errors import NoText
from docmill.pipelines.novel.flow import paragraphs
from docmill.pipelines.novel.language import detect_language
from docmill.pipelines.novel.merging import merge_passages
from docmill.pipelines.novel.models import (
    Book,
    BookPage,
    MissingPages,
    Novel,
    NovelOptions,
    Passage,
    RewrittenPassage,
)
from docmill.pipelines.novel.pages import book_page
from docmill.pipelines.novel.passages import split_passages
from docmill.pipelines.novel.rules import rewrite_by_rules
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
    pages = [page for group in page_groups for page in group]
    language = detect_language(page.text for page in pages) if options.language == "auto" else options.language
    flow = paragraphs(pages, language, fix_hyphenation=options.fix_hyphenation)
    sentences = split_sentences(flow, language)
    if not sentences:
        raise NoText("No text was found on any page of the book; if the pages are scans, read them by OCR first.")
    count = reading.inspect_document(document.path, settings, document.password).pages
    unread = sorted(set(range(1, count + 1)) - {page.number for page in pages})
    book = Book(
        language=language,
        pages=count,
        sentences=len(sentences),
        unread=[MissingPages(first_page=number, last_page=number) for number in unread],
    )
    return split_passages(sentences, book)


def rewrite(passage: Passage, options: NovelOptions) -> RewrittenPassage:
    """Return the passage in short sentences."""
    return RewrittenPassage(
        book=passage.book,
        first_page=passage.first_page,
        last_page=passage.last_page,
        source_ids=[sentence.id for sentence in passage.sentences],
        sentences=[
            short
            for sentence in passage.sentences
            for short in rewrite_by_rules(sentence, passage.book.language, options)
        ],
    )


def merge(passages: list[RewrittenPassage], options: NovelOptions) -> Novel:
    """Return the whole book, in order and complete.

    Raises:
        InvalidInput: A passage is incomplete.
    """
    return merge_passages(passages, options)
