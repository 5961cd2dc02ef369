"""The user model, and who belongs where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models
from django.db.models import UniqueConstraint
from django.db.models.functions import Lower

from entra_scim.conf import conf
from entra_scim.models import Environment
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles import memberships, product_roles

from . import email_indexes
from .asked import environment_model, of_our_database, policy_class

_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


def check_user_model(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the product's user has what Entra manages."""
    model = get_user_model()
    keeps_roles = _keeps_roles()
    wanted = [model.get_email_field_name(), "is_active"]
    missing = [
        field
        for field in (wanted if keeps_roles else [*wanted, "groups"])
        if not _has_field(model, field)
    ]
    messages: list[CheckMessage] = []
    for field in missing:
        hint = (
            'Add email = models.EmailField(blank=True, default=""). If the address is '
            "in another column, name it in EMAIL_FIELD of the user model."
        )
        if field == "is_active":
            hint = (
                "Add is_active = models.BooleanField(default=True): Entra deactivates "
                "people by it."
            )
        elif field == "groups":
            hint = (
                "Subclass PermissionsMixin too: roles grant Django's groups. If your "
                "product has roles of its own, let the policy have assign_roles."
            )
        messages.append(
            Error(
                f"The user model has no field {field!r}.",
                hint=hint,
                obj=model,
                id="entra_scim.E006",
            )
        )
    if not keeps_roles and "groups" not in missing and memberships.field() is None:
        messages.append(
            Error(
                "The field 'groups' of the user model does not lead to Django's groups: "
                "a role would grant whatever has the same primary key, so roles grant "
                "nothing.",
                hint="Roles need a many-to-many field to django.contrib.auth.models."
                "Group, as PermissionsMixin has it, or a policy with assign_roles, "
                "which puts people into your own groups.",
                obj=model,
                id="entra_scim.E020",
            )
        )
    return messages


@of_our_database
def check_email_index(alias: str) -> list[CheckMessage]:
    """Check that looking for an e-mail address need not read every person."""
    user = get_user_model()
    email = user.get_email_field_name()
    if not _has_field(user, email):
        return []
    # With its indexes, a column may be in the table of a parent.
    model: type[models.Model] = user._meta.get_field(email).model
    if connections[alias].vendor == "mysql":  # pragma: no cover - MariaDB, not measured
        is_declared, index = _has_index(model, email), f"fields=[{email!r}]"
    else:
        is_declared, index = _has_lower_index(model, email), f"Lower({email!r})"
    if is_declared or email_indexes.is_in_database(alias, model, email):
        return []
    return [
        Warning(
            f"The user model has no index for a look-up by {email} without case: each "
            "person that Entra creates costs a scan of all people.",
            hint=f"Add models.Index({index}, name=...) to Meta.indexes of the user "
            f"model. If {model._meta.label} is not yours to change, let a migration of "
            "yours have migrations.RunPython(lambda apps, editor: editor.add_index("
            f"apps.get_model({model._meta.label!r}), models.Index({index}, name=...))).",
            obj=model,
            id="entra_scim.W002",
        )
    ]


def check_policy(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a product with environments of its own says who belongs where."""
    if Environment._meta.label == conf.ENVIRONMENT_MODEL:
        return []
    missing = _missing_hooks(policy_class() or ProvisioningPolicy)
    if not missing:
        return []
    return [
        Warning(
            f"No policy says who belongs to which {conf.ENVIRONMENT_MODEL}: with a "
            "second one, Entra can link nobody.",
            hint="Set ENTRA_SCIM_POLICY to a subclass of ProvisioningPolicy that has "
            f"{' and '.join(missing)}. Silence this warning if there is only ever one.",
            id="entra_scim.W028",
        )
    ]


def check_roles(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that somebody gives the roles that the policy offers."""
    policy = policy_class()
    if (
        policy is None
        or _keeps_roles()
        or policy.assignable_roles is ProvisioningPolicy.assignable_roles
    ):
        return []
    return [
        Error(
            "The policy has assignable_roles, and no assign_roles that gives them.",
            hint="Write assign_roles, or leave both out: roles grant Django groups then.",
            id="entra_scim.E025",
        )
    ]


@of_our_database
def check_environments(alias: str) -> list[CheckMessage]:
    """Check that somebody says who belongs where, once there is a choice."""
    policy, environment = policy_class(), environment_model()
    if policy is None or environment is None:
        return []
    missing = _missing_hooks(policy)
    if not missing:
        return []
    tables = connections[alias].introspection.table_names()
    if environment._meta.db_table not in tables:  # before the first migrate
        return []
    if environment._default_manager.using(alias).count() < 2:
        return []
    return [
        Error(
            "There are several environments, and no policy that says who belongs "
            f"where: {' and '.join(missing)} would mean everybody.",
            hint="Set ENTRA_SCIM_POLICY to a subclass of ProvisioningPolicy with "
            "environments_of, users_of and create_user.",
            id="entra_scim.E007",
        )
    ]


def _missing_hooks(policy: type[ProvisioningPolicy]) -> list[str]:
    return [
        hook
        for hook in ("environments_of", "users_of")
        if getattr(policy, hook) is getattr(ProvisioningPolicy, hook)
    ]


def _keeps_roles() -> bool:
    try:
        return product_roles.are_kept()
    except (AttributeError, ImportError):
        return False  # check_settings says what is wrong


def _has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _has_index(  # pragma: no cover - MariaDB, not measured
    model: type[models.Model], name: str
) -> bool:
    field: Any = model._meta.get_field(name)
    return (
        field.db_index
        or field.unique
        or any(index.fields[:1] == [name] for index in model._meta.indexes)
    )


def _has_lower_index(model: type[models.Model], name: str) -> bool:
    wanted = (Lower(name), Lower(models.F(name)))
    candidates: list[Any] = [
        *model._meta.indexes,
        *(c for c in model._meta.constraints if isinstance(c, UniqueConstraint)),
    ]
    return any(
        candidate.expressions
        and candidate.expressions[0] in wanted
        and candidate.condition is None
        for candidate in candidates
    )
