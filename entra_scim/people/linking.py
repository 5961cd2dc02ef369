"""Who in the product is the person that Entra sends?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from entra_scim.accounts import links, places, profile
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.ordered_ids import ordered_id
from entra_scim.exceptions import (
    AddressAmbiguous,
    AddressElsewhere,
    AddressExempt,
    AddressHeld,
    AddressLooksAlike,
    AddressNotOwned,
    AddressProvisioned,
    AddressReleased,
    Conflict,
)
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.text import comparison_keys


class NotInvited(AddressElsewhere):
    """The same, where the product lets people belong to several environments."""

    code = "not_invited"
    message = _(
        "An account that this environment cannot manage uses this e-mail address or "
        "username. If the person is to work here too, invite them in the product: once "
        "they have accepted, the next cycle links them. Otherwise, use another address "
        "for this person in Entra."
    )


def elsewhere(policy: ProvisioningPolicy) -> AddressElsewhere:
    """Return the refusal that says nothing of who has an address."""
    return NotInvited() if policy.shares_people() else AddressElsewhere()


def person_to_link(
    policy: ProvisioningPolicy,
    environment: AnyEnvironment,
    attributes: Mapping[str, Any],
    known: Iterable[Any],
    account: AbstractBaseUser | None = None,
) -> AbstractBaseUser | None:
    """Return the existing person that a new resource is, or None for a new one.

    They are the ``account`` that is given, or found by the policy's ``find_person``,
    else by e-mail address alone, among those who are ``known``, see
    :mod:`entra_scim.accounts.namesakes`. A username that equals the address links
    nobody, but collides: the person would get it as username.

    Raises:
        Conflict: Somebody has the address or username and is not linkable here.
        AddressNotOwned: The policy does not let the environment have the address.
    """
    address = profile.address(attributes)
    # Who shares somebody with others has their consent, and decides about no address.
    if not any(
        comparison_keys.same_address(_email(user), address)
        and _is_shared(policy, environment, user)
        for user in known
    ):
        _check_owned(policy, environment, address)
    holders = _holders(policy, environment, attributes, address, known)
    found = account or policy.find_person(environment, attributes)
    if found is not None:
        holders = [found, *(user for user in holders if user.pk != found.pk)]
    for user in holders:
        _check_exempt(policy, environment, user)
    if len(holders) == 1:
        _adopt(policy, environment, holders[0])
    # Each first: that there are several may be no concern of this environment's.
    for user in holders:
        _check_linkable(policy, environment, user, attributes)
    if not holders:
        return None
    if len(holders) > 1:
        raise AddressAmbiguous if found is None else AddressHeld
    [user] = holders
    if found is not None:
        return found
    if not comparison_keys.same_address(_email(user), address):
        raise AddressHeld
    if _is_hidden(user):
        raise elsewhere(policy)
    return user


def new_link(environment: AnyEnvironment, user: Any) -> ProvisionedUser:
    """Return the link of somebody before Entra has said anything of them, unsaved.

    It decides about their names and address, if the account is this environment's alone.
    Otherwise anyone who is invited could take over what is of others, by the mail that
    resets a password; so no link comes by that later either. Of shared people, call it
    with the account locked.
    """
    policy = get_policy()
    is_profile = not policy.shares_people() or places.is_alone_in(user, environment)
    return ProvisionedUser(
        id=ordered_id(),
        environment=environment,
        user=user,
        profile_of=user if is_profile else None,
        attributes={},
        active=places.is_let_in(policy, user, environment),
    )


def forget_former(environment: AnyEnvironment, user: Any) -> None:
    """Delete what remembers a former link, once there is a new one."""
    marks = ReleasedUser.objects.filter(user=user)
    if get_policy().shares_people():
        marks = marks.filter(environment=environment)
    marks.delete()


def check_free(
    policy: ProvisioningPolicy,
    provisioned_user: ProvisionedUser,
    attributes: Mapping[str, Any],
    known: Iterable[Any],
) -> None:
    """Refuse an address or username that somebody else has, of those who are known.

    Raises:
        Conflict: Says what to do, and nothing of other environments' people.
        AddressNotOwned: The policy does not let the environment have the address.
    """
    environment = provisioned_user.environment
    address = profile.address(attributes)
    _check_owned(policy, environment, address)
    for user in _holders(policy, environment, attributes, address, known):
        _check_exempt(policy, environment, user)
        _check_linkable(policy, environment, user, attributes)
        raise AddressHeld


def _check_owned(
    policy: ProvisioningPolicy, environment: AnyEnvironment, address: str
) -> None:
    if address and not policy.owns_address(environment, address):
        raise AddressNotOwned


def _check_linkable(
    policy: ProvisioningPolicy,
    environment: AnyEnvironment,
    user: Any,
    attributes: Mapping[str, Any],
) -> None:
    link = places.link_in(user, environment)
    if link is not None and link.environment_id == environment.pk:
        raise AddressProvisioned
    belongs_to = [candidate.pk for candidate in policy.environments_of(user)]
    is_another_s = link is not None or belongs_to != [environment.pk]
    # An address alone never adds a link: the product says that the person is here too.
    if is_another_s and not _is_shared(policy, environment, user):
        raise elsewhere(policy)
    released: ReleasedUser | None = _former_link(user, environment)
    if released is not None:
        external_id = attributes.get("externalId")
        if (
            external_id is None
            or comparison_keys.external_id_key(external_id) != released.external_id_key
        ):
            raise AddressReleased


def _adopt(policy: ProvisioningPolicy, environment: AnyEnvironment, user: Any) -> None:
    """Let the product take in somebody of no environment; a refusal undoes it."""
    if not places.is_linked(user) and not list(policy.environments_of(user)):
        policy.adopt(user, environment)


def _is_shared(
    policy: ProvisioningPolicy, environment: AnyEnvironment, user: Any
) -> bool:
    """Tell whether somebody of several environments is one of this one's people."""
    return (
        policy.shares_people()
        and links.is_of(user, environment.pk)
        and not places.is_alone_in(user, environment)
    )


