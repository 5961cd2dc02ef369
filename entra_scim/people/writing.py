"""Bring a person and their link to what a new document says, and write it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone

from entra_scim.accounts import overwritten, places, profile
from entra_scim.database import prepared_reads, prepared_writes, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import Received, role_values
from entra_scim.document import documents
from entra_scim.document.documents import Document
from entra_scim.exceptions import NotProvisioned, VersionMismatch
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles import assignments, grants
from entra_scim.roles.grants import Changes
from entra_scim.sign_in import sessions
from entra_scim.text import comparison_keys

from . import elements, keys, leaving

Precondition = Callable[[int], bool]
"""Tells whether a version of a resource is one that a request may change."""

_CHANGING_FIELDS = (
    "attributes",
    "comparable",
    "search_text",
    "user_name_key",
    "user_name_order",
    "external_id_key",
    "active",
    "active_received",
    "domain_key",
    "object_id_key",
    "address_key",
    "has_object_id",
    "waiting_object_id",
    "wish",
    "overwritten",
    "role_function",
    "roles_received_at",
    "suspended_groups",
    "modified",
)


def read(
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    if_match: Precondition | None = None,
    known: ProvisionedUser | None = None,
) -> ProvisionedUser:
    """Return a person of an environment, or the one that is known already.

    Raises:
        NotProvisioned: The environment has no such resource.
        VersionMismatch: ``if_match`` refuses the version that the resource has.
    """
    if known is not None:
        check_version(known, if_match)
        return known
    people = ProvisionedUser.objects.for_environment(environment)
    return _found(people, environment, resource_id, if_match)


def locked(
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    if_match: Precondition | None = None,
) -> ProvisionedUser:
    """Return a person of an environment under a lock, in the caller's transaction.

    Raises:
        NotProvisioned: The environment has no such resource.
        VersionMismatch: ``if_match`` refuses the version that the resource has.
    """
    person: ProvisionedUser
    statement = _locking_statement()
    if statement is None:
        people = ProvisionedUser.objects.for_environment(environment)
        rows = transactions.for_update(people.select_related("user"), "self", "user")
        person = _found(rows, environment, resource_id, if_match)
        person.stored = _changing_values(person)
        return person
    found = statement(environment.pk, resource_id)
    if not found:
        raise NotProvisioned
    [(person, user)] = found
    check_version(person, if_match)
    person.environment, person.user = environment, user
    person.stored = _changing_values(person)
    return person


def account_of(link: ProvisionedUser) -> AbstractBaseUser:
    """Return the account of a link as it is now, without a lock."""
    statement = _reading_statement()
    if statement is None:
        users = get_user_model()._base_manager.using(transactions.database())
        return users.get(pk=link.user_id)
    [(user,)] = statement(link.user_id)
    return cast(AbstractBaseUser, user)


def check_version(person: ProvisionedUser, if_match: Precondition | None) -> None:
    """Refuse a version that a request does not want to change.

    Raises:
        VersionMismatch: ``if_match`` refuses it.
    """
    if if_match is not None and not if_match(person.version):
        raise VersionMismatch


@cache
def _reading_statement() -> prepared_reads.Select | None:
    model = get_user_model()
    if not prepared_reads.is_plain(model):
        return None
    key = model._meta.pk.attname
    # Nothing but names of columns is in the text of the statement.
    source = f"FROM {{user}} WHERE {{user.{key}}} = %s"
    return prepared_reads.Select(source, (f"user.{key}",), user=model)


@cache
def _locking_statement() -> prepared_reads.Select | None:
    model = get_user_model()
    if not prepared_reads.is_plain(model):
        return None
    return prepared_reads.Select(
        f"""FROM {{person}} INNER JOIN {{user}}
        ON {{user.{model._meta.pk.attname}}} = {{person.user_id}}
        WHERE {{person.environment_id}} = %s AND {{person.id}} = %s""",
        ("person.environment", "person.id"),
        lock=("person", "user"),
        person=ProvisionedUser,
        user=model,
    )


def set_values(
    policy: ProvisioningPolicy,
    person: ProvisionedUser,
    new: Document,
    *,
    active: bool,
    received: Received,
    quietly: bool = False,
) -> Changes:
    """Bring the product's user to a new document, and the link's fields, unsaved.

    The document of a link that is not there yet is empty. ``quietly`` passes the
    product's receivers of signals by.

    Returns:
        What changed, for the event.
    """
    old, was_active, user = person.attributes, person.active, person.user
    adding = not old
    before = profile.snapshot(user)
    if person.profile_of_id is not None:
        profile.apply(policy, user, old, new)
        overwritten.note(person, before)
    if adding and (replaced := profile.replaced_username(user, before)):
        person.former_username = replaced
        person.former_username_key = comparison_keys.user_name_key(replaced)
    now = time_shown()
    changes: Changes = {}
    if active and not was_active:
        leaving.reactivate(policy, user, person.environment)
    elif not active and (
        was_active or places.is_let_in(policy, user, person.environment)
    ):
        changes |= leaving.deactivate(policy, user, person.environment)
        sessions.end_of(user, person.environment)
    first_received = received.roles and person.roles_received_at is None
    if first_received:
        person.roles_received_at = now
    person.active = active
    person.active_received |= received.active
    person.role_function = received.role_function or person.role_function
    person.attributes = new
    former = _unique_keys(person)
    keys.set_document(person, new)
    if adding or profile.renames(old, new):
        keys.set_address(person, new)
    if _unique_keys(person) != former:
        # Anyone who was taken for this person no longer is, or is by now.
        person.waiting_object_id = ""
        person.wish = None
    person.modified = now
    if not adding:
        changes["attributes"] = documents.changed_attributes(old, new)
    if (
        first_received
        or active != was_active
        or set(role_values(old)) != set(role_values(new))
    ):
        if not adding:
            transactions.lock_environment(person.environment)
        had_roles = was_active and not (adding or first_received)
        without_roles = profile.snapshot(user)
        changes |= grants.settle(person, old, new, had_roles=had_roles, quietly=quietly)
        if changes["roles_added"] or changes["roles_removed"]:
            overwritten.note_groups(person)
        # The product may keep roles in columns of the account.
        overwritten.note(person, without_roles)
    profile.save_changes(user, before, quietly=quietly)
    return changes


def save_new(person: ProvisionedUser) -> None:
    """Write a link that is not there yet."""
    person.created = person.modified
    prepared_writes.insert_instance(person)
    elements.save(person)
    assignments.assign(person, role_values(person.attributes))


def save_changed(person: ProvisionedUser, old: Document) -> None:
    """Write a link that has changed since its ``old`` document.

    Just the columns that differ: each index costs a write as much as the row does.
    Where the database locks no rows, as SQLite, the version sees to it that no
    change is lost.

    Raises:
        StaleWrite: Another transaction has changed the link since it was read.
    """
    if not prepared_writes.update(
        ProvisionedUser,
        {"id": person.pk, "version": person.version},
        {
            field: value
            for field, value in _changing_values(person).items()
            if value != person.stored[field]
        }
        | {"version": person.version + 1},
    ):
        raise transactions.StaleWrite
    person.version += 1
    new = person.attributes
    elements.change(person, old)
    if set(role_values(new)) != set(role_values(old)):
        assignments.reassign(person, role_values(new))


def note_received(person: ProvisionedUser, received: Received) -> None:
    """Note what a request reveals that changes nothing else.

    The version stays: the resource that Entra reads is the same.
    """
    values = {
        "active_received": person.active_received or received.active,
        "role_function": received.role_function or person.role_function,
        "wish": person.wish,
    }
    if any(value != person.stored[field] for field, value in values.items()):
        ProvisionedUser.objects.filter(pk=person.pk).update(**values)


def _found(
    people: QuerySet[ProvisionedUser],
    environment: AnyEnvironment,
    resource_id: uuid.UUID,
    if_match: Precondition | None,
) -> ProvisionedUser:
    try:
        person: ProvisionedUser = people.get(pk=resource_id)
    except ProvisionedUser.DoesNotExist:
        raise NotProvisioned from None
    check_version(person, if_match)
    person.environment = environment
    return person


def _changing_values(person: ProvisionedUser) -> dict[str, Any]:
    return {field: getattr(person, field) for field in _CHANGING_FIELDS}


def _unique_keys(person: ProvisionedUser) -> tuple[str | None, ...]:
    return person.user_name_key, person.external_id_key, person.address_key


def time_shown() -> datetime.datetime:
    """Return the time to the millisecond, as it is shown in ``meta``.

    Filters on ``meta.lastModified`` then find what was shown.
    """
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
