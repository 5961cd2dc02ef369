"""How somebody loses access, even where the product's own code fails at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error
from django.utils import timezone

from entra_scim.accounts import links, places, profile
from entra_scim.database import failures, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import Busy, NotProvisioned, VersionMismatch
from entra_scim.logs import logger
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.roles import grants
from entra_scim.roles.grants import Changes
from entra_scim.sign_in import sessions
from entra_scim.story.events import Origin

from . import announcements

T = TypeVar("T")


_HOOK_FAILED: Changes = {"hook_failed": ["deactivate"]}


def deactivate(
    policy: ProvisioningPolicy,
    user: AbstractBaseUser,
    environment: AnyEnvironment,
    *,
    for_good: bool = False,
) -> Changes:
    """Take access away by the product's hook, and by ``is_active`` where that fails.

    What a failed hook has half done is undone. Entra would repeat a refused
    deactivation in each cycle, and the person would stay in as long as the hook fails.
    Of somebody of several environments, it takes this one's membership, and the
    account only if there is no other. An inactive link keeps them out even if that
    fails; ``for_good``, there is no link any more, so it is the account then.
    In the caller's transaction; the caller saves the user.

    Returns:
        What the event has to tell besides: that the hook failed, or nothing.
    """
    changes: Changes = {}
    if policy.shares_people():
        if not _is_done(lambda: policy.suspend(user, environment), "suspend"):
            changes = dict(_HOOK_FAILED)
        if not (changes and for_good) and _stays_elsewhere(user, environment):
            return changes
    before = profile.snapshot(user)
    if _is_done(lambda: policy.deactivate(user, environment), "deactivate"):
        return changes
    for column, value in before.items():
        setattr(user, column, value)
    user.is_active = False
    return dict(_HOOK_FAILED)


def reactivate(
    policy: ProvisioningPolicy, user: AbstractBaseUser, environment: AnyEnvironment
) -> None:
    """Give access back by the product's hooks. The caller saves the user."""
    if not policy.shares_people():
        policy.reactivate(user, environment)
        return
    policy.resume(user, environment)
    if not user.is_active:
        policy.reactivate(user, environment)


def _stays_elsewhere(user: AbstractBaseUser, environment: AnyEnvironment) -> bool:
    found: list[bool] = []
    _is_done(lambda: found.append(places.is_elsewhere(user, environment)), "is_member")
    return found == [True]


def _is_done(work: Callable[[], None], hook: str) -> bool:
    """Do what a hook of the policy does, or undo it and log why it failed."""
    try:
        with transactions.attempt():
            work()
    except Exception as error:
        if isinstance(error, Error) and failures.is_unavailable(error):
            raise
        logger.error("The policy's %s failed", hook, exc_info=error)
        return False
    return True


def insist(work: Callable[[bool], T]) -> T:
    """Do work that ends access in one transaction, whatever fails in the product.

    ``work`` is called with False, and if it fails, again with True: then it is to pass
    the product's receivers of signals by.

    Raises:
        NotProvisioned, VersionMismatch, Busy: The work cannot be done at all.
    """
    try:
        return transactions.run(lambda: work(False))
    except (NotProvisioned, VersionMismatch, Busy):
        raise
    except Exception as error:
        logger.error("The product failed at ending access", exc_info=error)
        return transactions.run(lambda: work(True))


def unlink(
    person: ProvisionedUser, kind: str, origin: Origin, *, quietly: bool = False
) -> ReleasedUser:
    """End the link of a locked person, in the caller's transaction.

    ``quietly`` passes the product's receivers of signals by.

    Returns:
        What remembers them.
    """
    policy = get_policy()
    user, environment = person.user, person.environment
    before = profile.snapshot(user)
    transactions.lock_environment(environment)
    by_hand = not origin.key_hint
    keeps_access = by_hand and user.is_active and not links.is_in_force(person)
    changes: Changes = dict(_HOOK_FAILED) if quietly else {}
    has_access = places.is_let_in(policy, user, environment)
    if not keeps_access and (person.active or has_access):
        changes |= deactivate(policy, user, environment, for_good=True)
    had_roles, person.active = person.active, False
    changes |= grants.settle(
        person, person.attributes, {}, had_roles=had_roles, quietly=quietly
    )
    if keeps_access:
        changes["unaffected"] = ["active"]
    profile.save_changes(user, before, quietly=quietly)
    former, _created = ReleasedUser.objects.update_or_create(
        user=user,
        environment=environment,
        defaults={
            "external_id_key": person.object_id_key or person.external_id_key,
            "released_at": timezone.now(),
            "is_set_aside": False,
        },
    )
    sessions.end_of(user, environment)
    announcements.tell(person, kind, changes, origin)
    person.delete()
    return former
