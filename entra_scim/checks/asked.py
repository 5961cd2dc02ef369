"""What checks have in common: which databases Django names, and what settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.database.transactions import database
from entra_scim.policy import ProvisioningPolicy


def of_our_database(
    check: Callable[[str], list[CheckMessage]],
) -> Callable[..., list[CheckMessage]]:
    """Let a check be asked as Django asks, and see the alias of the database of people.

    Nothing is said while Django does not check that one.
    """

    @wraps(check)
    def asked(
        app_configs: Sequence[AppConfig] | None,
        databases: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> list[CheckMessage]:
        alias = database()
        return check(alias) if alias in (databases or ()) else []

    # Django looks at the signature of what it registers, which is not the check's.
    del asked.__wrapped__
    return asked


def policy_class() -> Any:
    """Return the class of the policy, or None: ``check_settings`` then says why."""
    try:
        found = import_string(conf.POLICY)
    except (AttributeError, ImportError):
        return None
    return found if is_policy_class(found) else None


def is_policy_class(found: Any) -> bool:
    """Tell whether what ``ENTRA_SCIM_POLICY`` names is a policy."""
    return isinstance(found, type) and issubclass(found, ProvisioningPolicy)


def environment_model() -> Any:
    """Return the model of an environment, or None: ``check_settings`` then says why."""
    try:
        return apps.get_model(conf.ENVIRONMENT_MODEL)
    except (AttributeError, LookupError, ValueError):
        return None


def names_subclass(name: str, parent: type) -> bool:
    """Tell whether a setting names a class, or one that is made of it."""
    try:
        found = import_string(name)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, parent)
