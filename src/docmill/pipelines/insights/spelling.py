"""How models spell names and values: in several kinds of quotation marks, or in none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

# Quotation marks other than the straight double ones; an apostrophe within a word is none.
_QUOTED = re.compile(r"""("[^"]*")|“([^“”"]*)”|`([^`"]*)`|(?<!\w)['‘]([^'‘’"]*)['’](?!\w)""")
_OWNING = re.compile(r"""(?<=")['’]s\b""")
_DATE = r"\d{4}-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)?"
_PERIOD = rf"(?<![\w-])(?:{_DATE}|\d{{4}}-?(?:Q[1-4]|W\d\d)|Q[1-4](?: \d{{4}})?)(?![\w-])"


def with_quotes(text: str, names: Sequence[str], words: Collection[str]) -> str:
    """Return a text in which names of columns, dates and periods stand in double quotes.

    Without quotation marks a name is known unless it is also a word of sentences: to read "not" as the name of a column
    could turn a statement into its contrary.

    Args:
        text: What a model wrote.
        names: Names of columns.
        words: What is no name without quotation marks, in lower case.
    """
    alike = Counter(name.lower() for name in names)
    bare = {
        name.lower(): name
        for name in names
        if alike[name.lower()] == 1 and name.lower() not in words and any(map(str.isalpha, name))
    }
    # Of two names that begin alike the longer one.
    listed = [re.escape(name) for name in sorted(bare, key=len, reverse=True)]
    known = re.compile(rf"{_PERIOD}|(?<!\w)(?:{'|'.join(listed)})(?!\w)" if listed else _PERIOD, re.IGNORECASE)
    parts = _QUOTED.sub(_straight, text).split('"')
    # Every second part stands between quotation marks.
    for place in range(0, len(parts), 2):
        quoted = known.sub(lambda found: f'"{bare.get(found[0].lower(), found[0])}"', parts[place])
        parts[place] = quoted.replace("é", "e")
    return _OWNING.sub("", '"'.join(parts))


def _straight(found: re.Match[str]) -> str:
    return found[1] or f'"{next(inner for inner in found.groups()[1:] if inner is not None)}"'
