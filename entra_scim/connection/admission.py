"""Who an access key belongs to, whether they are paused, and the person asked for.

In one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.utils import timezone

from entra_scim.conf import conf
from entra_scim.database.prepared_reads import Select, is_plain
from entra_scim.database.transactions import reading
from entra_scim.models import AccessKey, EntraConnection, ProvisionedUser

_OF_KEY = (
    "id",
    "environment_id",
    "hint",
    "first_used_at",
    "last_used_at",
    "expires_at",
    "replaced_at",
    "revoked_at",
)
"""The columns of a key that tell whether it is usable, and whose it is."""

_OF_CONNECTION = ("id", "paused_at")
"""The columns of a connection that tell whether provisioning is paused."""

_SHOWN = (
    "id",
    "environment_id",
    "user_id",
    "attributes",
    "active",
    "roles_received_at",
    "created",
    "modified",
    "version",
    "overwritten",
)
"""The columns of a person that answers are made of, and what tells of drift."""


@dataclass(frozen=True)
class LookUp:
    """A person, by what is unique in an environment."""

    field: str
    """``id``, ``user_name_key`` or ``external_id_key``."""

    value: Any


@dataclass(frozen=True)
class Admission:
    key: AccessKey
    """With its environment."""

    person: ProvisionedUser | None
    """Who was looked up, if the environment has them."""

    is_paused: bool
    """Whether somebody has paused the provisioning of the environment."""


def admit(
    environment_id: str, key_digest: str, look_up: LookUp | None = None
) -> Admission | None:
    """Return what a usable key lets in, or None if it does not open the environment.

    ``environment_id`` is the text of the URL. It is compared with the primary
    key's own text: a database would take ``1234abc``, ``01234`` or a number
    beyond its range for something else. Nothing is cached: a key that is revoked,
    and a person who leaves, count at the next request.
    """
    wanted = (look_up.field, look_up.value) if look_up else (None,)
    select = _statement(wanted[0])
    # The first statement of a request, which may find that the connection is gone.
    rows = reading(lambda: select(*wanted[1:], key_digest))
    if not rows:
        return None
    [found] = rows
    key, connection = found[:2]
    person = found[-1] if look_up else None
    if str(key.environment_id) != environment_id or not key.is_usable(timezone.now()):
        return None
    if len(found) > 2 + (look_up is not None):
        key.environment = found[2]
    if person is not None:
        person.environment = key.environment
    is_paused = connection is not None and connection.paused_at is not None
    return Admission(key, person, is_paused)


@cache
def _statement(field: str | None) -> Select:
    environment: Any = apps.get_model(conf.ENVIRONMENT_MODEL)
    tables: dict[str, Any] = {"key": AccessKey, "connection": EntraConnection}
    parameters = ["key.digest"]
    source = """FROM {key} LEFT JOIN {connection}
        ON {connection.environment_id} = {key.environment_id} """
    if is_plain(environment):
        tables["environment"] = environment
        primary_key = environment._meta.pk.attname
        source += f"""INNER JOIN {{environment}}
            ON {{environment.{primary_key}}} = {{key.environment_id}} """
    if field is not None:
        tables["person"] = ProvisionedUser
        parameters.insert(0, f"person.{field}")
        source += f"""LEFT JOIN {{person}}
            ON {{person.environment_id}} = {{key.environment_id}}
            AND {{person.{field}}} = %s """
    source += "WHERE {key.digest} = %s"
    only = {"key": _OF_KEY, "connection": _OF_CONNECTION, "person": _SHOWN}
    return Select(source, parameters, only=only, **tables)
