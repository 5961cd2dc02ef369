"""What an environment is set up with, as a document: shown, compared and applied.

For products without the tab, and for automation. A document says nothing secret; a
client secret comes beside it.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from entra_scim.activation import lifecycle
from entra_scim.connection import authorities, configuration, credentials, federation
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisionedUser,
)
from entra_scim.policy import get_policy
from entra_scim.secrecy.hiding import Secret, without_variables

from . import declared_roles
from .declared_roles import Granted
from .reading import NotUnderstood, checked

_FEDERATED = "federated_credential"
_CONNECTION = (
    "client_id",
    "tenant_id",
    "cloud",
    "client_secret_expires_on",
    _FEDERATED,
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a document wants; None leaves that part as it is."""

    connection: Mapping[str, Any] | None
    roles: Mapping[str, Granted] | None


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
            value: declared_roles.document_of(granted)
            for value, granted in declared_roles.roles_of(environment).items()
        },
        "state": {
            "environment": str(environment.pk),
            "client_secret": configuration.secret_state(settings).value,
            "has_certificate": bool(settings.certificate),
            "waits_for_test": bool(settings.pending),
            "is_tested": credentials.are_tested(settings),
            "sign_in": lifecycle.state_of(settings).value,
            "access_keys": sum(key.is_usable(now) for key in keys),
            "people": ProvisionedUser.objects.for_environment(environment).count(),
            "paused": settings.paused_at is not None,
            "accepts_provisioning": settings.paused_at is None
            and get_policy().accepts_provisioning(environment),
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
    names = checked("the document", document, ("connection", "roles", "state"))
    connection = names.get("connection")
    if connection is not None:
        connection = _parsed_connection(checked("connection", connection, _CONNECTION))
    roles = names.get("roles")
    if roles is not None:
        roles = dict(declared_roles.parsed(checked("roles", roles, None)))
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
        there = declared_roles.roles_of(environment)
        found += [
            _difference(
                f"roles.{value}",
                declared_roles.told(there, value),
                declared_roles.told(wanted.roles, value),
            )
            for value in sorted(there.keys() | wanted.roles.keys())
            if declared_roles.told(there, value)
            != declared_roles.told(wanted.roles, value)
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
            changed += declared_roles.apply(environment, wanted.roles)
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
    kind = values.pop(_FEDERATED)
    expires_on = values["client_secret_expires_on"]
    if kind is not None and not client_secret:
        values["client_secret_expires_on"] = wanted.get("client_secret_expires_on")
        return _apply_federated(settings, values, kind)
    if kind is not None and _FEDERATED in wanted:
        raise NotUnderstood(
            "Give either a client secret or connection.federated_credential, not both."
        )
    if not client_secret and (
        now[_FEDERATED] is not None
        or (_FEDERATED in wanted and not settings.has_proof and federation.kinds())
    ):
        raise NotUnderstood(
            "connection.federated_credential is null. Give the client secret that takes "
            "its place."
        )
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


def _apply_federated(
    settings: EntraConnection, values: Mapping[str, Any], kind: str
) -> list[str]:
    if values["client_secret_expires_on"] is not None:
        raise NotUnderstood(
            "connection.client_secret_expires_on is of a client secret. A federated "
            "credential does not expire: leave it out, or write null."
        )
    if kind not in federation.kinds():
        kinds = ", ".join(federation.kinds()) or "nothing"
        raise NotUnderstood(
            f"connection.federated_credential is {kind!r}, but "
            f"ENTRA_SCIM_FEDERATED_CREDENTIALS has {kinds}."
        )
    new = credentials.Credentials(
        client_id=values["client_id"],
        tenant_id=values["tenant_id"],
        cloud=values["cloud"],
        federation=kind,
    )
    return [
        f"connection.{_FEDERATED if name == 'federation' else name}"
        for name in configuration.change(settings, new)
    ]


def _connection(settings: EntraConnection) -> dict[str, Any]:
    source = credentials.waiting(settings) or credentials.in_use(settings) or settings
    found = {name: getattr(source, name) for name in _CONNECTION if name != _FEDERATED}
    return found | {_FEDERATED: source.federation or None}


def _difference(path: str, now: Any, wanted: Any) -> dict[str, Any]:
    def told(value: Any) -> Any:
        return value if value is None or isinstance(value, dict) else str(value)

    return {"path": path, "is": told(now), "wanted": told(wanted)}


def _parsed_connection(values: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in values.items():
        try:
            if value is None and name != "cloud":
                parsed[name] = None
            elif name in ("cloud", _FEDERATED):
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
