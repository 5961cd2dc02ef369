"""What the product proves itself to Entra with, by its settings."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.connection import federation
from entra_scim.text.identifiers import is_guid

_COOKIES = "django.contrib.sessions.backends.signed_cookies"


def check_federated_credentials(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that ``ENTRA_SCIM_FEDERATED_CREDENTIALS`` names kinds that exist."""
    given: Any = conf.FEDERATED_CREDENTIALS
    if not isinstance(given, Mapping):
        return [
            Error(
                "ENTRA_SCIM_FEDERATED_CREDENTIALS is not a dictionary.",
                hint='Write it as {"file": os.environ["AZURE_FEDERATED_TOKEN_FILE"]}.',
                id="entra_scim.E033",
            )
        ]
    return [
        Error(
            f"ENTRA_SCIM_FEDERATED_CREDENTIALS[{kind!r}] {problem}.",
            hint=hint,
            id="entra_scim.E034",
        )
        for kind, value in given.items()
        if (found := _problem_of(kind, value)) is not None
        for problem, hint in [found]
    ]


def check_set_up(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check the settings of the application that sets Entra up for administrators."""
    client_id, secret = conf.SETUP_CLIENT_ID, conf.SETUP_CLIENT_SECRET
    if not client_id:
        if not secret:
            return []
        return [
            Warning(
                "ENTRA_SCIM_SETUP_CLIENT_SECRET is set without "
                "ENTRA_SCIM_SETUP_CLIENT_ID, so nothing uses it.",
                hint="Set the Application (client) ID of the set-up application too.",
                id="entra_scim.W035",
            )
        ]
    messages: list[CheckMessage] = []
    if not is_guid(client_id):
        messages.append(
            Error(
                "ENTRA_SCIM_SETUP_CLIENT_ID is not an Application (client) ID.",
                hint=f"Copy it from App registrations → Overview. It is like "
                f"{uuid.UUID(int=0)}.",
                id="entra_scim.E029",
            )
        )
    if secret and is_guid(secret):
        messages.append(
            Error(
                "ENTRA_SCIM_SETUP_CLIENT_SECRET is the ID of a client secret.",
                hint="Set the column Value of Certificates & secrets. Entra shows it "
                "only once: create a new secret if you do not have it.",
                id="entra_scim.E030",
            )
        )
    if not secret and not conf.FEDERATED_CREDENTIALS:
        messages.append(
            Error(
                "The set-up application has nothing to prove itself to Entra with.",
                hint="Set ENTRA_SCIM_SETUP_CLIENT_SECRET or "
                "ENTRA_SCIM_FEDERATED_CREDENTIALS, or leave "
                "ENTRA_SCIM_SETUP_CLIENT_ID out.",
                id="entra_scim.E031",
            )
        )
    if settings.SESSION_ENGINE == _COOKIES:
        messages.append(
            Error(
                "The set-up keeps a token of Entra in the session, and sessions are in "
                "cookies, which are too small for it.",
                hint="Set SESSION_ENGINE to one that keeps sessions on the server, such "
                "as django.contrib.sessions.backends.db, or leave "
                "ENTRA_SCIM_SETUP_CLIENT_ID out.",
                id="entra_scim.E032",
            )
        )
    return messages


def _problem_of(kind: Any, value: Any) -> tuple[str, str] | None:
    """Return what is wrong with a kind or its value, and what to write."""
    if kind not in federation.KINDS:
        return "is not a kind", f"The kinds are {', '.join(federation.KINDS)}."
    if not isinstance(value, str):
        return (
            f"is {type(value).__name__}, not text",
            "Is the environment variable set that it is read from?",
        )
    if kind == "managed_identity":
        if value and not is_guid(value):
            return (
                "is not a client ID",
                "Write the client ID of the user-assigned identity, not its name or "
                'resource ID, or "" for the system-assigned one.',
            )
    elif kind == "callable":
        try:
            is_fine = callable(import_string(value))
        except (ImportError, ValueError):
            is_fine = False
        if not is_fine:
            return (
                f"names no function: {value!r}",
                "Write the dotted path of a function that returns an assertion.",
            )
    elif not value.startswith("/") and ":" not in value:
        return (
            f"is not the whole path of a file: {value!r}",
            "Write it from the root on: the server's folder is not always the same.",
        )
    return None
