"""What an administrator decides about a person for whom another object ID came."""

from __future__ import annotations

import uuid

from entra_scim.accounts import links, namesakes, places, profile
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import Received
from entra_scim.exceptions import NoLongerManaged, VersionMismatch
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.policy import get_policy
from entra_scim.story import events
from entra_scim.story.events import LOCAL

from . import (
    announcements,
    identity,
    leaving,
    validation,
    writing,
)

Kind = ProvisioningEvent.Kind


def accept_object_id(
    environment: AnyEnvironment, resource_id: uuid.UUID, object_id: str
) -> None:
    """Decide that a person is the same, under the object ID that waits.

    ``object_id`` is the one that the administrator has seen.

    Raises:
        NotProvisioned: The environment has no such resource.
        VersionMismatch: Another object ID waits, or none any more.
        NoLongerManaged: The link is not in force.
        ExternalIdTaken: Somebody else is linked by it since.
        Busy: The database gave the change no turn.
    """

    def work() -> None:
        person = _managed(environment, resource_id)
        if not object_id or identity.waiting_object_id(person) != object_id:
            raise VersionMismatch
        old = person.attributes
        new = {**old, "externalId": object_id}
        known = namesakes.find(environment, new, besides=person)
        validation.check_unique(
            environment, new, person.address_key, known, besides=person
        )
        changes = writing.set_values(
            get_policy(), person, new, active=person.active, received=Received()
        )
        writing.save_changed(person, old)
        announcements.tell(person, Kind.OBJECT_ID_ACCEPTED, changes, LOCAL)

    transactions.run(work)


def set_aside(environment: AnyEnvironment, resource_id: uuid.UUID) -> None:
    """Decide that somebody else comes: unlink a person and free their address.

    The account stays, inactive and with its data. Its username and e-mail address
    change to ones that nobody can have, so that a new account can take the former
    ones, and mail for the new person never opens the old account.

    Raises:
        NotProvisioned: The environment has no such resource.
        NoLongerManaged: The link is not in force.
        Busy: The database gave the change no turn.
    """

    def work() -> None:
        person = _managed(environment, resource_id)
        if not places.is_alone_in(person.user, environment):
            raise NoLongerManaged  # others write to the account's address
        _free_address(leaving.unlink(person, Kind.SET_ASIDE, LOCAL))

    transactions.run(work)


def set_former_aside(released: ReleasedUser) -> None:
    """Free the address of a former person, whose link has ended before.

    Raises:
        NotProvisioned: The environment is gone.
        VersionMismatch: Their account is active again, or not a former person's.
        NoLongerManaged: The account is not this environment's alone.
        Busy: The database gave the change no turn.
    """

    def work() -> None:
        transactions.lock_environment(released.environment)
        rows = ReleasedUser.objects.for_environment(released.environment)
        former: ReleasedUser | None = (
            transactions.for_update(rows.select_related("user"), "self", "user")
            .filter(pk=released.pk)
            .first()
        )
        if former is None or former.user.is_active:
            raise VersionMismatch
        if not places.is_alone_in(former.user, released.environment):
            raise NoLongerManaged
        name = str(former.user)
        _free_address(former)
        events.record(released.environment, Kind.SET_ASIDE, user=former.user, name=name)

    transactions.run(work)


def _managed(environment: AnyEnvironment, resource_id: uuid.UUID) -> ProvisionedUser:
    person = writing.locked(environment, resource_id)
    if not links.is_in_force(person):
        raise NoLongerManaged
    return person


def _free_address(former: ReleasedUser) -> None:
    before = profile.snapshot(former.user)
    profile.free_address(former.user)
    profile.save_changes(former.user, before)
    former.is_set_aside = True
    former.save(update_fields=["is_set_aside"])
