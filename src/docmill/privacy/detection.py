"""The layered detector: structure, patterns, the model on what is left, propagation, the lab guard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from docmill.privacy.addresses import addresses
from docmill.privacy.birth_dates import date_findings
from docmill.privacy.expansion import expand
from docmill.privacy.fields import labelled_fields
from docmill.privacy.inline import inline_fields, inline_names
from docmill.privacy.lab_guard import guard
from docmill.privacy.lines import split_lines
from docmill.privacy.merging import merge
from docmill.privacy.model import Rampart, is_installed
from docmill.privacy.models import Finding
from docmill.privacy.names import name_cues
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.phones import phone_numbers
from docmill.privacy.propagation import propagate
from docmill.privacy.prose import model_findings
from docmill.privacy.tables import table_fields
from docmill.privacy.text import fold, normalise
from docmill.settings import PrivacySettings

_CERTAIN = 0.9


class Detector:
    """Finds personal data in a text.

    Args:
        settings: Policy, model and dictionary.
        words: Further sensitive words.
        cache: Folder for converted model weights.
    """

    def __init__(self, settings: PrivacySettings, words: Sequence[str], cache: Path | None) -> None:
        self._settings = settings
        self._cache = cache

    @cached_property
    def _model(self) -> Rampart | None:
        choice = self._settings.model
        if choice == "none" or (choice == "auto" and not is_installed()):
            return None
        return Rampart(self._cache)

    def findings(self, source: str) -> list[Finding]:
        """Return what the policy replaces, in offsets of ``source``."""
        normalised = normalise(source)
        merged = [item for item in self._all(normalised.text) if item.type not in ("DATE", "URL")]
        spans = ((finding, normalised.source_span(finding.start, finding.end)) for finding in merged)
        return [finding._replace(start=start, end=end) for finding, (start, end) in spans]

    def _all(self, text: str) -> list[Finding]:
        lines = split_lines(text)
        folded = fold(text)
        found, labels = labelled_fields(text, lines)
        found.extend(table_fields(text, lines))
        places = list(addresses(text))
        protected = guard(lines, labels, [*found, *(place for place in places if place.score >= _CERTAIN)])
        found.extend(inline_fields(text, folded))
        found.extend(inline_names(text, folded))
        found.extend(pattern_findings(text))
        found.extend(phone_numbers(text))
        found.extend(places)
        found.extend(name_cues(text))
        found.extend(date_findings(folded, labels))
        found = [item for item in found if protected.allows(item)]
        if self._model is not None:
            tagged = model_findings(text, lines, found, protected, self._model)
            found.extend([item for item in tagged if protected.allows(item)])
        found.extend([item for item in propagate(text, found) if protected.allows(item)])
        return merge(text, expand(text, found, protected))
