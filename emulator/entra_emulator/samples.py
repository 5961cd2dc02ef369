"""People to play with."""

from __future__ import annotations

import itertools
import re
import unicodedata

from .tenant import Tenant

_FIRST_NAMES = [
    "Ann",
    "Bram",
    "Chloé",
    "David",
    "Eve",
    "Femke",
    "Gökhan",
    "Hanna",
    "Ivan",
    "Jürgen",
    "Karim",
    "Léa",
    "Mia",
    "Noor",
    "Omar",
    "Pía",
    "Quinten",
    "Roos",
    "Sven",
    "Tess",
]
_LAST_NAMES = [
    "Smith",
    "De Vries",
    "Müller",
    "Janssens",
    "O'Brien",
    "García",
    "Dubois",
    "Yılmaz",
    "Nowak",
    "Rossi",
    "Peeters",
    "Van den Berg",
    "Kowalski",
    "Hansen",
    "Öztürk",
    "Silva",
    "Novák",
    "Maes",
    "Weber",
    "Jones",
]
_DEPARTMENTS = ("Sales", "Finance", "Legal", "Support")


def add_people(tenant: Tenant, number: int, domain: str = "contoso.example") -> None:
    """Add a number of people with names, mail addresses and a profile."""
    names = itertools.cycle(itertools.product(_LAST_NAMES, _FIRST_NAMES))
    for position, (last, first) in enumerate(itertools.islice(names, number)):
        alias = f"{_ascii(first)}.{_ascii(last)}"
        if position >= len(_FIRST_NAMES) * len(_LAST_NAMES):
            alias += str(position)
        tenant.add_person(
            f"{alias}@{domain}",
            f"{first} {last}",
            profile={
                "department": _DEPARTMENTS[position % len(_DEPARTMENTS)],
                "employeeId": str(100_000 + position),
            },
        )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").lower())
    return re.sub(r"[^a-z]", "", plain)
