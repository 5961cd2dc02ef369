"""What an environment is set up with, as a document: shown, compared and applied.

For products without the tab, and for automation. A document says nothing secret; a
client secret comes beside it.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from entra_scim.activation import lifecycle
from entra_scim.connection import authorities, configuration, credentials
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import app_role_problem
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EnvironmentGroup,
    EnvironmentRole,
    ProvisionedUser,
)
from entra_scim.models.role import validate_role_value
from entra_scim.policy import get_policy
from entra_scim.roles import definitions, groups
from entra_scim.secrecy.hiding import Secret, without_variables

_CONNECTION = ("client_id", "tenant_id", "cloud", "client_secret_expires_on")


class NotUnderstood(Exception):
    """A document, or what it wants, cannot be applied; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a document wants; None leaves that part as it is."""

    connection: Mapping[str, Any] | None
    roles: Mapping[str, str | None] | None
    """The group that each role grants by its name; None for one of the role's own."""


def shown(environment: AnyEnvironment) -> dict[str, Any]:
    """Return the document of an environment, with how things stand as ``state``."""
    settings = configuration.connection_of(environment)
    keys = AccessKey.objects.for_environment(environment)
    now = timezone.now()
    return {
        "connection": {
            name: None if value is None else str(value)
            for name, value in _connection(settings).items()
        },
        "roles": {
            value: {} if group is None else {"group": group}
            for value, group in _roles(environment).items()
        },
        "state": {
            "environment": str(environment.pk),
            "client_secret": configuration.secret_state(settings).value,
            "has_certificate": bool(settings.certificate),
            "federated_credential": settings.federation,
            "waits_for_test": bool(settings.pending),
            "is_tested": credentials.are_tested(settings),
            "sign_in": lifecycle.state_of(settings).value,
            "access_keys": sum(key.is_usable(now) for key in keys),
            "people": ProvisionedUser.objects.for_environment(environment).count(),
            "accepts_provisioning": get_policy().accepts_provisioning(environment),
        },
    }


