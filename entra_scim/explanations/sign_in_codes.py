"""What went wrong with a sign-in, in words for the person and for the administrator."""

from __future__ import annotations

import re

from .aadsts_codes import OF_ENTRA, OTHERWISE
from .explanation import Explanation
from .own_codes import OWN

__all__ = [
    "EXPLANATIONS",
    "OTHERWISE",
    "Explanation",
    "code_of",
    "explain",
    "family",
    "is_known",
    "told",
]

EXPLANATIONS = OF_ENTRA | OWN

_BY_CODE = {
    code: explanation for codes, explanation in EXPLANATIONS.items() for code in codes
}
_AADSTS = re.compile(r"\bAADSTS(\d{4,9})\b")
_CONDITIONAL_ACCESS = re.compile(r"AADSTS530\d{2,3}")
_PLAIN = re.compile(r"[a-z_]{1,40}")


def explain(code: str) -> Explanation:
    """Return the explanation of a code; a general one for codes that are not known."""
    return _BY_CODE.get(family(code), OTHERWISE)


def family(code: str) -> str:
    """Return the code by which an event is known: ``unknown`` for invented ones.

    Anybody can write a code into a URL. Only those that are listed here have events
    of their own, so that nobody fills the story of an environment.
    """
    if code in _BY_CODE:
        return code
    return "AADSTS53003" if _CONDITIONAL_ACCESS.fullmatch(code) else "unknown"


def urgent_codes() -> list[str]:
    """Return the codes by which nobody can sign in until somebody does something."""
    return sorted(code for code, one in _BY_CODE.items() if one.urgent)


def is_known(code: str) -> bool:
    """Tell whether a code has an explanation of its own."""
    return explain(code) is not OTHERWISE


def explanations_of_entra() -> list[tuple[list[str], Explanation]]:
    """Return all explanations of Entra's own codes, the urgent ones first."""
    found = []
    for codes, explanation in OF_ENTRA.items():
        numbers = sorted(
            (code for code in codes if _AADSTS.fullmatch(code)),
            key=lambda code: int(code.removeprefix("AADSTS")),
        )
        found.append((numbers, explanation))
    return sorted(found, key=lambda one: not one[1].urgent)


def told(code: str) -> str:
    """Return what an administrator is told of a code."""
    return f"{code}: {explain(code).administrator}"


def code_of(error: str, description: str) -> str:
    """Return the code of an error answer of Entra's.

    Nothing else of it is used: anyone who forges the answer writes the text.
    """
    if found := _AADSTS.search(description):
        return f"AADSTS{found[1]}"
    return error if _PLAIN.fullmatch(error) else "unknown"
