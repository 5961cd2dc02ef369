"""How django-allauth lets people in, where a product has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.utils.module_loading import import_string

from entra_scim.allauth import EntraAccountMixin, EntraTokensMixin

_TOKENS = "allauth.headless.tokens.strategies.sessions.SessionTokenStrategy"
_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"


def check_allauth(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that tokens of django-allauth end, and that it hears no before a login."""
    messages: list[CheckMessage] = []
    has_apps = apps.is_installed("allauth.headless") and "app" in getattr(
        settings, "HEADLESS_CLIENTS", ("browser", "app")
    )
    if has_apps and not _is("HEADLESS_TOKEN_STRATEGY", _TOKENS, EntraTokensMixin):
        messages.append(
            Warning(
                "Interfaces that take session tokens of django-allauth let in people "
                "that Entra deactivates, and people who sign in with Entra only.",
                hint="Put entra_scim.allauth.EntraTokensMixin before the token strategy, "
                "in a class that HEADLESS_TOKEN_STRATEGY names.",
                id="entra_scim.W034",
            )
        )
    if apps.is_installed("allauth.usersessions") and not _is(
        "ACCOUNT_ADAPTER", _ADAPTER, EntraAccountMixin
    ):
        messages.append(
            Warning(
                "allauth.usersessions fails, where people who sign in with Entra only "
                "try a code or an account elsewhere.",
                hint="Put entra_scim.allauth.EntraAccountMixin before "
                "DefaultAccountAdapter, in a class that ACCOUNT_ADAPTER names.",
                id="entra_scim.W033",
            )
        )
    return messages


def _is(setting: str, otherwise: str, mixin: type) -> bool:
    path = getattr(settings, setting, otherwise)
    if path == otherwise:
        return False
    try:
        return issubclass(import_string(path), mixin)
    except ImportError:
        return True  # django-allauth says so itself
