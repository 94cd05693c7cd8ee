"""The error tree is what its page draws, and errors survive the way between processes."""

from __future__ import annotations

import pickle
import re

import pytest

import docmill.errors
from docmill.errors import DocmillError, ErrorKind, RateLimited, all_errors

LINE = re.compile(r"^    [│├└─ ]*(?P<name>\w+) +(?P<code>\w+) +(?P<kind>\w+)$", re.MULTILINE)
CLASSES = sorted(all_errors().values(), key=lambda error: error.code)


def drawn() -> list[tuple[str, str, str]]:
    return [(line["name"], line["code"], line["kind"]) for line in LINE.finditer(docmill.errors.__doc__ or "")]


def test_the_drawn_tree_is_the_tree() -> None:
    assert sorted(drawn()) == sorted((error.__name__, error.code, error.kind.value) for error in CLASSES)


def test_codes_are_unique_and_stable_in_form() -> None:
    defined = [
        value for value in vars(docmill.errors).values() if isinstance(value, type) and issubclass(value, DocmillError)
    ]
    assert len({error.code for error in defined}) == len(defined) == len(CLASSES)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code) for error in defined)


@pytest.mark.parametrize("error_class", CLASSES, ids=lambda error: error.code)
def test_the_first_line_of_the_docstring_is_the_message(error_class: type[DocmillError]) -> None:
    error = error_class()
    assert error.message == (error_class.__doc__ or "").splitlines()[0]
    assert str(error) == error.message


@pytest.mark.parametrize("error_class", CLASSES, ids=lambda error: error.code)
def test_an_error_survives_the_way_between_processes(error_class: type[DocmillError]) -> None:
    error = error_class("the file is broken")
    error.page = 3
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.message, copy.page, str(copy)) == (error_class, "the file is broken", 3, str(error))


def test_a_rate_limit_keeps_its_wait_between_processes() -> None:
    assert pickle.loads(pickle.dumps(RateLimited("wait", retry_after=7.5))).retry_after == 7.5


def test_kinds_say_what_is_retried_and_what_counts() -> None:
    assert [kind for kind in ErrorKind if not kind.retried] == [ErrorKind.PERMANENT, ErrorKind.CANCELLED]
    assert [kind for kind in ErrorKind if not kind.uses_attempt] == [ErrorKind.RATE_LIMITED, ErrorKind.WORKER_SHUTDOWN]