def parsed(text: str) -> Wanted:
    """Return what a document wants. Its ``state`` is for people, and left aside.

    Raises:
        NotUnderstood: It is not such a document.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(f"This is not JSON: {error}.") from None
    names = _checked("the document", document, ("connection", "roles", "state"))
    connection = names.get("connection")
    if connection is not None:
        connection = _parsed_connection(_checked("connection", connection, _CONNECTION))
    roles = names.get("roles")
    if roles is not None:
        roles = dict(_parsed_roles(_checked("roles", roles, None)))
    return Wanted(connection=connection, roles=roles)


def differences(environment: AnyEnvironment, wanted: Wanted) -> list[dict[str, Any]]:
    """Return what is otherwise than wanted: its path, what is, and what is wanted."""
    found = []
    if wanted.connection is not None:
        now = _connection(configuration.connection_of(environment))
        found += [
            _difference(f"connection.{name}", now[name], value)
            for name, value in wanted.connection.items()
            if now[name] != value
        ]
    if wanted.roles is not None:
        there = _roles(environment)
        found += [
            _difference(
                f"roles.{value}",
                _role(there, value),
                _role(wanted.roles, value),
            )
            for value in sorted(there.keys() | wanted.roles.keys())
            if _role(there, value) != _role(wanted.roles, value)
        ]
    return found


@without_variables
def apply(
    environment: AnyEnvironment, wanted: Wanted, client_secret: Secret
) -> list[str]:
    """Make an environment as wanted, in one transaction: all of it or nothing.

    An empty secret keeps what is set. Applied again, it changes nothing.

    Returns:
        The paths of what changed.

    Raises:
        NotUnderstood: Something wanted cannot be.
        ProvisioningError: A role cannot grant its group, or the database gave no turn.
    """

    def work() -> list[str]:
        changed: list[str] = []
        if wanted.connection is not None:
            changed += _apply_connection(environment, wanted.connection, client_secret)
        elif client_secret:
            raise NotUnderstood("A client secret comes with its connection.")
        if wanted.roles is not None:
            changed += _apply_roles(environment, wanted.roles)
        return changed

    return transactions.repeated(work)


@without_variables
def _apply_connection(
    environment: AnyEnvironment, wanted: Mapping[str, Any], client_secret: Secret
) -> list[str]:
    settings = configuration.connection_of(environment)
    now = _connection(settings)
    values = {**now, **wanted}
    if values == now and not client_secret:
        return []
    for name in ("client_id", "tenant_id"):
        if values[name] is None:
            raise NotUnderstood(f"connection.{name} is missing.")
    if values["client_id"] == values["tenant_id"]:
        raise NotUnderstood("connection.client_id and tenant_id are the same.")
    if settings.tenant_id not in (None, values["tenant_id"]) and settings.is_active(
        timezone.now()
    ):
        raise NotUnderstood(
            "Turn off Entra sign-in before you change tenant_id: people would be "
            "others there."
        )
    expires_on = values["client_secret_expires_on"]
    if client_secret and expires_on is None:
        raise NotUnderstood(
            "connection.client_secret_expires_on is missing: Entra shows it next to the "
            "secret."
        )
    if client_secret and expires_on <= timezone.localdate():
        raise NotUnderstood("connection.client_secret_expires_on is over.")
    try:
        names = configuration.save(settings, client_secret=client_secret, **values)
    except ValueError as error:
        raise NotUnderstood(f"{error} Give a new client secret.") from None
    return [f"connection.{name}" for name in names]


def _apply_roles(
    environment: AnyEnvironment, wanted: Mapping[str, str | None]
) -> list[str]:
    changed = []
    there = {
        role.value: role
        for role in EnvironmentRole.objects.for_environment(environment)
    }
    now = _roles(environment)
    for value, role in there.items():
        if value not in wanted:
            definitions.remove(role, by=None)
            changed.append(value)
    for value, name in wanted.items():
        if value in now and now[value] == name:
            continue
        group = None if name is None else _group(environment, name)
        if value not in there:
            definitions.define(environment, value, group, by=None)
        else:
            definitions.change(
                there[value], value, group or groups.own(environment, value), by=None
            )
        changed.append(value)
    return [f"roles.{value}" for value in changed]


def _group(environment: AnyEnvironment, name: str) -> Any:
    group = groups.grantable(environment).filter(name=name).first()
    if group is None:
        raise NotUnderstood(
            f"Roles of this environment may grant no group {name!r}: the policy's "
            "grantable_groups says which they may."
        )
    return group


def _connection(settings: EntraConnection) -> dict[str, Any]:
    source = credentials.waiting(settings) or credentials.in_use(settings) or settings
    return {name: getattr(source, name) for name in _CONNECTION}


def _roles(environment: AnyEnvironment) -> dict[str, str | None]:
    own = set(
        EnvironmentGroup.objects.for_environment(environment)
        .exclude(made_for="")
        .values_list("group_id", "made_for")
    )
    return {
        role.value: None
        if (role.group_id, role.value_key) in own
        else str(role.group.name)
        for role in EnvironmentRole.objects.for_environment(environment).select_related(
            "group"
        )
    }


def _role(roles: Mapping[str, str | None], value: str) -> dict[str, str] | None:
    if value not in roles:
        return None
    group = roles[value]
    return {} if group is None else {"group": group}


def _difference(path: str, now: Any, wanted: Any) -> dict[str, Any]:
    def told(value: Any) -> Any:
        return value if value is None or isinstance(value, dict) else str(value)

    return {"path": path, "is": told(now), "wanted": told(wanted)}


def _checked(what: str, value: Any, names: tuple[str, ...] | None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{what} is not an object.")
    unknown = sorted(value.keys() - {*names}) if names is not None else []
    if unknown:
        raise NotUnderstood(
            f"{what} has an unknown name {unknown[0]!r}. It may have "
            f"{', '.join(names or ())}."
        )
    return value


def _parsed_connection(values: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in values.items():
        try:
            if value is None and name != "cloud":
                parsed[name] = None
            elif name == "cloud":
                parsed[name] = str(value)
            elif name == "client_secret_expires_on":
                parsed[name] = datetime.date.fromisoformat(value)
            else:
                parsed[name] = uuid.UUID(value)
        except (AttributeError, TypeError, ValueError):
            form = "2027-01-31" if name.endswith("_on") else f"{uuid.UUID(int=0)}"
            raise NotUnderstood(f"connection.{name} is not like {form}.") from None
    if parsed.get("cloud") not in (None, *authorities.hosts()):
        clouds = ", ".join(authorities.hosts())
        raise NotUnderstood(f"connection.cloud is none of {clouds}.")
    return parsed


def _parsed_roles(values: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for value, role in values.items():
        try:
            validate_role_value(value)
        except ValidationError as error:
            raise NotUnderstood(f"roles.{value}: {error.messages[0]}") from None
        if problem := app_role_problem(value):
            raise NotUnderstood(f"roles.{value}: {problem}")
        group = _checked(f"roles.{value}", role, ("group",)).get("group")
        if group is not None and not isinstance(group, str):
            raise NotUnderstood(f"roles.{value}.group is not a name.")
        yield value, group
