"""The server and the template of the integration tests."""

from __future__ import annotations

from tests.integration.conftest import server, template

__all__ = ["server", "template"]
