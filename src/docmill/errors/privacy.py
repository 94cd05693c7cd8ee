"""Personal data that cannot be handled safely."""

from __future__ import annotations

from docmill.errors.base import DocmillError


class PrivacyError(DocmillError):
    """Personal data could not be handled safely; nothing was sent."""

    code = "privacy_error"


class PiiLeakBlocked(PrivacyError):
    """An outgoing request held personal data and was stopped."""

    code = "pii_leak_blocked"


class UnexplainedText(PrivacyError):
    """The strict policy found text that it cannot explain and refuses to pass it on."""

    code = "unexplained_text"


class DecryptionFailed(PrivacyError):
    """A sealed value does not open with this installation's key."""

    code = "decryption_failed"


class DocumentErased(PrivacyError):
    """The document was erased: its key is destroyed."""

    code = "document_erased"


class RoleMissing(PrivacyError):
    """Originals were asked for without the role `phi`."""

    code = "role_missing"
