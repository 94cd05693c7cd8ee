"""Which findings a policy replaces.

``default`` replaces what names a person or leads to one. ``safe_harbor`` also replaces what the Safe Harbor
rule of HIPAA lists: all dates, places, ages above 89, web addresses. ``strict`` does the same, replaces
everything that has the form of an identifier, and refuses the text if something unexplained remains.
"""

from __future__ import annotations

import re

from docmill.privacy.models import Finding
from docmill.settings import PrivacySettings

_ALWAYS = frozenset(
    {
        *("PERSON", "ADDRESS", "PHONE", "EMAIL", "DATE_OF_BIRTH", "MRN", "ACCESSION", "ID", "SSN", "NHS"),
        *("NATIONAL_ID", "CREDIT_CARD", "BANK", "IP", "USERNAME"),
    }
)
_SAFE_HARBOR = frozenset({"DATE", "LOCATION", "ORGANIZATION", "AGE", "URL"})
_PERSONAL_URL = re.compile(r"[?@~]|\d{4}")


def replaces(settings: PrivacySettings, finding: Finding, text: str) -> bool:
    """Whether the policy replaces a finding of ``text``."""
    if finding.type in _ALWAYS or finding.layer == "dictionary":
        return True
    if settings.policy != "default":
        return finding.type in _SAFE_HARBOR
    if finding.type == "DATE":
        return settings.dates != "keep"
    return finding.type == "URL" and bool(_PERSONAL_URL.search(text, finding.start, finding.end))


def shifts_dates(settings: PrivacySettings) -> bool:
    """Whether dates are moved rather than masked; Safe Harbor lets no date stand, moved or not."""
    return settings.policy == "default" and settings.dates == "shift"
