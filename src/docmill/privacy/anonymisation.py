"""Anonymise a text or the pages of a document: the one entry to the privacy layer.

``Anonymiser`` is built from the settings, travels to child processes (only its configuration is pickled) and
loads what it needs where it first runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docmill.errors import UnexplainedText
from docmill.privacy.date_shift import is_month_first, random_offset, shift_date
from docmill.privacy.models import Artifact, Finding
from docmill.privacy.placeholders import Placeholders
from docmill.privacy.policies import shifts_dates
from docmill.settings import PrivacySettings

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

    from docmill.privacy.detection import Detection, Detector

_NAMED_PAGES = 5


class AnonymisedPages(NamedTuple):
    """Pages with placeholders.

    Attributes:
        texts: The anonymised text of each page.
        artifacts: What was replaced, in the order of the pages; offsets are code points in the page's own text.
    """

    texts: list[str]
    artifacts: list[Artifact]


class AnonymisedText(NamedTuple):
    """A text with placeholders.

    Attributes:
        text: The anonymised text.
        artifacts: What was replaced, in order; their page is 1.
    """

    text: str
    artifacts: list[Artifact]


class Anonymiser:
    """Finds personal data and puts placeholders in its place.

    Args:
        settings: Policy, model, dictionary and template.
        words: Further sensitive words, beside those of the dictionary file.
        cache: Folder for converted model weights; without one the slower weights are run.
        recognizers: Presidio recognizers of yours, beside those that installed packages offer.
    """

    def __init__(
        self,
        settings: PrivacySettings,
        words: Iterable[str] = (),
        cache: Path | None = None,
        recognizers: Iterable[EntityRecognizer] = (),
    ) -> None:
        self._settings = settings
        self._words = tuple(words)
        self._cache = cache
        self._recognizers = tuple(recognizers)
        self._loaded: Detector | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaded": None}

    @property
    def _detector(self) -> Detector:
        if self._loaded is None:
            from docmill.privacy.detection import Detector

            self._loaded = Detector(self._settings, self._words, self._cache, self._recognizers)
        return self._loaded

    def detect(self, text: str, recognizers: Sequence[EntityRecognizer] = ()) -> list[Finding]:
        """Return what the policy replaces in ``text``, in order and without overlaps.

        Args:
            text: What is searched.
            recognizers: Further Presidio recognizers, for this call.
        """
        return self._detector.detect(text, recognizers).findings

    def anonymise(self, text: str) -> AnonymisedText:
        """Replace personal data in one text.

        Raises:
            UnexplainedText: The policy is ``strict`` and something personal may remain.
        """
        pages = self.anonymise_pages([text])
        return AnonymisedText(pages.texts[0], pages.artifacts)

    def anonymise_pages(self, pages: Sequence[str]) -> AnonymisedPages:
        """Replace personal data in the pages of one document, which are detected together.

        A finding never crosses from one page to the next.

        Raises:
            UnexplainedText: The policy is ``strict`` and something personal may remain.
        """
        whole = "\n".join(pages)
        detection = self._detector.detect(whole)
        self._refuse_unexplained(detection, pages)
        by_page = _split_at_pages(detection.findings, pages)
        assigned = self._assigned(whole, pages, by_page)
        texts: list[str] = []
        artifacts: list[Artifact] = []
        for number, (text, findings) in enumerate(zip(pages, by_page, strict=True), start=1):
            replaced, found = _replace(text, findings, assigned, number)
            texts.append(replaced)
            artifacts.extend(found)
        return AnonymisedPages(texts, artifacts)

    def _refuse_unexplained(self, detection: Detection, pages: Sequence[str]) -> None:
        if not detection.unexplained:
            return
        numbers = sorted({_page_of(start, pages) for start, _ in detection.unexplained})
        where = ", ".join(map(str, numbers[:_NAMED_PAGES]))
        raise UnexplainedText(
            f"{len(detection.unexplained)} passages on page {where} may be personal and are not explained;"
            " nothing was sent. Add their words to the dictionary, or choose another policy.",
            page=numbers[0],
        )

    def _assigned(self, whole: str, pages: Sequence[str], by_page: list[list[Finding]]) -> dict[tuple[str, str], str]:
        """Return the replacement of each original, by its type and itself."""
        placeholders = Placeholders(self._settings.replacement_template, whole)
        originals = dict.fromkeys(
            (finding.type, text[finding.start : finding.end])
            for text, findings in zip(pages, by_page, strict=True)
            for finding in findings
        )
        assigned = self._shifted(originals) if shifts_dates(self._settings) else {}
        # Whole names come first, so that a surname alone finds its person.
        for key in sorted(originals, key=lambda item: -len(item[1])):
            if key not in assigned:
                assigned[key] = placeholders.assign(*key)
        return assigned

    def _shifted(self, originals: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        dates = [original for kind, original in originals if kind == "DATE"]
        month_first = is_month_first(dates)
        offset = random_offset()
        moved = {("DATE", date): shift_date(date, offset, month_first=month_first) for date in dates}
        return {key: value for key, value in moved.items() if value is not None}


def _page_of(position: int, pages: Sequence[str]) -> int:
    end = -1
    for number, text in enumerate(pages, start=1):
        end += len(text) + 1
        if position <= end:
            return number
    return len(pages)


def _split_at_pages(findings: list[Finding], pages: Sequence[str]) -> list[list[Finding]]:
    """Cut findings at page borders and give them offsets in their page."""
    result: list[list[Finding]] = []
    offset = first = 0
    for text in pages:
        end = offset + len(text)
        while first < len(findings) and findings[first].end <= offset:
            first += 1
        inside: list[Finding] = []
        for finding in islice(findings, first, None):
            if finding.start >= end:
                break
            inside.append(
                finding._replace(start=max(finding.start, offset) - offset, end=min(finding.end, end) - offset)
            )
        result.append([finding for finding in inside if text[finding.start : finding.end].strip()])
        offset = end + 1
    return result


def _replace(
    text: str, findings: list[Finding], assigned: dict[tuple[str, str], str], page: int
) -> tuple[str, list[Artifact]]:
    pieces: list[str] = []
    artifacts: list[Artifact] = []
    position = length = 0
    for finding in findings:
        original = text[finding.start : finding.end]
        replacement = assigned[finding.type, original]
        pieces += (text[position : finding.start], replacement)
        length += finding.start - position
        artifacts.append(
            Artifact(
                type=finding.type,
                original=original,
                replacement=replacement,
                page=page,
                start=finding.start,
                end=finding.end,
                output_start=length,
                output_end=length + len(replacement),
                layer=finding.layer,
                score=finding.score,
            )
        )
        length += len(replacement)
        position = finding.end
    pieces.append(text[position:])
    return "".join(pieces), artifacts
