"""The bars: what must be hidden is hidden, what must stay stays; on our own layouts and on the shared set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.privacy.layouts import LAYOUTS, labelled_text

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.evaluation import Figures, evaluate, read_gold

pytestmark = pytest.mark.ner


def assert_bars(figures: Figures, recall: float, precision: float) -> None:
    assert figures.recall_full >= recall
    assert figures.precision >= precision
    assert figures.damaged_cells == 0
    assert figures.damaged_documents == 0
    for kind in ("EMAIL", "SSN", "NHS", "NATIONAL_ID", "CREDIT_CARD", "IP"):
        assert figures.types.get(kind) is None or figures.types[kind].recall_full == 1, kind
    assert figures.types["DATE_OF_BIRTH"].recall_full >= 0.995


def test_our_own_layouts(anonymiser: Anonymiser) -> None:
    texts = [labelled_text(layout, seed) for layout in LAYOUTS for seed in range(40, 46)]
    assert_bars(evaluate(texts, lambda text: anonymiser.detect(text.text)), recall=0.97, precision=0.96)


@pytest.mark.shared
@pytest.mark.slow
def test_the_shared_set(anonymiser: Anonymiser, shared_data: Path) -> None:
    texts = read_gold(shared_data / "pii" / "dev.jsonl")
    assert_bars(evaluate(texts, lambda text: anonymiser.detect(text.text)), recall=0.96, precision=0.96)


@pytest.mark.shared
def test_no_printed_identifier_of_the_shared_lab_reports_remains(anonymiser: Anonymiser, shared_data: Path) -> None:
    pytest.importorskip("pypdfium2")
    from docmill.documents import reading
    from docmill.documents.models import PageRange
    from docmill.settings import DocumentSettings

    folder = shared_data / "markers"
    settings = DocumentSettings()
    for line in (folder / "phi.jsonl").open(encoding="utf-8"):
        record = json.loads(line)
        path = folder / record["file"]
        if path.suffix == ".pdf":
            last = reading.inspect_document(path, settings, None).pages
            pages = [page.text for page in reading.read_pages(path, PageRange(first=1, last=last), settings, None)]
        else:
            pages = [path.read_text(encoding="utf-8")]
        left = " ".join(anonymiser.anonymise_pages(pages).texts).upper()
        assert [value for value in record["phi"] if value.upper() in left] == [], record["file"]
