"""The project's settings, and how our parts stand among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from entra_scim.conf import SETTINGS, conf

from .asked import is_policy_class, names_subclass

_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
_GATE = "entra_scim.backends.PasswordGate"
_ENTRA = "entra_scim.oidc.backend.EntraBackend"
_REFUSING_BACKENDS = {
    # They let nobody in, and want to come first.
    "axes.backends.AxesBackend",
    "axes.backends.AxesStandaloneBackend",
}
_SESSIONS = "entra_scim.middleware.EntraSessionMiddleware"


def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the ``ENTRA_SCIM_*`` settings exist and mean something."""
    messages: list[CheckMessage] = []
    for name in dir(settings):
        if name.startswith("ENTRA_SCIM_") and name not in SETTINGS:
            messages.append(
                Warning(
                    f"{name} is not a setting of entra_scim.",
                    hint=f"The settings are {', '.join(sorted(SETTINGS))}.",
                    id="entra_scim.W001",
                )
            )
    try:
        apps.get_model(conf.ENVIRONMENT_MODEL)
    except (AttributeError, LookupError, ValueError):
        messages.append(
            Error(
                f"ENTRA_SCIM_ENVIRONMENT_MODEL names no model: "
                f"{conf.ENVIRONMENT_MODEL!r}.",
                hint='Write it as "app_label.Model", and install its app.',
                id="entra_scim.E001",
            )
        )
    try:
        policy = import_string(conf.POLICY)
    except (AttributeError, ImportError) as error:
        messages.append(
            Error(
                f"ENTRA_SCIM_POLICY cannot be imported: {error}.",
                hint="Write it as the dotted path of a class.",
                id="entra_scim.E002",
            )
        )
    else:
        if not is_policy_class(policy):
            messages.append(
                Error(
                    "ENTRA_SCIM_POLICY is not a ProvisioningPolicy.",
                    hint="Subclass entra_scim.policy.ProvisioningPolicy.",
                    id="entra_scim.E003",
                )
            )
    if not _is_session_age(conf.SESSION_AGE):
        messages.append(
            Error(
                "ENTRA_SCIM_SESSION_AGE is not a number of seconds.",
                hint="Write it as a whole number above 0, such as 12 * 60 * 60, or "
                "leave it out.",
                id="entra_scim.E013",
            )
        )
    if not settings.USE_TZ:
        messages.append(
            Error(
                "entra_scim keeps times with their time zone, and USE_TZ is off.",
                hint="Set USE_TZ = True, which is Django's default.",
                id="entra_scim.E014",
            )
        )
    return messages


def check_middleware(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that no middleware sees people that ours would refuse."""
    if not _keeps_sessions():
        return []
    order = list(settings.MIDDLEWARE)
    if _SESSIONS not in order:
        return [
            Error(
                "Sessions of people that Entra deactivates would stay open.",
                hint=f"Add {_SESSIONS!r} to MIDDLEWARE, directly after "
                f"{_AUTHENTICATION!r}.",
                id="entra_scim.E004",
            )
        ]
    place = order.index(_SESSIONS)
    known_at = [
        number
        for number, name in enumerate(order)
        if names_subclass(name, AuthenticationMiddleware)
    ]
    if any(number > place for number in known_at):
        return [
            Error(
                "EntraSessionMiddleware comes before the user is known.",
                hint=f"Move it directly after {_AUTHENTICATION!r} in MIDDLEWARE.",
                id="entra_scim.E005",
            )
        ]
    between = order[known_at[-1] + 1 : place] if known_at else []
    return [
        Warning(
            f"{name} sees people that EntraSessionMiddleware refuses after it.",
            hint=f"Move {_SESSIONS!r} directly after {_AUTHENTICATION!r} in "
            "MIDDLEWARE.",
            id="entra_scim.W007",
        )
        for name in between
    ]


def check_backends(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that an activation refuses passwords, and lets people in with Entra."""
    backends = list(settings.AUTHENTICATION_BACKENDS)
    if not _keeps_sessions():
        return []
    messages: list[CheckMessage] = []
    others = [name for name in backends if name not in _REFUSING_BACKENDS]
    if others[:1] != [_GATE]:
        messages.append(
            Error(
                "Passwords would still work for people who sign in with Entra.",
                hint=f"Put {_GATE!r} first in AUTHENTICATION_BACKENDS. Only a backend "
                "of django-axes may come before it.",
                id="entra_scim.E010",
            )
        )
    if _ENTRA not in backends:
        messages.append(
            Error(
                "Nobody can sign in with Entra.",
                hint=f"Add {_ENTRA!r} to AUTHENTICATION_BACKENDS.",
                id="entra_scim.E011",
            )
        )
    elif others == [_GATE, _ENTRA]:
        messages.append(
            Warning(
                "Nobody can sign in with a password, the Admin included: after "
                "PasswordGate no backend takes one.",
                hint="Add 'django.contrib.auth.backends.ModelBackend' between both in "
                "AUTHENTICATION_BACKENDS.",
                id="entra_scim.W037",
            )
        )
    return messages


def check_cookies(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a sign-in survives the way back from Entra."""
    if str(settings.SESSION_COOKIE_SAMESITE).lower() != "strict":
        return []
    return [
        Warning(
            "Nobody can sign in with Entra: with SESSION_COOKIE_SAMESITE = 'Strict' "
            "the browser keeps the session's cookie when it comes back from there.",
            hint="Set SESSION_COOKIE_SAMESITE to 'Lax', which is Django's default.",
            id="entra_scim.W005",
        )
    ]


def check_encryption(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that secrets do not depend on ``SECRET_KEY``. For deployment only."""
    if conf.ENCRYPTION_KEYS:
        return []
    return [
        Warning(
            "Client secrets are encrypted with a key derived from SECRET_KEY: if "
            "SECRET_KEY changes, they are lost.",
            hint="Set ENTRA_SCIM_ENCRYPTION_KEYS to a list of keys made with "
            "cryptography.fernet.Fernet.generate_key().",
            id="entra_scim.W003",
        )
    ]


def check_encryption_keys(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the keys in ``ENTRA_SCIM_ENCRYPTION_KEYS`` are keys."""
    if not isinstance(conf.ENCRYPTION_KEYS, list | tuple):
        return [
            Error(
                "ENTRA_SCIM_ENCRYPTION_KEYS is not a list of keys.",
                hint="Write it as a list, even of one key.",
                id="entra_scim.E015",
            )
        ]
    messages: list[CheckMessage] = []
    for number, key in enumerate(conf.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except (TypeError, ValueError):
            messages.append(
                Error(
                    f"Key {number} of ENTRA_SCIM_ENCRYPTION_KEYS is not a Fernet key.",
                    hint="Make keys with cryptography.fernet.Fernet.generate_key().",
                    id="entra_scim.E008",
                )
            )
    return messages


def _keeps_sessions() -> bool:
    # Sessions in cookies or in a cache need no app.
    return apps.is_installed("django.contrib.sessions") or any(
        names_subclass(name, SessionMiddleware) for name in settings.MIDDLEWARE
    )


def _is_session_age(age: Any) -> bool:
    return age is None or (type(age) is int and age > 0)
