"""Filters whose alternatives are in several tables, each found by its index."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisionedUser

_MOST = 1000
"""How many people are named by their ids in a statement."""


def resolved(alternatives: Q, environment: AnyEnvironment) -> Q | None:
    """Return alternatives that are all keys as the ids of whom they find.

    Databases do not use indexes for alternatives of which some are in another
    table: they look at each person. None stands for too many people.
    """
    people = ProvisionedUser.objects.for_environment(environment)
    fields: dict[str, list[Any]] = {}
    elsewhere = []
    keys: Any = alternatives.children
    for alternative in keys:
        [(field, value)] = alternative.children
        if field == "pk__in":
            elsewhere.append(value.values_list("provisioned_user_id", flat=True))
        elif field != "pk__isnull":  # which is nobody
            fields.setdefault(field, []).append(value)
    here = [
        people.filter(**{f"{field}__in": values}).values_list("pk", flat=True)
        for field, values in fields.items()
    ]
    if not here and not elsewhere:
        return None
    first, *others = here + elsewhere
    ids = list(first.union(*others)[: _MOST + 1] if others else first[: _MOST + 1])
    return Q(pk__in=ids) if len(ids) <= _MOST else None
