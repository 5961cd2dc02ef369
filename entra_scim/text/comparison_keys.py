"""Comparison keys: the same answer to "is this the same?" on every database.

Databases disagree about case and accents: MariaDB's default collation finds
``josé@`` for ``jose@``, PostgreSQL's ``UPPER`` says that ``mıke@`` is ``mike@``,
and SQLite folds ASCII only. Uniqueness and look-ups therefore use digests of
strings that were normalized in Python.
"""

from __future__ import annotations

import hashlib
import re
import string
from unicodedata import normalize

VERSION = 1
"""The version of what is stored to compare by.

A release that changes a form or a key below, or makes an attribute filterable, raises
it. ``entra_rebuild_keys`` then writes what is stored again.
"""

_LOWER_ASCII = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_ORDERED_BYTES = 192
_GUID = re.compile(
    r"(?:urn:uuid:)?\{?([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2"
    r"([0-9a-f]{12})\}?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


_LOOK_ALIKES = {
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb06": "st",
    "\u00df": "ss",
    "\u0131": "i",
    "\u0130": "i",
    "\u212a": "k",
    "\u017f": "s",
}
"""Letters that Unicode folds to others, which no index finds by those."""


def folded(value: str) -> str:
    """Return the form in which SCIM compares a string that is not caseExact.

    It is the comparison key of scim2-models: NFC and lower case (RFC 7643 §2.2,
    RFC 8265 ``UsernameCaseMapped``).
    """
    return normalize("NFC", normalize("NFC", value).lower())


def digest(value: str) -> str:
    """Return the SHA-256 of a string as 64 hexadecimal characters."""
    return hashlib.sha256(value.encode()).hexdigest()


def user_name_key(user_name: str) -> str:
    """Return the key under which a userName is unique in its environment."""
    return digest(folded(user_name))


def canonical_external_id(external_id: str) -> str:
    """Return the form in which an externalId is compared.

    It is caseExact (RFC 7643 §3.1), but a GUID is the same in any form: a mapping to
    upper case, or without hyphens, makes nobody else of a person.

    The form of a GUID, and its digest, stay in every version: of former people, and
    of object IDs that Entra has removed, only the digest is kept.
    """
    guid = _GUID.fullmatch(external_id)
    return "-".join(guid.group(1, 3, 4, 5, 6)).lower() if guid else external_id


def order_key(value: str) -> str:
    """Return a string that sorts as another one does by code points.

    Hexadecimal digits have one order in every collation, and UTF-8 keeps that of
    code points. Only what is beyond the length that indexes take is not told apart.
    """
    return folded(value).encode()[:_ORDERED_BYTES].hex()


def external_id_key(external_id: str | None) -> str | None:
    """Return the key of an externalId.

    None, for none: databases take as many of those for unique as there are.
    """
    return digest(canonical_external_id(external_id)) if external_id else None


def domain_key(address: str) -> str:
    """Return the key of an address's domain."""
    return digest(folded(address.strip().rpartition("@")[2]))


def is_object_id(external_id: str | None) -> bool | None:
    """Tell whether an externalId is a directory's object ID, which is a GUID.

    None, where there is no externalId.
    """
    return bool(_GUID.fullmatch(external_id)) if external_id else None


def role_key(value: str) -> str:
    """Return the key of a role value, which matches exactly."""
    return digest(value)


def is_address(value: str) -> bool:
    """Tell whether a string can be meant as an e-mail address.

    Deliberately loose: Entra sends addresses such as ``x@corp.local`` and
    ``o'brien@contoso.com``, and the directory, not this app, owns them.
    """
    return _ADDRESS.fullmatch(value) is not None


def lower_address(address: str) -> str:
    """Return an address with A–Z in lower case, and nothing else changed."""
    # A table takes ten times as long as Python's own way, and nearly all are ASCII.
    return address.lower() if address.isascii() else address.translate(_LOWER_ASCII)


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses are the same person's.

    Only A–Z are compared without case. Anything looser hands an account to
    anyone who registers a look-alike, as ``mıke@`` for ``mike@``.
    """
    return lower_address(one) == lower_address(other)


def looks_like(one: str, other: str) -> bool:
    """Tell whether two addresses are equal once Unicode's look-alikes are folded."""
    return _skeleton(one) == _skeleton(other)


def is_odd(address: str) -> bool:
    """Tell whether an address is spelled otherwise than what it looks like."""
    return _skeleton(address) != address


def address_variants(address: str) -> list[str]:
    """Return the spellings under which a database may hold an address.

    They find the candidates; :func:`same_address` and :func:`looks_like` decide.
    """
    skeleton = _skeleton(address)
    spellings = (
        address,
        address.lower(),
        address.upper(),
        address.casefold(),
        skeleton,
        normalize("NFD", skeleton),
        _with_ascii_domain(skeleton),
        *(skeleton.replace(plain, odd) for odd, plain in _LOOK_ALIKES.items()),
    )
    return sorted({*map(lower_address, {*spellings}), address})


def address_key(address: str) -> str:
    """Return the key under which an address is one account's.

    Look-alikes have the same one: whichever comes first, there are never two.
    """
    return digest(_skeleton(address))


def _skeleton(address: str) -> str:
    # Upper case first: ``ı`` has no case folding of its own, but the upper case
    # of ``i``. NFKC covers full-width letters, ligatures and the Kelvin sign.
    upper = normalize("NFKC", address).upper()
    folded = normalize("NFKC", normalize("NFKC", upper).casefold())
    folded = folded.replace("i\u0307", "i")  # of the Turkish capital
    return _with_unicode_domain(folded)


def _with_unicode_domain(address: str) -> str:
    """Return an address whose domain has no Punycode: both forms are one mailbox."""
    name, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{name}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address


def _with_ascii_domain(address: str) -> str:
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:  # it is not a domain
        return address
