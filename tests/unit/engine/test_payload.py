"""Payloads carry every value that a step can return."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from docmill.engine.payload import is_sealed, pack, replace_surrogates, to_json, unpack


class Page(BaseModel):
    text: str
    lines: list[str] = []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_as_it_was(text: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(str)
    assert adapter.validate_json(unpack(pack(to_json(adapter, text)))) == text


def test_long_payloads_are_compressed_and_short_ones_are_not() -> None:
    assert len(pack(b"a" * 10_000)) < 200
    assert pack(b"abc") == b"\x00abc"


def test_lone_surrogates_become_the_replacement_character() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Page)
    page = Page.model_construct(text="a\ud800b", lines=["\udfff"])
    assert adapter.validate_json(to_json(adapter, page)) == Page(text="a\ufffdb", lines=["\ufffd"])
    assert replace_surrogates({"k\ud800": ("\ud800", 1)}) == {"k\ufffd": ("\ufffd", 1)}


def test_a_sealed_payload_needs_its_cipher() -> None:
    payload = pack(b"secret", lambda data: data[::-1])
    assert is_sealed(payload)
    assert b"secret" not in payload
    assert unpack(payload, lambda data: data[::-1]) == b"secret"
    with pytest.raises(ValueError, match="cipher"):
        unpack(payload)
