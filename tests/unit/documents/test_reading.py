"""What a file is refused for, with which code, and what is read all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.unit.documents.sheets import LAB_ROWS, handmade, lab_report, line_of_text, pages_of_streams, stream

from docmill.documents.models import PageRange
from docmill.documents.reading import inspect_document, read_pages, split_pages
from docmill.errors import (
    DocumentError,
    EmptyFile,
    EncryptedDocument,
    NoPages,
    NotAPdf,
    TooLarge,
    TooManyPages,
    WrongPassword,
    XfaPlaceholder,
)
from docmill.settings import DocumentSettings

SETTINGS = DocumentSettings(ocr="never")
FIRST = PageRange(first=1, last=1)


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return path


def test_information(tmp_path: Path) -> None:
    information = inspect_document(lab_report(tmp_path / "lab.pdf", pages=3), SETTINGS)
    assert (information.pages, information.encrypted, information.recovered) == (3, False, False)
    assert "ReportLab" in information.producer
    assert information.permissions == 0xFFFFFFFF


def test_embedded_files_are_counted_and_not_read(tmp_path: Path) -> None:
    attached = stream(b"/Type /EmbeddedFile", pages_of_streams([line_of_text(b"attached")]))
    names = b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a.pdf) /EF << /F 6 0 R >> >>] >> >>"
    content = pages_of_streams([line_of_text(b"cover")], names).replace(
        b"xref", b"6 0 obj\n" + attached + b"\nendobj\nxref", 1
    )
    path = write(tmp_path, content)
    assert inspect_document(path, SETTINGS).attachments == 1
    assert read_pages(path, FIRST, SETTINGS)[0].text == "cover"
    assert inspect_document(lab_report(tmp_path / "lab.pdf"), SETTINGS).attachments == 0


@pytest.mark.parametrize(
    ("content", "error", "code"),
    [
        (b"", EmptyFile, "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), NotAPdf, "not_a_pdf"),
        (bytes(1024) + b"%PDF-1.7", NotAPdf, "not_a_pdf"),
        (b"%PDF-1.7\n%nothing else", DocumentError, "unreadable_document"),
        (
            handmade([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]),
            NoPages,
            "no_pages",
        ),
        (
            handmade([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 7 >>"]),
            NoPages,
            "no_pages",
        ),
    ],
    ids=["empty", "png", "late mark", "header only", "no pages", "pages that are not there"],
)
def test_unreadable_files(tmp_path: Path, content: bytes, error: type[DocumentError], code: str) -> None:
    with pytest.raises(error) as caught:
        inspect_document(write(tmp_path, content), SETTINGS)
    assert caught.value.code == code


def test_junk_before_the_mark_is_legal(tmp_path: Path) -> None:
    content = b"junk\n" * 100 + pages_of_streams([line_of_text(b"found")])
    assert read_pages(write(tmp_path, content), FIRST, SETTINGS)[0].text == "found"


def test_limits_of_size_and_pages(tmp_path: Path) -> None:
    path = lab_report(tmp_path / "lab.pdf", pages=5)
    with pytest.raises(TooLarge, match="UPLOADED_DOCUMENTS_MAX_SIZE_KB"):
        inspect_document(path, DocumentSettings(max_size_kb=1))
    with pytest.raises(TooManyPages, match="5 pages; the limit is 4"):
        inspect_document(path, DocumentSettings(max_pages=4))


def test_the_page_count_of_the_file_is_not_believed(tmp_path: Path) -> None:
    content = pages_of_streams([line_of_text(b"only one")]).replace(b"/Count 1 >>", b"/Count 999999999 >>")
    assert inspect_document(write(tmp_path, content), SETTINGS).pages == 1


def test_passwords(tmp_path: Path) -> None:
    path = lab_report(tmp_path / "locked.pdf", password="sesame")
    with pytest.raises(EncryptedDocument, match="password"):
        inspect_document(path, SETTINGS)
    with pytest.raises(WrongPassword) as caught:
        inspect_document(path, SETTINGS, "guess")
    assert "guess" not in str(caught.value)
    assert inspect_document(path, SETTINGS, "sesame").encrypted
    assert "Creatinine" in read_pages(path, FIRST, SETTINGS, "sesame")[0].text


def test_the_password_of_the_settings(tmp_path: Path) -> None:
    path = lab_report(tmp_path / "locked.pdf", password="sesame")
    settings = DocumentSettings(ocr="never", pdf_password=SecretStr("sesame"))
    assert "Creatinine" in read_pages(path, FIRST, settings)[0].text


def test_a_needless_password_does_no_harm(tmp_path: Path) -> None:
    assert inspect_document(lab_report(tmp_path / "open.pdf"), SETTINGS, "any").pages == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\nbroken\n%%EOF\n", "unreadable_document"),
        (handmade([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]), "no_pages"),
    ],
)
def test_a_broken_file_is_not_called_encrypted_because_the_last_one_was(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(EncryptedDocument):
        inspect_document(lab_report(tmp_path / "locked.pdf", password="sesame"), SETTINGS)
    with pytest.raises(DocumentError) as caught:
        inspect_document(write(tmp_path, content), SETTINGS)
    assert caught.value.code == code


def test_a_form_that_only_asks_for_another_reader(tmp_path: Path) -> None:
    form = b"/AcroForm << /XFA [(template) 6 0 R] /Fields [] >> /NeedsRendering true"
    content = pages_of_streams([line_of_text(b"Please wait... If this message is not replaced")], form)
    with pytest.raises(XfaPlaceholder):
        read_pages(write(tmp_path, content), FIRST, SETTINGS)


def test_the_same_words_in_a_letter_are_text(tmp_path: Path) -> None:
    content = pages_of_streams([line_of_text(b"Please wait for your next appointment")])
    assert read_pages(write(tmp_path, content), FIRST, SETTINGS)[0].method == "text"


def test_a_file_that_was_cut_short_is_rescued(tmp_path: Path) -> None:
    pytest.importorskip("pdf_oxide")
    whole = lab_report(tmp_path / "lab.pdf", pages=3).read_bytes()
    path = write(tmp_path, whole[: len(whole) * 9 // 10])
    assert inspect_document(path, SETTINGS).recovered
    page = read_pages(path, FIRST, SETTINGS)[0]
    assert page.recovered
    assert "Creatinine  0.87  mg/dL  0.57-1.00" in page.text


def test_a_cut_file_of_which_nothing_is_left(tmp_path: Path) -> None:
    whole = lab_report(tmp_path / "lab.pdf").read_bytes()
    with pytest.raises(DocumentError) as caught:
        inspect_document(write(tmp_path, whole[:200]), SETTINGS)
    assert caught.value.code == "unreadable_document"


@pytest.mark.parametrize("engine", ["pdfium", "pdfplumber"])
def test_every_engine_reads_pages(tmp_path: Path, engine: str) -> None:
    path = lab_report(tmp_path / "lab.pdf", pages=2)
    settings = DocumentSettings.model_validate({"pdf_engine": engine, "ocr": "never"})
    pages = read_pages(path, PageRange(first=1, last=2), settings)
    assert [page.number for page in pages] == [1, 2]
    assert all("  ".join(cell for cell in LAB_ROWS[0] if cell) in page.text for page in pages)


def test_blank_pages_are_empty_not_wrong(tmp_path: Path) -> None:
    page = read_pages(write(tmp_path, pages_of_streams([b"<< /Length 0 >>\nstream\n\nendstream"])), FIRST, SETTINGS)[0]
    assert (page.method, page.text, page.signals["decision"]) == ("empty", "", "nothing_on_the_page")


def test_pages_are_split_into_ranges() -> None:
    assert [(run.first, run.last) for run in split_pages(7, 3)] == [(1, 3), (4, 6), (7, 7)]
    assert split_pages(0, 3) == []
