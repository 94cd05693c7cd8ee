"""The layered detector: structure, patterns, the model on what is left, propagation, the lab guard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from docmill.errors import MissingExtra
from docmill.privacy import model, spacy_model
from docmill.privacy.addresses import addresses, street_lines
from docmill.privacy.ages import ages_beside, old_ages
from docmill.privacy.birth_dates import date_findings, with_births_beside_people
from docmill.privacy.dictionary import Dictionary, read_dictionary
from docmill.privacy.expansion import expand
from docmill.privacy.facilities import facilities
from docmill.privacy.fields import Label, labelled_fields, unknown_fields
from docmill.privacy.forms import names_before_birth, names_in_forms, names_in_lists
from docmill.privacy.identifiers import last_digits, loose_identifiers, plates, registrations
from docmill.privacy.inline import inline_addresses, inline_fields, inline_names, inline_phones
from docmill.privacy.lab_guard import Guard, guard
from docmill.privacy.lines import Line, split_lines
from docmill.privacy.merging import merge
from docmill.privacy.messages import message_fields, message_results
from docmill.privacy.model import Rampart, TagReader
from docmill.privacy.models import Finding
from docmill.privacy.names import name_cues
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.phones import phone_numbers
from docmill.privacy.policies import replaces
from docmill.privacy.propagation import propagate
from docmill.privacy.prose import model_findings
from docmill.privacy.recognizers import installed_recognizers, recognizer_findings
from docmill.privacy.safe_harbor import further_findings
from docmill.privacy.shorthand import shorthand_names
from docmill.privacy.spacy_model import SpacyModel
from docmill.privacy.sweep import sweep, unexplained
from docmill.privacy.tables import table_fields
from docmill.privacy.text import fold, normalise
from docmill.privacy.usernames import usernames
from docmill.privacy.values import Span
from docmill.privacy.xdt import xdt_fields
from docmill.settings import PrivacySettings

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

# A line with one of these, found with so much confidence, is about a person, not a result.
_PERSONAL_LINES = {"ADDRESS": 0.85, **dict.fromkeys(("DATE_OF_BIRTH", "EMAIL", "PHONE", "IP", "USERNAME"), 0.9)}
_NEVER = 2.0
_PEOPLE = frozenset({"PERSON"})
_PLACES = frozenset({"PERSON", "LOCATION"})


class Detection(NamedTuple):
    """What was detected in a text.

    Attributes:
        findings: What the policy replaces, in order, without overlaps.
        unexplained: Under the policy ``strict``, passages that may be personal and were not found; else empty.
    """

    findings: list[Finding]
    unexplained: list[Span]


class Detector:
    """Finds personal data in a text.

    Args:
        settings: Policy, model and dictionary.
        words: Further sensitive words.
        cache: Folder for converted model weights.
        recognizers: Presidio recognizers of the user's.
    """

    def __init__(
        self,
        settings: PrivacySettings,
        words: Sequence[str] = (),
        cache: Path | None = None,
        recognizers: Sequence[EntityRecognizer] = (),
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._recognizers = [*recognizers, *installed_recognizers()]
        listed = read_dictionary(settings.dictionary_file) if settings.dictionary_file else []
        self._dictionary = Dictionary([*listed, *words])

    @cached_property
    def _models(self) -> list[TagReader]:
        """The models that read prose, loaded at first use.

        Raises:
            MissingExtra: The chosen model is not installed, or the policy is ``strict`` and there is none.
        """
        choice, policy = self._settings.model, self._settings.policy
        strict = policy != "default"
        loaded: list[TagReader] = []
        if choice == "rampart" or (choice == "auto" and model.is_installed()):
            loaded.append(Rampart(self._cache))
        if choice == "spacy" or (choice == "auto" and strict and spacy_model.is_installed()):
            loaded.append(SpacyModel(_PLACES if strict else _PEOPLE))
        if policy == "strict" and not loaded:
            raise MissingExtra("The policy `strict` needs a model that reads prose: pip install 'docmill[ner]'.")
        return loaded

    def detect(self, source: str, recognizers: Iterable[EntityRecognizer] = ()) -> Detection:
        """Return what the policy replaces, in offsets of ``source``.

        Args:
            source: The text as it was given.
            recognizers: Further Presidio recognizers.
        """
        normalised = normalise(source)
        text = normalised.text
        lines = split_lines(text)
        fields, labels = labelled_fields(text, lines)
        found = self._found(text, lines, fields, labels, [*self._recognizers, *recognizers])
        remaining = unexplained(text, lines, labels, found) if self._settings.policy == "strict" else []
        kept = [finding for finding in found if replaces(self._settings, finding, text)]
        spans = ((finding, normalised.source_span(finding.start, finding.end)) for finding in kept)
        return Detection(
            [finding._replace(start=start, end=end) for finding, (start, end) in spans],
            [normalised.source_span(*span) for span in remaining],
        )

    def _found(
        self,
        text: str,
        lines: list[Line],
        fields: list[Finding],
        labels: list[Label],
        recognizers: Sequence[EntityRecognizer],
    ) -> list[Finding]:
        folded = fold(text)
        table, records = table_fields(text, lines), xdt_fields(text, lines)
        structure = [
            *fields,
            *table.findings,
            *records.findings,
            *message_fields(text, lines),
            *inline_fields(text, folded),
        ]
        structure.extend(inline_phones(text, folded))
        results = Guard(message_results(text), frozenset())
        # A key "name" beside a unit is that of a test.
        structure = [item for item in structure if item.type != "PERSON" or not results.touches(item.start, item.end)]
        patterns = [
            *phone_numbers(text),
            *pattern_findings(text),
            *addresses(text, folded),
            *date_findings(folded, labels, fields),
        ]
        personal = [item for item in patterns if item.score >= _PERSONAL_LINES.get(item.type, _NEVER)]
        dates = [(item.start, item.end) for item in patterns if item.type in ("DATE", "DATE_OF_BIRTH")]
        protected = guard(
            lines, labels, [*structure, *personal], [*table.results, *records.others, *results.spans], dates
        )
        found = [*structure, *patterns, *self._dictionary.findings(text), *recognizer_findings(text, recognizers)]
        found.extend(self._guesses(text, folded))
        found.extend(unknown_fields(text, lines, labels))
        found.extend(names_before_birth(text, lines, found))
        found.extend(street_lines(text, lines, found, protected))
        found = [finding for finding in found if protected.allows(finding)]
        for reader in self._models:
            tagged = model_findings(text, lines, found, protected, reader)
            found.extend([finding for finding in tagged if protected.allows(finding)])
        for layer in (
            loose_identifiers(text, found, protected),
            registrations(text, found),
            names_in_forms(text, lines, found, protected),
            names_in_lists(text, found),
            usernames(text, found),
        ):
            found.extend([finding for finding in layer if protected.allows(finding)])
        found = with_births_beside_people(text, found)
        found.extend([finding for finding in propagate(text, found) if protected.allows(finding)])
        if self._settings.policy != "default":
            found = [finding for finding in further_findings(text, labels, found) if protected.allows(finding)]
            # Their own words make them ages, whatever a line of results takes "92 years" for.
            found.extend([*table.ages, *old_ages(text, folded), *ages_beside(text, found)])
        if self._settings.policy == "strict":
            found.extend(list(sweep(text, found, protected)))
        return merge(text, expand(text, found, protected))

    def _guesses(self, text: str, folded: str) -> Iterator[Finding]:
        yield from inline_names(text, folded)
        yield from inline_addresses(text, folded)
        yield from name_cues(text, folded)
        yield from shorthand_names(text, folded)
        yield from plates(text)
        yield from last_digits(text)
        if self._settings.policy != "default":
            yield from facilities(text)
