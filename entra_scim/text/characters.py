"""Characters that no userName and no e-mail address has, but by mistake or malice."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    # What Unicode ignores by default, but does not call a format character: joiners,
    # fillers and variation selectors.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_NOT_IN_ADDRESSES = set(' <>()[]:;,"\\')
"""RFC 5322 §3.2.3, without the quotes in which nobody writes them."""

USUAL = re.compile(
    r"[a-z0-9._+'-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE | re.ASCII
)
"""Nearly every address, in which each character need not be looked at."""

AT_SIGNS = {"@", "\uff20", "\ufe6b"}
"""What makes a text look like an address, to people at least."""


def first_odd(text: str, *, is_address: bool) -> int | None:
    """Return the index of the first character that must not be in a text, or None.

    A blank within is none, unless the text is an address. Of an address, the domain
    has letters, digits, hyphens and single dots: with a dot at its end it would be the
    same mailbox, and with an ideographic one too (RFC 3490 §3.1).
    """
    if USUAL.fullmatch(text):
        return None
    for index, character in enumerate(text):
        if _is_odd(character) or (is_address and character in _NOT_IN_ADDRESSES):
            return index
    if text != text.strip():
        return 0 if text[0].isspace() else len(text.rstrip())
    return _odd_in_domain(text) if is_address else None


def described(character: str) -> str:
    """Return a character by code point and name, as "U+200B ZERO WIDTH SPACE"."""
    name = unicodedata.name(character, "")
    if unicodedata.category(character) == "Cc":
        name = "CONTROL CHARACTER"
    return f"U+{ord(character):04X} {name}".rstrip()


def _odd_in_domain(text: str) -> int | None:
    start = text.find("@") + 1
    for index in range(start, len(text)) if start else ():
        character = text[index]
        is_letter = character.isalnum() or unicodedata.category(character)[0] == "M"
        is_single_dot = character == "." and "." != text[index + 1 : index + 2] != ""
        if not is_letter and not is_single_dot and character not in "-_":
            return index
    return None


def _is_odd(character: str) -> bool:
    category = unicodedata.category(character)
    return (
        category[0] == "C"
        or (category[0] == "Z" and character != " ")
        or bool(_INVISIBLE.match(character) or _FULL_WIDTH.match(character))
    )
