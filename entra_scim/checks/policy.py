"""The policy: whether it does what Entra needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.diagnosis import policy_trial
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.policy.shared_people import SharedPeople
from entra_scim.roles import product_roles

from .asked import environment_model, of_our_database, policy_class


def check_protection(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that ``ENTRA_SCIM_PROTECTION`` protects what it seems to."""
    known = {"deletion", "changes"}
    if not isinstance(conf.PROTECTION, str) and {*conf.PROTECTION} <= known:
        return []
    return [
        Error(
            f"ENTRA_SCIM_PROTECTION cannot be {conf.PROTECTION!r}.",
            hint='Write it as a list of "deletion", "changes", or both. An empty list '
            "lets your code do anything to people that Entra manages.",
            id="entra_scim.E026",
        )
    ]


def check_shared_people(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a policy that shares people says all that this takes."""
    try:
        policy = import_string(conf.POLICY)
        is_shared = policy().shares_people()
    except Exception:
        return []  # check_settings, or the trial, says what is wrong
    if not is_shared:
        return []
    hooks = [name for name in vars(SharedPeople) if not name.startswith("_")]
    missing = [
        name for name in hooks if getattr(policy, name) is getattr(SharedPeople, name)
    ]
    messages: list[CheckMessage] = []
    if missing:
        messages.append(
            Error(
                "The policy shares people between environments, but has no "
                f"{', '.join(missing)}.",
                hint="Write them too. Without them, nothing tells which environment a "
                "session may enter, and no environment could end its own membership "
                "alone.",
                id="entra_scim.E027",
            )
        )
    if not product_roles.are_kept():
        messages.append(
            Warning(
                "People are shared between environments, and roles grant groups: "
                "permissions of a group count in all environments that somebody enters.",
                hint="Keep roles in the membership, by assign_roles of your policy. If "
                "your views look at whose a group is, silence this warning.",
                id="entra_scim.W032",
            )
        )
    return messages


@of_our_database
def check_links_beside(alias: str) -> list[CheckMessage]:
    """Check that nobody is shared by a policy that does not share people any more."""
    try:
        is_shared = get_policy().shares_people()
    except Exception:
        return []  # check_settings, or the trial, says what is wrong
    tables = {*connections[alias].introspection.table_names()}
    if is_shared or ProvisionedUser._meta.db_table not in tables:
        return []  # or before the first migrate
    beside = ProvisionedUser.objects.using(alias).filter(profile_of=None)
    if not beside.exists():
        return []
    return [
        Error(
            "The policy does not share people, but some are linked by several "
            "environments: each could now deactivate their accounts for all of them.",
            hint="Unlink these people where another environment decides about their "
            "names, and then leave shares_people out.",
            id="entra_scim.E028",
        )
    ]


def check_names(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the fields are there in which the product keeps what Entra sends."""
    try:
        policy = import_string(conf.POLICY)
        fields = policy().profile_fields()
    except Exception:
        return []  # check_settings, or the trial, says what is wrong
    if policy.apply_profile is not ProvisioningPolicy.apply_profile:
        return []
    model = get_user_model()
    missing = {name: fields[name] for name in fields if not hasattr(model, name)}
    if not missing:
        return []
    lost = ", ".join(sorted(missing.values()))
    return [
        Warning(
            f"The user model has no field {', '.join(map(repr, missing))}: {lost} of "
            "Entra is kept nowhere.",
            hint="Let profile_fields of your policy, the class that ENTRA_SCIM_POLICY "
            'names, return the fields that there are, such as {"full_name": '
            '"displayName"}, or {} if names are not Entra\'s to manage.',
            obj=model,
            id="entra_scim.W030",
        )
    ]


@of_our_database
def check_policy_on_trial(alias: str) -> list[CheckMessage]:
    """Check the policy on a made-up person of the first environment; nothing stays.

    As ``entra_check_policy`` does. At a deployment, with its database.
    """
    model = environment_model()
    if model is None or policy_class() is None:
        return []
    tables = {*connections[alias].introspection.table_names()}
    if not {model._meta.db_table, ProvisionedUser._meta.db_table} <= tables:
        return []  # before the first migrate
    environment = model._default_manager.using(alias).order_by("pk").first()
    if environment is None:
        return []
    try:
        problems = _problems(environment)
    except Exception as error:
        problems = [f"{type(error).__name__}: {error}"]
    return [
        Warning(
            f"{conf.POLICY}, tried on a made-up person of {environment}: {problem}",
            hint="Try it again with manage.py entra_check_policy.",
            id="entra_scim.W031",
        )
        for problem in problems
    ]


def _problems(environment: Any) -> list[str]:
    policy = get_policy()
    address = policy_trial.made_up_address(environment)
    if not policy.accepts_provisioning(environment) or not policy.owns_address(
        environment, address
    ):
        return []  # nobody can be tried there
    return policy_trial.problems_of(environment, address)
