"""May a person of an environment have these values?"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from . import document, keys, linking, profile
from .document import Document
from .exceptions import (
    AddressNotOwned,
    AttributeTooLong,
    Conflict,
    ExternalIdTaken,
    UserNameTaken,
)
from .models import ProvisionedUser
from .models.environment import AnyEnvironment
from .policy import ProvisioningPolicy

Edit = Callable[[Document], Document]
"""A pure function from a person's old document to the new one."""

_REFUSED_VALUES = (Conflict, AttributeTooLong, AddressNotOwned)


def acceptable(
    policy: ProvisioningPolicy, person: ProvisionedUser, edit: Edit
) -> tuple[Document, list[str]]:
    """Return the new document of a person, and the attributes that stay as they were."""
    old = person.attributes
    new = edit(old)
    kept: list[str] = []
    while True:
        try:
            _check(policy, person, new)
        except _REFUSED_VALUES as refusal:
            if not deactivates(edit, old) or set(refusal.attributes) <= set(kept):
                raise
            for attribute in refusal.attributes:
                if attribute not in kept:
                    new = document.with_kept(new, old, attribute)
                    kept.append(attribute)
        else:
            return new, kept


def _check(policy: ProvisioningPolicy, person: ProvisionedUser, new: Document) -> None:
    old = person.attributes
    if new == old:
        return
    profile.check_lengths(new)
    if (
        keys.user_name_key(new["userName"]) != person.user_name_key
        or keys.external_id_key(new.get("externalId")) != person.external_id_key
    ):
        check_unique(person.environment, new, besides=person)
    if (profile.username(new), profile.address(new)) != (
        profile.username(old),
        profile.address(old),
    ):
        linking.check_free(policy, person, new)


def check_unique(
    environment: AnyEnvironment,
    attributes: Document,
    besides: ProvisionedUser | None = None,
) -> None:
    user_name_key = keys.user_name_key(attributes["userName"])
    same = Q(user_name_key=user_name_key)
    if external_id_key := keys.external_id_key(attributes.get("externalId")):
        same |= Q(external_id_key=external_id_key)
    others = ProvisionedUser.objects.for_environment(environment).filter(same)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    for other in others.only("user_name_key"):
        if other.user_name_key == user_name_key:
            raise UserNameTaken
        raise ExternalIdTaken


def deactivates(edit: Edit, old: Document) -> bool:
    return edit({**old, "active": True}).get("active") is False
