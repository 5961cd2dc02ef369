"""What Entra may do with people: create, change, release.

Each function is one transaction: all of it happens, with its event, or nothing.
It is repeated when the database asks for that, so an edit must be pure.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from entra_scim.accounts import namesakes, places, profile
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import Received
from entra_scim.document.documents import Document, top_of
from entra_scim.exceptions import (
    Busy,
    Conflict,
    IdentityReplaced,
    NotProvisioned,
    ProvisioningError,
    VersionMismatch,
)
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.policy import get_policy
from entra_scim.sign_in import sessions
from entra_scim.story import events
from entra_scim.story.events import LOCAL, Origin
from entra_scim.text import comparison_keys

from . import (
    announcements,
    drift,
    exchanges,
    identity,
    leaving,
    linking,
    validation,
    writing,
)
from .edits import Edit
from .writing import Precondition

Kind = ProvisioningEvent.Kind


def create(
    environment: AnyEnvironment,
    attributes: Document,
    received: Received,
    *,
    origin: Origin = LOCAL,
    account: AbstractBaseUser | None = None,
) -> ProvisionedUser:
    """Link the person that Entra sends, or create them (RFC 7644 §3.3).

    ``attributes`` is a canonical document; without ``active``, the person is
    active. ``received`` tells what the request named, as ``roles``, even empty ones.
    ``account`` is whose the person is, if the caller knows that.

    Raises:
        Conflict: A value is somebody else's, or nobody may be linked.
        AttributeTooLong: A value does not fit the product's field.
        AddressNotOwned: The address is not the environment's.
        ReactivationRefused: The policy keeps the account inactive.
        Busy: The database gave the request no turn.
    """
    profile.check_lengths(attributes)  # before anybody waits
    profile.check_characters(attributes)
    work = partial(_create, environment, attributes, received, origin, account)
    try:
        return _noting_identity(environment, work)
    except Conflict as refusal:
        if received.deactivates:
            _deactivate_known(environment, attributes, refusal, origin)
        raise


def _deactivate_known(
    environment: AnyEnvironment, attributes: Document, refusal: Conflict, origin: Origin
) -> None:
    """Deactivate somebody who is here already, and whose resource Entra has lost.

    Who was renamed and left since provisioning was restarted comes as somebody new,
    and would stay in as long as that is refused. The object ID says who it is.
    """
    external_id = attributes.get("externalId")
    if not comparison_keys.is_object_id(external_id):
        return
    people = ProvisionedUser.objects.for_environment(environment).filter(active=True)
    key = comparison_keys.external_id_key(external_id)
    known = people.filter(external_id_key=key).first()
    if known is not None:
        edit = Edit.deactivating(validation.kept_for(refusal))
        change(environment, known.pk, edit, origin=origin)


def change(
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    edit: Edit,
    *,
    read: ProvisionedUser | None = None,
    if_match: Precondition | None = None,
    origin: Origin = LOCAL,
) -> ProvisionedUser:
    """Change a provisioned person, whom the caller may have ``read`` already.

    An edit that deactivates fails for nothing else that it would change: the person
    goes out, the rest is done where possible, and the event tells what was not.

    Raises:
        NotProvisioned: The environment has no such resource.
        VersionMismatch: ``if_match`` refuses the version that the resource has.
        Conflict, AttributeTooLong, AddressNotOwned, Busy: As for :func:`create`.
        Exception: What the edit raises, where it does not deactivate.
    """
    read = writing.read(environment, resource_id, if_match, read)
    edit.of(read)

    def changed_by(edit: Edit, *, quietly: bool = False) -> ProvisionedUser:
        work = partial(_change, environment, resource_id, edit, if_match, origin)
        return _noting_identity(environment, partial(work, quietly=quietly))

    try:
        return changed_by(edit)
    except (NotProvisioned, VersionMismatch, Busy):
        raise
    except Exception as error:
        if not edit.received.deactivates:
            holder_id = exchanges.holder_of(error)
            if holder_id is not None:
                exchanged = _exchanged(read, holder_id, edit, if_match, origin)
                if exchanged is not None:
                    return exchanged
            raise
        edit = Edit.deactivating(validation.kept_for(validation.refusal_of(error)))
    try:
        return changed_by(edit)
    except (NotProvisioned, VersionMismatch, Busy):
        raise
    except Exception as error:
        # A receiver of the product's fails, even at nothing but the deactivation.
        validation.refusal_of(error)
        return changed_by(edit, quietly=True)


def release(
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    *,
    if_match: Precondition | None = None,
    origin: Origin = LOCAL,
) -> None:
    """End the link of a person: they become inactive and keep their data.

    Only the same externalId brings them back. Deleting them is a local act. Unlinked
    by hand, somebody that Entra no longer manages keeps their access: it is not this
    environment's to take.

    Raises:
        NotProvisioned: The environment has no such resource.
        VersionMismatch: ``if_match`` refuses the version that the resource has.
        Busy: The database gave the request no turn.
    """

    def work(quietly: bool) -> None:
        person = writing.locked(environment, resource_id, if_match)
        leaving.unlink(person, Kind.RELEASED, origin, quietly=quietly)

    leaving.insist(work)


def forget(released: ReleasedUser) -> None:
    """Let a former person's account be linked to anyone who has its address next.

    Raises:
        NotProvisioned, Busy: The environment is gone, or the database gave no turn.
    """
    environment, user = released.environment, released.user

    def work() -> None:
        transactions.lock_environment(environment)
        if ReleasedUser.objects.filter(pk=released.pk).delete()[0]:
            events.record(environment, Kind.FORGOTTEN, user=user, name=str(user))

    transactions.run(work)


def _noting_identity(
    environment: AnyEnvironment, work: Callable[[], ProvisionedUser]
) -> ProvisionedUser:
    try:
        return transactions.run(work)
    except IdentityReplaced as refusal:
        identity.note_waiting(environment, refusal)
        raise


def _create(
    environment: AnyEnvironment,
    attributes: Document,
    received: Received,
    origin: Origin,
    account: AbstractBaseUser | None,
) -> ProvisionedUser:
    policy = get_policy()
    transactions.lock_environment(environment)
    known = namesakes.find(environment, attributes)
    address_key = profile.address_key(attributes)
    validation.check_unique(environment, attributes, address_key, known)
    user: Any = linking.person_to_link(policy, environment, attributes, known, account)
    kind = Kind.CREATED if user is None else Kind.LINKED
    user = places.locked_if_shared(user)
    was_active = user is None or places.is_let_in(policy, user, environment)
    if user is None:
        user = profile.new_user(policy, environment, attributes)
    attributes = {"active": True} | attributes
    if kind == Kind.LINKED and attributes["active"]:
        validation.check_may_reactivate(policy, user, environment)
    person = linking.new_link(environment, user)
    if not was_active:
        # Sessions from before must not come back to life with the person.
        sessions.end_of(user, environment)
    changes = writing.set_values(
        policy,
        person,
        attributes,
        active=attributes["active"],
        received=received,
    )
    if kind == Kind.CREATED:
        person.overwritten = {}  # nobody has read the account before
    writing.save_new(person)
    if kind == Kind.LINKED:
        linking.forget_former(environment, user)
    announcements.tell(person, kind, changes, origin)
    if kind == Kind.LINKED and person.active != was_active:
        announcements.tell(person, announcements.kind_of_activity(person), {}, origin)
    return person


def _change(
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    edit: Edit,
    if_match: Precondition | None,
    origin: Origin,
    *,
    quietly: bool = False,
) -> ProvisionedUser:
    policy = get_policy()
    person = writing.locked(environment, resource_id, if_match)
    if not edit.received.deactivates:
        drift.restore(person)
    old, was_active = person.attributes, person.active
    new, kept = validation.acceptable(policy, person, edit)
    received = edit.received
    if any(top_of(item.attribute) in ("", "roles") for item in kept):
        # Roles that nobody could read decide about no groups.
        received = replace(received, roles=False, role_function=None)
    if received.names:
        person.wish = None  # these names are what Entra says now
    active = new.get("active", was_active)
    # Somebody who was let in by hand since goes out again.
    has_access = active or places.is_let_in(policy, person.user, environment)
    same_access = active == was_active == has_access
    if (
        new == old
        and same_access
        and not (received.roles and person.roles_received_at is None)
    ):
        writing.note_received(person, received)
        announcements.tell_refused(person, kept, origin)
        return person
    changes = writing.set_values(
        policy, person, new, active=active, received=received, quietly=quietly
    )
    writing.save_changed(person, old)
    kind = Kind.UPDATED if same_access else announcements.kind_of_activity(person)
    announcements.tell(person, kind, changes, origin, kept)
    return person


def _exchanged(
    person: ProvisionedUser,
    holder_id: uuid.UUID,
    edit: Edit,
    if_match: Precondition | None,
    origin: Origin,
) -> ProvisionedUser | None:
    """Change a person together with those whose names they exchange, if it is so."""
    environment = person.environment

    def work() -> ProvisionedUser | None:
        others = exchanges.circle(person, holder_id)
        if not others:
            return None
        for other in others:
            exchanges.park(other)
        changed = _change(environment, person.pk, edit, if_match, origin)
        for other in others:
            _change(environment, other.pk, exchanges.fulfilment(other), None, origin)
        return changed

    try:
        exchanged = transactions.run(work)
    except ProvisioningError:
        exchanged = None
    if exchanged is None:
        exchanges.note_wish(person, edit.of(person)[0])
    return exchanged
