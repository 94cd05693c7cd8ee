"""Patterns that need no label: contact details, and numbers whose check digits prove what they are."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

from docmill.privacy.models import Finding
from docmill.privacy.people import is_laboratory_term
from docmill.privacy.values import EMAIL, SPACED_EMAIL

_URL = re.compile(r"\bhttps?://[^\s<>\"')\]]+|\bwww\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[^\s<>\"')\]]*)?", re.IGNORECASE)
_IP4 = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{3,39}(?![\w:])", re.IGNORECASE)
_MAC = re.compile(r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])", re.IGNORECASE)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_HEALTH_CARD = re.compile(r"(?<![\w-])\d{4}[- ]\d{3}[- ]\d{3}[- ][A-Z]{2}(?![\w-])")
# What GS1 prints on a device that is in or on a person: product, then lot, date and serial number in any order.
_DEVICE = re.compile(r"\(01\)\d{14}(?:\((?:1[017]|21)\)[\w./+-]{1,20})+")
_SEPARATORS = re.compile(r"[ -]")
_USER_KEY = re.compile(
    r"(?i)\b(?:user(?:name|id|_name|_id)?|login|account|uid|usr|actor|operator|owner|principal|who)=[\"']?([\w.@-]+)"
    r"|\b(?:user(?:name)?|login)[: ]\s?([a-z][\w-]*[._][\w-]+)"
    r"|\b(?:password|publickey) for (?:invalid user )?([a-z][\w.-]+)"
    r"|\b(?:user(?:name)?|login) [\"']?([a-z][\w.-]*\d[\w.-]*)"
    # "For PD-L1", "by QS15": what stands in capitals after so small a word is a marker or a guideline.
    r"|\b(?:by|as|for) [\"']?((?-i:[a-z])[\w.-]*\d[\w.-]*)"
)


class _Checked(NamedTuple):
    """A kind of number: how it is printed, and which module of python-stdnum checks it."""

    kind: str
    pattern: re.Pattern[str]
    modules: tuple[str, ...]
    score: float


# Bare digits that one in ten or eleven numbers would pass are not here: they need a label.
_CHECKED = (
    # The digits of one ISO date in ten pass for those of a card.
    _Checked(
        "CREDIT_CARD",
        re.compile(r"(?<![\w.-])(?!\d{4}-\d\d-\d\d(?![\d-]))(?:[2-6]\d{3}|1800)(?:[ -]?\d{2,6}){2,4}(?![\w-]|\.\d)"),
        ("luhn",),
        0.99,
    ),
    _Checked("BANK", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), ("iban",), 0.99),
    _Checked("NHS", re.compile(r"(?<![\w-])\d{3}[ -]\d{3}[ -]\d{4}(?![\w-])"), ("gb.nhs",), 0.9),
    _Checked(
        "NATIONAL_ID",
        re.compile(r"(?<!\d)[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\d)"),
        ("fr.nir",),
        0.97,
    ),
    _Checked("NATIONAL_ID", re.compile(r"(?<![\w-])[XYZ\d]\d{7}-?[A-Z](?![\w-])"), ("es.dni", "es.nie"), 0.95),
    _Checked(
        "NATIONAL_ID", re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"), ("it.codicefiscale",), 0.97
    ),
    _Checked("NATIONAL_ID", re.compile(r"(?<![\d-])[2-9]\d{3} \d{4} \d{4}(?![\d]| \d)"), ("in_.aadhaar",), 0.9),
    _Checked("NATIONAL_ID", re.compile(r"(?<!\d)[2-6]\d{3} \d{5} \d(?!\d)"), (), 0.85),
    _Checked("NATIONAL_ID", re.compile(r"(?<![\d.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)"), ("br.cpf",), 0.97),
    _Checked("NATIONAL_ID", re.compile(r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d\b"), ("mx.curp",), 0.97),
    _Checked("NATIONAL_ID", re.compile(r"(?<!\d)756\.\d{4}\.\d{4}\.\d{2}(?!\d)"), ("ch.ssn",), 0.97),
    _Checked("NATIONAL_ID", re.compile(r"(?<!\d)\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\d)"), ("be.nn",), 0.97),
    _Checked(
        "NATIONAL_ID", re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"), (), 0.85
    ),
    # The Medicare Beneficiary Identifier of the USA.
    _Checked(
        "NATIONAL_ID",
        re.compile(
            r"(?<![\w-])[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?"
            r"[AC-HJKMNP-RT-Y]{2}\d\d(?![\w-])"
        ),
        (),
        0.9,
    ),
    _Checked("NATIONAL_ID", re.compile(r"(?<![\w-])[A-Z]\d{9}(?![\w-])"), ("de.kvnr",), 0.9),
    # The number of a donation of blood (ISBT 128): where, in which year, which one, and a character that checks it.
    _Checked("ACCESSION", re.compile(r"(?<![\w-])[A-Z]\d{4} \d\d \d{6}(?: ?[A-Z\d*](?!\w))?(?![\w-])"), (), 0.95),
    _Checked("NATIONAL_ID", re.compile(r"(?<![\d-])\d{11}(?![\d-])"), ("pl.pesel",), 0.85),
)


def pattern_findings(text: str) -> list[Finding]:
    """Return what is personal by its form alone, whatever stands beside it."""
    return [*_network(text), *_checked(text)]


def _network(text: str) -> Iterator[Finding]:
    if "@" in text:
        for match in EMAIL.finditer(text):
            yield Finding(*match.span(), "EMAIL", 0.99, "pattern")
        for match in SPACED_EMAIL.finditer(text):
            if " " in match.group():
                yield Finding(*match.span(), "EMAIL", 0.98, "pattern")
    for pattern, kind, score in (
        (_URL, "URL", 0.9),
        (_IP4, "IP", 0.95),
        (_IP6, "IP", 0.9),
        (_MAC, "ID", 0.9),
        (_SSN, "SSN", 0.9),
        (_HEALTH_CARD, "NATIONAL_ID", 0.9),
        (_DEVICE, "ID", 0.98),
    ):
        for match in pattern.finditer(text):
            if kind != "IP" or _is_address(match.group()):
                yield Finding(*match.span(), kind, score, "pattern")
    for match in _USER_KEY.finditer(text):
        if not is_laboratory_term(match.group(match.lastindex or 0)):
            yield Finding(*match.span(match.lastindex or 0), "USERNAME", 0.9, "pattern")


def _is_address(value: str) -> bool:
    """Whether a colon form is an address and not a time ("10:30:15")."""
    if "." in value:
        return True
    try:
        ipaddress.IPv6Address(value)
    except ValueError:
        return False
    return len(value) > 2


def _checked(text: str) -> Iterator[Finding]:
    for rule in _CHECKED:
        for match in rule.pattern.finditer(text):
            value = _SEPARATORS.sub("", match.group()) if rule.kind == "CREDIT_CARD" else match.group()
            if not rule.modules or any(check(value) for check in _checks(rule.modules)):
                yield Finding(*match.span(), rule.kind, rule.score, "pattern")


@cache
def _checks(modules: tuple[str, ...]) -> tuple[Callable[[str], bool], ...]:
    checks = []
    for name in modules:
        module = _module(name)
        if module is not None:
            checks.append(module)
    return tuple(checks)


def _module(name: str) -> Callable[[str], bool] | None:
    try:
        check: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    except ModuleNotFoundError:
        return None
    return check
