"""Nothing in the privacy layer opens a socket: not the patterns, not the models, not Presidio's mail recogniser."""

from __future__ import annotations

import subprocess
import sys

import pytest

from docmill.privacy import model

# An audit hook sees sockets of C code and of every library; it cannot be taken out again.
GUARD = """
import sys
class Refused(BaseException):
    pass
def refuse(event, arguments):
    if event.startswith("socket."):
        raise Refused("a socket was opened")
sys.addaudithook(refuse)
"""
USE = """
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.outgoing_guard import OutgoingGuard
from docmill.settings import PrivacySettings
text = "Dear Grace Haddad, write to grace@example.org, card 4111 1111 1111 1111, call +44 20 7946 0958."
anonymiser = Anonymiser(PrivacySettings(policy="{policy}", model="{model}"))
result = anonymiser.anonymise(text)
OutgoingGuard(result.artifacts)(result.text)
print(len(result.artifacts))
"""
PRESIDIO = """
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer
from docmill.privacy.recognizers import Analyzer
analyzer = Analyzer(Anonymiser(PrivacySettings(model="none")))
analyzer.registry.add_recognizer(CreditCardRecognizer())
print(len(analyzer.analyze(text)))
"""


# urllib3, which these two import and do not use here, binds a local socket at import to see whether there is IPv6.
LIBRARIES = "import spacy, presidio_analyzer"

needs_models = pytest.mark.skipif(not model.is_installed(), reason="the extra `ner` is not installed")


def run(code: str, before: str = "") -> str:
    command = [sys.executable, "-c", f"{before}\n{GUARD}{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_guard_of_this_test_works() -> None:
    code = "import socket\nsocket.socket()"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(code)
    assert "a socket was opened" in caught.value.stderr


def test_rules_open_no_socket() -> None:
    assert int(run(USE.format(policy="default", model="none"))) >= 3


@needs_models
def test_the_model_opens_no_socket() -> None:
    assert int(run(USE.format(policy="default", model="rampart"))) >= 3


@needs_models
def test_spacy_and_presidio_open_no_socket() -> None:
    output = run(USE.format(policy="strict", model="auto") + PRESIDIO, before=LIBRARIES)
    assert all(int(line) >= 3 for line in output.splitlines())
