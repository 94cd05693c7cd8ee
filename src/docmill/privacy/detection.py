"""The layered detector: structure, patterns, the model on what is left, propagation, the lab guard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docmill.privacy.fields import labelled_fields
from docmill.privacy.inline import inline_fields, inline_names
from docmill.privacy.lines import split_lines
from docmill.privacy.merging import merge
from docmill.privacy.models import Finding
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.text import fold, normalise
from docmill.settings import PrivacySettings


class Detector:
    """Finds personal data in a text.

    Args:
        settings: Policy, model and dictionary.
        words: Further sensitive words.
        cache: Folder for converted model weights.
    """

    def __init__(self, settings: PrivacySettings, words: Sequence[str], cache: Path | None) -> None:
        self._settings = settings

    def findings(self, source: str) -> list[Finding]:
        """Return what the policy replaces, in offsets of ``source``."""
        normalised = normalise(source)
        text = normalised.text
        lines = split_lines(text)
        folded = fold(text)
        found, _labels = labelled_fields(text, lines)
        found.extend(inline_fields(text, folded))
        found.extend(inline_names(text, folded))
        found.extend(pattern_findings(text))
        merged = merge(text, found)
        spans = ((finding, normalised.source_span(finding.start, finding.end)) for finding in merged)
        return [finding._replace(start=start, end=end) for finding, (start, end) in spans]
