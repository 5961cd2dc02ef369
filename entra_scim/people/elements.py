"""The strings of people that filters find by key, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from entra_scim.database import prepared_writes
from entra_scim.document import compared_strings
from entra_scim.document.catalogue import KEYED_STRINGS, SEARCHED_NAMES
from entra_scim.document.compared_strings import Element
from entra_scim.document.documents import Document
from entra_scim.models import ProvisionedElement, ProvisionedUser


def save(person: ProvisionedUser) -> None:
    """Write the strings of a person who has none here yet."""
    _save(person, compared_strings.elements(person.attributes))


def change(person: ProvisionedUser, old: Document) -> None:
    """Write those that differ since the ``old`` document of a person."""
    new = person.attributes
    changed = {
        name for name in old.keys() | new.keys() if old.get(name) != new.get(name)
    }
    if changed & SEARCHED_NAMES:  # a word of several names is kept once
        changed |= SEARCHED_NAMES
    former, latter = (
        compared_strings.strings({name: one[name] for name in changed if name in one})
        for one in (old, new)
    )
    gone, come = set(former) - set(latter), set(latter) - set(former)
    if len(gone) == len(come) == 1:  # the usual change, in one statement
        [before], [after] = gone, come
        row = after.element
        if before.path == after.path and before.path in KEYED_STRINGS:
            prepared_writes.update(
                ProvisionedElement,
                {"provisioned_user": person.pk, "path": row.path},
                {"key": row.key, "searched": row.searched},
            )
        else:
            rows = person.elements.filter(**before.element._asdict())
            rows.update(**row._asdict())
        return
    if gone:
        paths = {string.path for string in gone}
        for path in paths:
            prepared_writes.delete(
                ProvisionedElement, {"provisioned_user": person.pk, "path": path}
            )
        come |= {string for string in latter if string.path in paths}
    _save(person, [string.element for string in latter if string in come])


def renew(people: Iterable[ProvisionedUser]) -> None:
    """Write the strings of locked people again, where they are not as they should be."""
    stored: dict[Any, set[Element]] = {person.pk: set() for person in people}
    rows = ProvisionedElement.objects.filter(provisioned_user__in=list(stored))
    for key, *values in rows.values_list("provisioned_user", *Element._fields):
        stored[key].add(Element(*values))
    for person in people:
        if set(compared_strings.elements(person.attributes)) != stored[person.pk]:
            prepared_writes.delete(ProvisionedElement, {"provisioned_user": person.pk})
            save(person)


def _save(person: ProvisionedUser, elements: Iterable[Element]) -> None:
    prepared_writes.insert(
        ProvisionedElement,
        (
            {
                "environment_id": person.environment_id,
                "provisioned_user_id": person.pk,
                **element._asdict(),
            }
            for element in elements
        ),
    )
