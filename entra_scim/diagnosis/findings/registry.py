"""Every finding, in the order in which an administrator reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Item

from . import contact, credentials, keys, mapping, refusals, sign_in, unknown_attributes

SUBJECTS: Final[tuple[Callable[[Facts], Iterator[Item]], ...]] = (
    credentials.findings,
    keys.findings,
    sign_in.findings,
    contact.findings,
    mapping.findings,
    unknown_attributes.findings,
    refusals.findings,
)


def findings(facts: Facts) -> list[Item]:
    """Return what the facts of an environment show to be wrong."""
    return [item for subject in SUBJECTS for item in subject(facts)]
