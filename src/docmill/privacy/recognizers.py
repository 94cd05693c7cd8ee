"""Presidio's interfaces: your own recognizers in our detector, and our detector in place of an ``AnalyzerEngine``.

Presidio (extra ``ner``) is imported only where one of these is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from docmill.errors import InvalidConfiguration, MissingExtra
from docmill.privacy.models import ENTITY_TYPES, Finding

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.nlp_engine import NlpArtifacts
    from spacy.language import Language

    from docmill.privacy.anonymisation import Anonymiser

ENTRY_POINT_GROUP = "docmill.recognizers"
_OURS = {
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "US_SSN": "SSN",
    "UK_NHS": "NHS",
    "IBAN_CODE": "BANK",
    "US_BANK_NUMBER": "BANK",
    "IP_ADDRESS": "IP",
    "DATE_TIME": "DATE",
    "MEDICAL_LICENSE": "ID",
}
_THEIRS = {
    "PHONE": "PHONE_NUMBER",
    "EMAIL": "EMAIL_ADDRESS",
    "SSN": "US_SSN",
    "NHS": "UK_NHS",
    "IP": "IP_ADDRESS",
    "DATE": "DATE_TIME",
}


def installed_recognizers() -> list[EntityRecognizer]:
    """Return the recognizers that installed packages offer under the entry point ``docmill.recognizers``.

    Raises:
        InvalidConfiguration: One cannot be made.
    """
    made = []
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        try:
            made.append(entry.load()())
        except Exception as error:  # noqa: BLE001 - code of others
            message = f"The recognizer {entry.name!r} cannot be made ({type(error).__name__})."
            raise InvalidConfiguration(message) from None
    return made


def recognizer_findings(text: str, recognizers: Iterable[EntityRecognizer]) -> Iterator[Finding]:
    """Yield what users' recognizers find in a normalised text; a type that is not ours becomes ``ID``."""
    artifacts: NlpArtifacts | None = None
    for recognizer in recognizers:
        artifacts = artifacts or _artifacts(text)
        for result in recognizer.analyze(text, recognizer.supported_entities, artifacts):
            kind = _OURS.get(result.entity_type, result.entity_type)
            yield Finding(
                result.start, result.end, kind if kind in ENTITY_TYPES else "ID", float(result.score), "recognizer"
            )


def _artifacts(text: str) -> NlpArtifacts:
    """Return a text's tokens in Presidio's form; their lower case stands for their lemmas."""
    from presidio_analyzer.nlp_engine import NlpArtifacts

    document = _blank_language()(text)
    indices = [token.idx for token in document]
    words = [token.lower_ for token in document]
    return NlpArtifacts([], document, indices, words, nlp_engine=None, language="en")


@cache
def _blank_language() -> Language:
    import spacy

    return spacy.blank("en")


class Analyzer:
    """Detects like Presidio's ``AnalyzerEngine``: the same call, the same results, the same registry.

    Args:
        anonymiser: Finds what its policy replaces.
    """

    def __init__(self, anonymiser: Anonymiser) -> None:
        self._anonymiser = anonymiser

    @cached_property
    def registry(self) -> RecognizerRegistry:
        """Presidio's registry; ``registry.add_recognizer`` adds a recognizer of yours.

        Raises:
            MissingExtra: Presidio is not installed.
        """
        try:
            from presidio_analyzer import RecognizerRegistry
        except ImportError:
            raise MissingExtra("Presidio is not installed: pip install 'docmill[ner]'.") from None
        return RecognizerRegistry(recognizers=[])

    def analyze(
        self, text: str, language: str = "en", entities: Sequence[str] | None = None, score_threshold: float = 0.0
    ) -> list[RecognizerResult]:
        """Return findings as Presidio's results, with Presidio's names of types.

        Args:
            text: What is searched.
            language: For the registry's recognizers; our own detector reads nine languages at once.
            entities: Only these types, by Presidio's names or ours.
            score_threshold: Only findings with this score at least.
        """
        from presidio_analyzer import RecognizerResult

        added = [item for item in self.registry.recognizers if item.supported_language == language]
        results = []
        for finding in self._anonymiser.detect(text, recognizers=added):
            kind = _THEIRS.get(finding.type, finding.type)
            if finding.score >= score_threshold and (entities is None or {kind, finding.type} & set(entities)):
                results.append(RecognizerResult(kind, finding.start, finding.end, finding.score))
        return results
