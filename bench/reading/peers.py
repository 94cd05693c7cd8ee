"""The peers, in an environment of their own: PyMuPDF (AGPL), pdfplumber, pdfminer, pypdf."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PACKAGES = ["pymupdf>=1.26,<2", "pdfplumber>=0.11.7,<0.12", "pypdf>=5"]
SCRIPT = Path(__file__).parent / "peer_reading.py"


class Peers:
    """Runs the peers.

    Args:
        folder: Where their environment is, or is made at the first run.
    """

    def __init__(self, folder: Path) -> None:
        self._python = folder / "bin" / "python"
        if not self._python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([self._python, "-m", "pip", "install", "-q", *PACKAGES], check=True)

    def pages_per_second(self, name: str, files: list[Path], most_pages: int) -> float:
        """Return how many pages a second of processor time a peer reads."""
        found = json.loads(self._run("speed", name, str(most_pages), *map(str, files)))
        return float(found["pages"] / found["seconds"])

    def texts(self, name: str, path: Path) -> list[str]:
        """Return the pages of a file as a peer reads them."""
        return list(json.loads(self._run("texts", name, str(path))))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([self._python, SCRIPT, *arguments], check=True, capture_output=True, text=True)
        return done.stdout
