"""Which groups roles may grant."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.auth.models import Group
from django.core.checks import CheckMessage, Warning
from django.db import connections

from entra_scim.database.transactions import database
from entra_scim.models import EnvironmentGroup
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles import groups

from .asked import environment_model, of_our_database, policy_class

# A check runs at each deployment: it looks at a product's first customers.
_ENVIRONMENTS = 100
_GROUPS = 1000
_NAMED = 5


@of_our_database
def check_grantable_groups(alias: str) -> list[CheckMessage]:
    """Check that no environment's administrator can hand out what is not theirs."""
    policy, environment = policy_class(), environment_model()
    if policy is None or environment is None:
        return []
    tables = connections[alias].introspection.table_names()
    if not {environment._meta.db_table, EnvironmentGroup._meta.db_table} <= {*tables}:
        return []  # before the first migrate
    own = EnvironmentGroup.objects.using(alias)
    environments: Counter[Any] = Counter()
    if policy.grantable_groups is not ProvisioningPolicy.grantable_groups:
        for one in environment._default_manager.using(alias).order_by("pk")[
            :_ENVIRONMENTS
        ]:
            rows = groups.grantable(one).order_by().values_list("pk", flat=True)
            environments.update(rows[:_GROUPS])
    owned = {*own.filter(group__in=[*environments]).values_list("group_id", flat=True)}
    powerful = own.exclude(group__permissions=None).values_list("group_id", flat=True)
    return [
        *_warning(
            "W020",
            {*powerful[:_GROUPS], *groups.numbers_of_permissions(environments)},
            "A role may grant groups that have permissions",
            "Anyone who administers an environment and has these permissions can give "
            "them to other people. Silence this warning if that is intended.",
        ),
        *_warning(
            "W021",
            {pk for pk, number in environments.items() if number == 1} - owned,
            "A role may grant groups that belong to no environment",
            "Let grantable_groups of your policy return groups of the environment "
            "only, and record them as EnvironmentGroup.",
        ),
        *_warning(
            "W022",
            {pk for pk, number in environments.items() if number > 1},
            "Roles of several environments may grant the same groups",
            "Let grantable_groups of your policy return groups of the environment "
            "only. Silence this warning if the groups mean nothing of a customer's.",
        ),
    ]


def _warning(
    number: str, group_ids: set[Any], message: str, hint: str
) -> list[CheckMessage]:
    if not group_ids:
        return []
    few = sorted(group_ids)[:_NAMED]
    names = sorted(
        Group.objects.using(database())
        .filter(pk__in=few)
        .values_list("name", flat=True)
    )
    more = f" and {len(group_ids) - len(few)} more" if len(group_ids) > len(few) else ""
    text = f"{message}: {', '.join(map(repr, names))}{more}."
    return [Warning(text, hint=hint, id=f"entra_scim.{number}")]
