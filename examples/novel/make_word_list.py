"""Make a word list for `docmill coverage` from the frequencies of the package wordfreq.

    uv run --with wordfreq --with simplemma python make_word_list.py fr 2000 > french_2000.csv

The words are dictionary forms, the most frequent first. What is as frequent in English is left out unless the
dictionary has it: names and words of the web. The frequencies are those of wordfreq (Robyn Speer), CC BY-SA 4.0, and so
is the list that is made from them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

import simplemma
from wordfreq import top_n_list, zipf_frequency

CANDIDATES = 50_000
LETTERS_THAT_ARE_WORDS = "aày"
AHEAD_OF_ENGLISH = 1.0
# What wordfreq counts apart at an apostrophe.
ELIDED = frozenset({"aujourd", "jusqu", "lorsqu", "puisqu", "qu", "quelqu", "quoiqu"})


def words(language: str) -> Iterator[tuple[str, float]]:
    """Yield dictionary forms by falling frequency, each once."""
    seen: set[str] = set()
    for word in top_n_list(language, CANDIDATES):
        frequency = zipf_frequency(word, language)
        if not is_word(word, language, frequency):
            continue
        lemma = simplemma.lemmatize(word, lang=language).casefold()
        if lemma not in seen:
            seen.add(lemma)
            yield lemma, frequency


def is_word(word: str, language: str, frequency: float) -> bool:
    """Leave out numbers, single letters, and what English has as often."""
    if word in ELIDED or not word.isalpha() or (len(word) == 1 and word not in LETTERS_THAT_ARE_WORDS):
        return False
    known = simplemma.is_known(word, lang=language)
    return known or frequency - zipf_frequency(word, "en") >= AHEAD_OF_ENGLISH


def main() -> None:
    language, count = sys.argv[1], int(sys.argv[2])
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["word", "zipf_frequency"])
    for (word, frequency), _ in zip(words(language), range(count), strict=False):
        writer.writerow([word, frequency])


if __name__ == "__main__":
    main()
