"""The roles that a product keeps itself, and what of them an environment's may be."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import EnvironmentRole
from entra_scim.policy import ProvisioningPolicy, get_policy


class NotAssignable(ProvisioningError):
    """The policy does not let a role of the environment be that in the product."""

    code = "role_not_assignable"
    message = _(
        "A role of this environment cannot be %(role)s in this product. Choose another "
        "role of the product."
    )


class GrantsNothing(ProvisioningError):
    """A role without a group that is not a role of the product's either."""

    code = "role_grants_nothing"
    message = _("The role %(role)s grants nothing. Choose what it grants.")


def are_kept() -> bool:
    """Tell whether the product has a hook to give people roles of its own."""
    return type(get_policy()).assign_roles is not ProvisioningPolicy.assign_roles


def are_listed() -> bool:
    """Tell whether the product says what roles may be; else they go by their names."""
    hook = type(get_policy()).assignable_roles
    return are_kept() and hook is not ProvisioningPolicy.assignable_roles


def offered(environment: AnyEnvironment) -> Mapping[str, str] | None:
    """Return what roles may be, by key, or None if they go by their names."""
    return get_policy().assignable_roles(environment) or {} if are_listed() else None


def key_of(name: str, target: str) -> str:
    """Return what ``assign_roles`` is told of a role, empty for one that gives nothing.

    By its name, nobody chose it from what the product lists.
    """
    return target or ("" if are_listed() else name)


def chosen(environment: AnyEnvironment, value: str, target: str) -> str:
    """Return what a new role is in the product: the choice, else what has its name.

    Raises:
        NotAssignable: The policy does not offer that.
    """
    among = offered(environment)
    if among is None:
        if target:
            raise NotAssignable(role=target)
        return ""
    key = target or value
    if key not in among:
        raise NotAssignable(role=key)
    return key


def check_grants(role: EnvironmentRole) -> None:
    """Refuse a role that nothing comes of.

    Raises:
        GrantsNothing: It has no group, and is not a role of the product's own.
    """
    key = key_of(role.value, role.target) if are_kept() else ""
    if role.group_id is None and not key:
        raise GrantsNothing(role=role.value)
