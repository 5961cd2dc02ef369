"""Who a new document may collide with: by a link, a username or an address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, models
from django.db.models import FilteredRelation, Q
from django.db.models.functions import Lower

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.prepared_reads import Rows
from entra_scim.database.transactions import database
from entra_scim.models import LookAlike, ProvisionedUser
from entra_scim.text import comparison_keys

from . import key_versions, profile


def find(
    environment: AnyEnvironment,
    attributes: Mapping[str, Any],
    besides: ProvisionedUser | None = None,
) -> list[Any]:
    """Return the users who may have what a document's person would have.

    Namesakes are those who are linked by its userName or externalId in the environment, or by its
    address anywhere, the :func:`candidates`, and accounts whose names look like its
    own (:mod:`.look_alikes`); each with their link, and as ``former_link`` with what
    remembers one of the environment that has ended. Whether they do collide is decided in Python. ``besides`` is the person themselves.

    Raises:
        Rebuilding: Somebody new may be here by keys of an older version.
    """
    if besides is None:
        key_versions.check_current()
    username, address = profile.username(attributes), profile.address(attributes)
    usernames = comparison_keys.address_variants(username)
    # The username is the address, if there is one.
    addresses = usernames if address else []
    address_key = comparison_keys.address_key(username)
    found = _statement(len(usernames), len(addresses), _vendor())(
        environment.pk,
        comparison_keys.user_name_key(attributes["userName"]),
        environment.pk,
        # No digest, so that it finds nobody.
        comparison_keys.external_id_key(attributes.get("externalId")) or "",
        address_key,
        address_key,
        *usernames,
        *addresses,
    )
    if not found:
        return []
    former = Q(released_users__environment=environment.pk)
    users = (
        _users()
        .annotate(former_link=FilteredRelation("released_users", condition=former))
        .select_related("provisioned_user", "former_link")
        .filter(pk__in=[key for (key,) in found])
    )
    return [user for user in users if besides is None or user.pk != besides.user_id]


def candidates(username: str, address: str) -> models.QuerySet[Any]:
    """Find by index, as each database can, anyone who may hold an address."""
    model = get_user_model()
    email_field = model.get_email_field_name()
    users = _users()
    matches = Q(
        **{f"{model.USERNAME_FIELD}__in": comparison_keys.address_variants(username)}
    )
    if address:
        variants = comparison_keys.address_variants(address)
        if _vendor() == "mysql":  # pragma: no cover - MariaDB, not measured
            # No index on expressions, but collations that ignore case.
            matches |= Q(**{f"{email_field}__in": variants})
        else:
            users = users.alias(lower_email=Lower(email_field))
            matches |= Q(lower_email__in=variants)
    return users.filter(matches)


def _users() -> models.QuerySet[Any]:
    # The base manager: somebody that the product hides still has their address.
    return (
        get_user_model()
        ._base_manager.using(database())
        .select_related("provisioned_user")
    )


def _vendor() -> str:
    return connections[database()].vendor


@cache
def _statement(usernames: int, addresses: int, vendor: str) -> Rows:
    """Return the statement that finds the primary keys of those who are known.

    A union, since one condition on the columns of two tables has no index.
    """
    model: Any = get_user_model()
    username, email = model.USERNAME_FIELD, model.get_email_field_name()
    linked = "SELECT {link.user_id} FROM {link} WHERE "
    arms = [
        linked + "{link.environment_id} = %s AND {link.user_name_key} = %s",
        linked + "{link.environment_id} = %s AND {link.external_id_key} = %s",
        linked + "{link.address_key} = %s",
        "SELECT {alike.user_id} FROM {alike} WHERE {alike.key} = %s",
        _arm("named", username, "{}", usernames),
    ]
    parameters = [
        "link.environment",
        "link.user_name_key",
        "link.environment",
        "link.external_id_key",
        "link.address_key",
        "alike.key",
        *[f"named.{username}"] * usernames,
    ]
    tables = {"link": ProvisionedUser, "alike": LookAlike, "named": _table_of(username)}
    if addresses:
        # No index on expressions there, but collations that ignore case.
        form = "{}" if vendor == "mysql" else "LOWER({})"
        arms.append(_arm("addressed", email, form, addresses))
        parameters += [f"addressed.{email}"] * addresses
        tables["addressed"] = _table_of(email)
    return Rows(" UNION ".join(arms), parameters, **tables)


def _arm(table: str, field: str, form: str, number: int) -> str:
    key = _table_of(field)._meta.pk.attname
    compared = form.format(f"{{{table}.{field}}}")
    places = ", ".join(["%s"] * number)
    # Nothing but names of columns is in the text of the statement.
    select = f"SELECT {{{table}.{key}}} FROM {{{table}}} "  # noqa: S608
    return select + f"WHERE {compared} IN ({places})"


def _table_of(field_name: str) -> Any:
    """Return the model whose table has a field of the user, maybe one inherited."""
    return get_user_model()._meta.get_field(field_name).model
