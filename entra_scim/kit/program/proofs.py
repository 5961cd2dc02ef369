"""What sign-in proves itself with: whether an application has it, and what to add."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .changes import Change, Document, Unsuitable, dicts

_NOTICE = timedelta(days=30)


def certificates(certificate: str, found: Document) -> Change:
    """Return an application's certificates with one more, base64 of its DER.

    They are replaced whole, and each needs its key, which Entra shows if asked for
    ``$select=keyCredentials``:
    https://learn.microsoft.com/en-us/graph/api/resources/keycredential

    Raises:
        Unsuitable: Entra did not show a key that would be lost.
    """
    existing = dicts(found, "keyCredentials")
    if any(entry.get("key") == certificate for entry in existing):
        return Change({}, [])
    if not all(entry.get("key") for entry in existing):
        raise Unsuitable(
            "The application has certificates whose keys Entra does not show. Upload "
            "the certificate by hand: App registrations → Certificates & secrets."
        )
    added = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": "Sign-in",
        "key": certificate,
    }
    return Change(
        {"keyCredentials": [*existing, added]}, ["Certificates: add that of the tab"]
    )


def expiring(kind: str, credentials: list[Document], today: date) -> list[str]:
    """Return that none of some credentials is valid, or the last one soon is not."""
    ends = max((_day(one.get("endDateTime")) for one in credentials), default=date.min)
    what_to_do = "create a new one, and save it in the tab"
    if ends < today:
        return [f"{kind}: none is valid; {what_to_do}"]
    if ends < today + _NOTICE:
        return [f"{kind}: the last one expires on {ends}; {what_to_do}"]
    return []


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return date.max


def is_trusted(wanted: Document, known: list[Document]) -> bool:
    """Tell whether an application trusts an issuer's assertions about a subject.

    Entra compares letter by letter, and allows one credential of an issuer and subject.

    Raises:
        Unsuitable: It does, but for another audience.
    """
    for one in known:
        if all(one.get(name) == wanted[name] for name in ("issuer", "subject")):
            if one.get("audiences") != wanted["audiences"]:
                raise Unsuitable(
                    f"The federated credential {one.get('name')} is for the audience "
                    f"{one.get('audiences')}. Set {wanted['audiences']} under App "
                    "registrations → Certificates & secrets → Federated credentials."
                )
            return True
    return False
