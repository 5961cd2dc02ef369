"""Take the names and addresses of people out of the story, which stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from entra_scim.accounts import profile
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.models.event import ERASED
from entra_scim.policy import get_policy
from entra_scim.text import comparison_keys

_BATCH = 500
_Kind = ProvisioningEvent.Kind
_BY_NAME = (
    _Kind.REFUSED,
    _Kind.FAILED,
    _Kind.SIGN_IN_FAILED,
    _Kind.TEST_FAILED,
)
"""Kinds of events that may be about somebody who has no account."""


def erase_user(user: Any) -> int:
    """Erase somebody from the story of every environment, with their account.

    Call it before the account is deleted: its events lose the account then.

    Returns:
        How many events were changed.
    """
    erased = _erase(ProvisioningEvent.objects.filter(user_id=user.pk))
    links = list(ProvisionedUser.objects.filter(user=user))
    names = _names_of(user, links)
    keys = {link.environment_id: link.external_id_key for link in links}
    erased += _erase_actor(ProvisioningEvent.objects.all(), names)
    for environment in _environments_of(user):
        erased += _erase_named(environment, names, keys.get(environment.pk))
    return erased


def erase_address(environment: AnyEnvironment, address: str) -> int:
    """Erase somebody from the story of one environment, by userName or address.

    Their account, if they have one, stays as it is.

    Returns:
        How many events were changed.
    """
    people = ProvisionedUser.objects.for_environment(environment)
    person = people.filter(user_name_key=comparison_keys.user_name_key(address)).first()
    events = ProvisioningEvent.objects.for_environment(environment)
    names: set[str] = {address}
    erased, external_id_key = 0, None
    user_ids = {person.user_id} if person else set()
    model = get_user_model()
    same = Q(**{f"{model.USERNAME_FIELD}__iexact": address})
    same |= Q(**{f"{model.get_email_field_name()}__iexact": address})
    user_ids |= set(
        get_policy().users_of(environment).filter(same).values_list("pk", flat=True)
    )
    for user in model._base_manager.filter(pk__in=user_ids):
        links = list(people.filter(user=user))
        names |= _names_of(user, links)
        for link in links:
            external_id_key = link.external_id_key
        erased += _erase(events.filter(user_id=user.pk))
    erased += _erase_actor(events, names)
    return erased + _erase_named(environment, names, external_id_key)


def _names_of(user: Any, links: Iterable[ProvisionedUser]) -> set[str]:
    names = {user.get_username(), getattr(user, user.get_email_field_name())}
    for link in links:
        names |= {link.attributes.get("userName"), profile.address(link.attributes)}
    return {name for name in names if name}


def _environments_of(user: Any) -> Iterable[AnyEnvironment]:
    found = {one.pk: one for one in get_policy().environments_of(user)}
    link = ProvisionedUser.objects.filter(user=user).select_related("environment")
    return (found | {one.environment.pk: one.environment for one in link}).values()


def _erase_named(
    environment: AnyEnvironment, names: Collection[str], external_id_key: str | None
) -> int:
    """Erase what was refused to somebody before they had an account, or without one."""
    same = Q(user_name_key__in=[comparison_keys.user_name_key(name) for name in names])
    if external_id_key:
        same |= Q(external_id_key=external_id_key)
    for name in names:
        same |= Q(name__iexact=name) | Q(name__iendswith=f"({name})")
    events = ProvisioningEvent.objects.for_environment(environment)
    return _erase(events.filter(same, kind__in=_BY_NAME))


def _erase_actor(events: Any, names: Collection[str]) -> int:
    erased: int = events.filter(actor__in=names).update(actor=ERASED)
    return erased


def _erase(events: Any) -> int:
    erased = 0
    # In batches: one statement for a long story would lock it for as long.
    last = 0
    while batch := list(
        events.filter(pk__gt=last).order_by("pk").values_list("pk", "changes")[:_BATCH]
    ):
        last = batch[-1][0]
        pks = [pk for pk, _changes in batch]
        erased += ProvisioningEvent.objects.filter(pk__in=pks).update(
            name=ERASED,
            user=None,
            detail="",
            fingerprint=None,
            user_name_key=None,
            external_id_key=None,
        )
        for pk in (pk for pk, changes in batch if "kept" in changes):
            _erase_kept(pk)
    return erased


def _erase_kept(pk: int) -> None:
    event = ProvisioningEvent.objects.get(pk=pk)
    event.changes = {
        **event.changes,
        "kept": [{**kept, "detail": ""} for kept in event.changes["kept"]],
    }
    event.save(update_fields=("changes",))
