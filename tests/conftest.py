"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from tests.provider import Provider

# The same examples in every run: a red test must be red again for whoever looks into it.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def fresh_logging() -> Iterator[None]:
    """Forget how a test set up logging: its standard error is closed when it ends."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ``../shared/data``, which only developers and CI have."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here: it belongs to developers and CI")
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., Provider]]:
    """Start local providers of language models that stop at the end of the test."""
    with ExitStack() as running:

        def start(*script: str, **changes: Any) -> Provider:
            return running.enter_context(Provider(script=script or ("answer",), **changes))

        yield start
