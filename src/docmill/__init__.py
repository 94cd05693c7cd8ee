"""docmill: documents through durable pipelines on PostgreSQL.

A pipeline is a short list of plain functions; what each returns is stored before the next one starts::

    from docmill import Document, Pipeline, Step

    pipeline = Pipeline("word-count", steps=[Step(split), Step(count, each=True, cpu=True), Step(add)])

Errors are in ``docmill.errors``, each with a stable code.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docmill.bootstrap import open_application
    from docmill.engine.client import Client, Request
    from docmill.engine.pipeline import Document, Pipeline, Step
    from docmill.errors import DocmillError

__all__ = ["Client", "DocmillError", "Document", "Pipeline", "Request", "Step", "open_application"]

# onnxruntime writes a device's id and its events to the user's cache, and can send them; nothing leaves this machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_HOMES = {
    "Client": "docmill.engine.client",
    "DocmillError": "docmill.errors",
    "Document": "docmill.engine.pipeline",
    "Pipeline": "docmill.engine.pipeline",
    "Request": "docmill.engine.client",
    "Step": "docmill.engine.pipeline",
    "open_application": "docmill.bootstrap",
}


def __getattr__(name: str) -> Any:
    # Loaded when first used, so that `docmill --help` need not wait for the database driver.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