def _is_hidden(user: Any) -> bool:
    """Tell whether the product takes somebody for deleted: it could not sign them in."""
    shown = type(user)._default_manager.using(transactions.database())
    # Most managers hide nobody, and cost no statement.
    return bool(shown.all().query.where) and not shown.filter(pk=user.pk).exists()


def _check_exempt(
    policy: ProvisioningPolicy, environment: AnyEnvironment, user: Any
) -> None:
    """Refuse somebody exempt, and tell their own environment only that they are."""
    if policy.is_exempt(user):
        raise _told(policy, environment, user, AddressExempt)


def _told(
    policy: ProvisioningPolicy,
    environment: AnyEnvironment,
    user: Any,
    refusal: type[Conflict],
) -> Conflict:
    """Return a refusal that tells of an account, if it is the environment's.

    Else it tells nothing: anyone who has a key could find out whose addresses exist,
    and which of them are worth an attack.
    """
    environments = [candidate.pk for candidate in policy.environments_of(user)]
    return refusal() if environment.pk in environments else elsewhere(policy)


def _holders(
    policy: ProvisioningPolicy,
    environment: AnyEnvironment,
    attributes: Mapping[str, Any],
    address: str,
    known: Iterable[Any],
) -> list[AbstractBaseUser]:
    """Return who has the address as e-mail, or the person's username.

    Raises:
        AddressLooksAlike: Somebody's differs in letters that look the same.
        AddressElsewhere: So does that of somebody of another environment.
    """
    username = profile.username(attributes)
    holders = []
    for user in known:
        pairs = [(user.get_username(), username)]
        if address:
            pairs.append((_email(user), address))
        if any(comparison_keys.same_address(*pair) for pair in pairs):
            holders.append(user)
        elif any(comparison_keys.looks_like(*pair) for pair in pairs):
            raise _told(policy, environment, user, AddressLooksAlike)
        # Else the database is laxer than Unicode: ``josé@`` is not ``jose@``.
    return holders


def _former_link(user: Any, environment: AnyEnvironment) -> ReleasedUser | None:
    if "former_link" in vars(user):  # read with the namesakes
        found: ReleasedUser | None = user.former_link
    else:
        marks = ReleasedUser.objects.for_environment(environment)
        found = marks.filter(user=user).first()
    return found


def _email(user: Any) -> str:
    return getattr(user, user.get_email_field_name()) or ""
