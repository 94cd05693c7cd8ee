"""The rehearsal server of the books pipeline, made to fail in the ways that APIs do."""

from tests.book_apis.faults import FaultyApis

__all__ = ["FaultyApis"]
