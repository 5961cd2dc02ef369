"""May a person of an environment have these values?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import IntegrityError

from entra_scim.accounts import key_versions, links, namesakes, places, profile
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import role_values
from entra_scim.document import documents
from entra_scim.document.documents import Document, Kept
from entra_scim.exceptions import (
    AddressLooksAlike,
    AddressNotOwned,
    AddressProvisioned,
    AttributeTooLong,
    Conflict,
    Decorated,
    ExternalIdTaken,
    IdentityReplaced,
    NoLongerManaged,
    ProductFailed,
    ProvisioningError,
    ReactivationRefused,
    Taken,
    UserNameTaken,
)
from entra_scim.logs import logger
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.text import comparison_keys

from . import identity, linking
from .edits import Edit

_NAMING = ("userName", "externalId", "emails")
"""What nobody else may have."""

_REFUSED_VALUES = (Conflict, AttributeTooLong, Decorated, AddressNotOwned)


def acceptable(
    policy: ProvisioningPolicy, person: ProvisionedUser, edit: Edit
) -> tuple[Document, list[Kept]]:
    """Return the new document of a person, and what stays as it was in it.

    Raises:
        NoLongerManaged: The link is not in force, and the edit does more than to
            take access away.
        IdentityReplaced: The edit is of somebody else.
        ReactivationRefused: The policy keeps the account inactive.
        Conflict, AttributeTooLong, AddressNotOwned: A value may not be theirs.
    """
    old, deactivates = person.attributes, edit.received.deactivates
    new, unusable = edit.of(person)
    kept = list(unusable)
    activates = new.get("active", person.active) and not person.active
    changing = _more_than_taken_away(old, new)
    if activates or changing:
        try:
            _check_person(person, new)
            if activates:
                check_may_reactivate(policy, person.user, person.environment)
        except (NoLongerManaged, IdentityReplaced) as refusal:
            if not deactivates:
                raise
            # Nothing else of such a request is this person's.
            for attribute in changing:
                new = documents.with_kept(new, old, attribute)
                kept.append(kept_for(refusal, attribute))
            return new, kept
    restored: set[str] = set()
    while True:
        try:
            _check(policy, person, new)
        except _REFUSED_VALUES as refusal:
            if not deactivates or restored >= set(refusal.attributes):
                raise
            for attribute in set(refusal.attributes) - restored:
                new = documents.with_kept(new, old, attribute)
                kept.append(kept_for(refusal, attribute))
                restored.add(attribute)
        else:
            return new, kept


def refusal_of(error: Exception) -> ProvisioningError:
    """Return why a change was not made, whatever it raised.

    The database is stricter than the checks, as MariaDB is about accents, and a hook
    of the product may fail in any way, of which the log tells.
    """
    if isinstance(error, ProvisioningError):
        return error
    if isinstance(error, IntegrityError):
        return Taken()
    logger.error("A change failed. Only the deactivation in it is done", exc_info=error)
    return ProductFailed()


def kept_for(refusal: ProvisioningError, attribute: str = "") -> Kept:
    """Return what a refusal keeps as it was: an attribute, or all of a request."""
    return Kept(attribute=attribute, reason=refusal.code, detail=str(refusal))


def _check_person(person: ProvisionedUser, new: Document) -> None:
    identity.check_same(person, new)
    if not links.is_in_force(person):
        raise NoLongerManaged


def check_may_reactivate(
    policy: ProvisioningPolicy, user: Any, environment: AnyEnvironment
) -> None:
    """Refuse to give an inactive account its access back, if the product does not want it.

    Raises:
        ReactivationRefused: The policy says so.
    """
    is_in = places.is_let_in(policy, user, environment)
    if not is_in and not policy.may_reactivate(user, environment):
        raise ReactivationRefused


def _more_than_taken_away(old: Document, new: Document) -> list[str]:
    """Return the attributes that change, but for roles that only become fewer."""
    return sorted(
        name
        for name in (old.keys() | new.keys()) - {"active"}
        if old.get(name) != new.get(name)
        and not (name == "roles" and set(role_values(new)) <= set(role_values(old)))
    )


def _check(policy: ProvisioningPolicy, person: ProvisionedUser, new: Document) -> None:
    old = person.attributes
    if new == old:
        return
    renames = person.profile_of_id is not None and profile.renames(old, new)
    profile.check_lengths(new, renames=renames)
    identity.check_kept(person, new)
    if all(old.get(name) == new.get(name) for name in _NAMING):
        return
    if any(old.get(name) != new.get(name) for name in ("userName", "emails")):
        profile.check_characters(new)
    address_key = profile.address_key(new) if renames else person.address_key
    is_rekeyed = (
        comparison_keys.user_name_key(new["userName"]) != person.user_name_key
        or comparison_keys.external_id_key(new.get("externalId"))
        != person.external_id_key
        or address_key != person.address_key
    )
    if not is_rekeyed and not renames:
        return
    key_versions.check_current()
    known = namesakes.find(person.environment, new, besides=person)
    if is_rekeyed:
        check_unique(person.environment, new, address_key, known, besides=person)
    if renames:
        linking.check_free(policy, person, new, known)


def check_unique(
    environment: AnyEnvironment,
    attributes: Document,
    address_key: str,
    known: Iterable[Any],
    besides: ProvisionedUser | None = None,
) -> None:
    """Refuse a userName, externalId or address that somebody else is linked by.

    Of those that :func:`entra_scim.accounts.namesakes.find` returns. Addresses are unique
    over all environments; nothing is told of others' people.

    Raises:
        Conflict: Says which value it is, and what to do.
    """
    user_name_key = comparison_keys.user_name_key(attributes["userName"])
    external_id_key = comparison_keys.external_id_key(attributes.get("externalId"))
    linked = places.links_of(known)
    colleagues = [
        link
        for link in linked
        if link.environment_id == environment.pk
        and (
            link.user_name_key == user_name_key
            or (external_id_key and link.external_id_key == external_id_key)
            or link.address_key == address_key
        )
    ]
    if external_id_key and external_id_key in {
        link.external_id_key for link in colleagues
    }:
        raise ExternalIdTaken
    for link in colleagues:
        _refuse(link, user_name_key, attributes, besides)
    # Of somebody who is here too, it is asked later whether they are linked here.
    if any(
        link.address_key == address_key
        and not (places.are_people_shared() and links.is_of(link.user, environment.pk))
        for link in linked
    ):
        raise linking.elsewhere(get_policy())


def _refuse(
    link: ProvisionedUser,
    user_name_key: str,
    attributes: Document,
    besides: ProvisionedUser | None,
) -> NoReturn:
    has_user_name = link.user_name_key == user_name_key
    wanted = profile.username(attributes)
    names = (link.user.get_username(), profile.username(link.attributes))
    if not has_user_name and not any(
        comparison_keys.same_address(name, wanted) for name in names
    ):
        raise AddressLooksAlike
    if besides is None:
        identity.check_same(link, attributes)
    refusal = UserNameTaken if has_user_name else AddressProvisioned
    raise refusal(holder_id=link.pk)
