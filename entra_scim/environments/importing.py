"""Link accounts whose people another library knows by Entra's object IDs already.

Nobody has to wait for Entra's first cycle, and nobody is linked by an address alone:
an account and its person are named by their primary key and object ID.
"""

from __future__ import annotations

import csv
import enum
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError

from entra_scim.accounts import places
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import Received
from entra_scim.document.documents import Document
from entra_scim.exceptions import ProvisioningError
from entra_scim.people import provisioning
from entra_scim.policy import get_policy
from entra_scim.text import comparison_keys


class NotUnderstood(Exception):
    """A file lacks what is needed; the text says what."""


class Result(enum.StrEnum):
    """What becomes of an account."""

    LINKS = "links"
    LINKED = "linked already"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in Entra, as the list that its portal exports has them."""

    object_id: str
    user_name: str
    mail: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes, or has become, of an account that a file names."""

    account: str
    identity: str
    result: Result
    reason: str = ""


_OBJECT_ID = ("id", "objectid")
_USER_NAME = ("userprincipalname",)
_MAIL = ("mail",)
_ACCOUNT = ("account",)
_IDENTITY = ("identity",)


def directory(lines: Iterable[str]) -> list[Person]:
    """Return who is in the list of users that Entra's portal exports as CSV.

    Raises:
        NotUnderstood: It lacks a column.
    """
    return [
        Person(object_id=object_id, user_name=user_name, mail=mail)
        for object_id, user_name, mail in _rows(lines, _OBJECT_ID, _USER_NAME, _MAIL)
    ]


def accounts(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return accounts by primary key, each with an object ID or user principal name.

    Raises:
        NotUnderstood: It lacks a column.
    """
    return [(account, who) for account, who in _rows(lines, _ACCOUNT, _IDENTITY)]


def outcomes(
    environment: AnyEnvironment,
    known: list[tuple[str, str]],
    people: list[Person],
    *,
    link: bool,
) -> Iterator[Outcome]:
    """Yield what becomes of each account, and link those that can be, if ``link`` says so.

    Each is a transaction of its own. Without ``link`` it is undone, so that what it
    tells is what would happen.
    """
    by_identity: dict[str, Person] = {}
    for one in people:
        by_identity[one.object_id.casefold()] = one
        by_identity[one.user_name.casefold()] = one
    meant = [(account, by_identity.get(who.casefold())) for account, who in known]
    times_named = Counter(account for account, _person in meant)
    times_meant = Counter(person.object_id for _account, person in meant if person)
    for (account, person), (_account, identity) in zip(meant, known, strict=True):
        reason, is_linked = "", False
        if person is None:
            reason = (
                "Nobody in the directory has this object ID or user principal name."
            )
        elif times_named[account] > 1:
            reason = "The account is named several times."
        elif times_meant[person.object_id] > 1:
            reason = "Several accounts are named for this person."
        else:
            reason, is_linked = _linked(environment, account, person, link=link)
        result = Result.LINKED if is_linked else Result.LINKS
        yield Outcome(
            account=account,
            identity=identity,
            result=Result.REFUSED if reason else result,
            reason=reason,
        )


def _linked(
    environment: AnyEnvironment, account: str, person: Person, *, link: bool
) -> tuple[str, bool]:
    """Return why an account cannot be linked, or whether it is already."""
    try:
        user = get_policy().users_of(environment).filter(pk=account).first()
    except (ValidationError, ValueError):
        user = None
    if user is None:
        return "The environment has no such account.", False
    former = places.link_in(user, environment)
    if former is not None and former.external_id_key == comparison_keys.external_id_key(
        person.object_id
    ):
        return "", True
    create = partial(
        provisioning.create,
        environment,
        _document(environment, user, person),
        Received(),
        account=user,
    )
    try:
        if link:
            create()
        else:
            with transactions.rehearsal():
                create()
    except ProvisioningError as refusal:
        return str(refusal), False
    return "", False


def _document(environment: AnyEnvironment, user: Any, person: Person) -> Document:
    document: Document = {
        "userName": person.user_name,
        "externalId": person.object_id,
        # Nobody gets access back that they do not have: Entra says who is active.
        "active": places.is_let_in(get_policy(), user, environment),
    }
    if person.mail:
        document["emails"] = [{"type": "work", "value": person.mail, "primary": True}]
    return document


def _rows(lines: Iterable[str], *columns: tuple[str, ...]) -> Iterator[list[str]]:
    reader = csv.reader(lines)
    names = [name.strip().casefold() for name in next(reader, [])]
    places = []
    for column in columns:
        found = [names.index(name) for name in column if name in names]
        if not found:
            raise NotUnderstood(f"The first line names no column {column[0]!r}.")
        places.append(found[0])
    for number, row in enumerate(reader, start=2):
        if not any(row):
            continue
        if len(row) <= max(places):
            raise NotUnderstood(f"Line {number} has too few columns.")
        yield [row[place].strip() for place in places]
