"""The product's URLs: what Entra asks for, and where people arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.checks import CheckMessage, Error, Warning
from django.shortcuts import resolve_url
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    resolve,
    reverse,
)
from django.utils import translation

from entra_scim.web import names

from .asked import names_subclass

_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_ENGINES_WITH_TABLE = {
    "django.contrib.sessions.backends.db",
    "django.contrib.sessions.backends.cached_db",
}
_MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
_ENDPOINT = 'path("api/scim/entra/", include("entra_scim.scim.urls"))'
_SIGN_IN = 'path("entra/", include("entra_scim.oidc.urls"))'


def check_urls(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that Entra finds the endpoint, and people the way back from it."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    messages: list[CheckMessage] = []
    endpoint = _address_of("entra_scim:base", environment_id="1")
    if endpoint is None:
        messages.append(
            Error(
                "The SCIM endpoint is at no address.",
                hint=f"Add {_ENDPOINT} to the URLs.",
                id="entra_scim.E009",
            )
        )
    else:
        messages += _hidden(endpoint, "entra_scim", _ENDPOINT)
        messages += [*_tenant_url_messages()]
    callback = _address_of("entra_scim_oidc:callback")
    if callback is None:
        messages.append(
            Warning(
                "Nobody can sign in with Entra: the way back from there is at no "
                "address.",
                hint=f"Add {_SIGN_IN} to the URLs.",
                id="entra_scim.W006",
            )
        )
    else:
        messages += _hidden(callback, "entra_scim_oidc", _SIGN_IN)
        messages += [*_sign_in_messages()]
    return [*messages, *_tab_messages()]


def _hidden(address: str, app_name: str, route: str) -> list[CheckMessage]:
    """Check that no URL before ours takes its requests, such as one that takes all."""
    match = _match_of(address)
    if match is not None and app_name in match.app_names:
        return []
    # A host of its own may have these URLs, by middleware that Django does not ask here.
    return [
        Warning(
            f"Requests to {address} do not reach entra_scim: another of your URLs "
            "takes them first.",
            hint=f"Move {route} before it.",
            id="entra_scim.W038",
        )
    ]


def _tenant_url_messages() -> Iterator[CheckMessage]:
    """Check that all administrators of an environment read one Tenant URL."""
    tenant_url, other = _in_two_languages("entra_scim:base", environment_id="1")
    if tenant_url != other:
        yield Warning(
            f"The Tenant URL depends on the language, such as {tenant_url} and {other}. "
            "Administrators who read the tab in different languages see different ones.",
            hint=f"Move {_ENDPOINT} out of i18n_patterns.",
            id="entra_scim.W041",
        )


def _sign_in_messages() -> Iterator[CheckMessage]:
    """Check what signing in needs besides."""
    if not _has_sessions():
        yield Error(
            "Nobody can sign in with Entra: requests have no session.",
            hint=f"Add {_SESSIONS!r} to MIDDLEWARE, before AuthenticationMiddleware, "
            "and 'django.contrib.sessions' to INSTALLED_APPS.",
            id="entra_scim.E036",
        )
    callback, other = _in_two_languages("entra_scim_oidc:callback")
    if callback != other:
        yield Warning(
            f"The Redirect URI depends on the language, such as {callback} and {other}. "
            "Entra refuses all but the registered one (AADSTS50011).",
            hint=f"Move {_SIGN_IN} out of i18n_patterns.",
            id="entra_scim.W039",
        )
    if landing := _missing_page(settings.LOGIN_REDIRECT_URL):
        yield Warning(
            f"People who sign in with Entra arrive at {landing}, which none of your "
            "URLs matches.",
            hint="Set LOGIN_REDIRECT_URL to a page of yours.",
            id="entra_scim.W027",
        )
    if landing := _missing_page(settings.LOGIN_URL):
        yield Warning(
            f"People who cannot sign in with Entra are sent to {landing}, which none of "
            "your URLs matches.",
            hint='Set LOGIN_URL to your sign-in page, such as "admin:login".',
            id="entra_scim.W036",
        )


def _has_sessions() -> bool:
    if not any(names_subclass(name, SessionMiddleware) for name in settings.MIDDLEWARE):
        return False
    # Sessions in cookies or in a cache need no app.
    return settings.SESSION_ENGINE not in _ENGINES_WITH_TABLE or apps.is_installed(
        "django.contrib.sessions"
    )


def _tab_messages() -> list[CheckMessage]:
    """Check that the tab says what it has done. In the admin, Django checks it."""
    if _MESSAGES in settings.MIDDLEWARE or not names.is_included("entra_scim.tab.urls"):
        return []
    return [
        Error(
            "The tab Microsoft Entra ID cannot say what it has done.",
            hint=f"Add {_MESSAGES!r} to MIDDLEWARE, and 'django.contrib.messages' to "
            "INSTALLED_APPS.",
            id="entra_scim.E016",
        )
    ]


def _missing_page(setting: Any) -> str:
    """Return the address that a setting names if it leads nowhere, or ""."""
    try:
        address = resolve_url(setting)
    except NoReverseMatch:  # the name of a URL that the product does not have
        return str(setting)
    is_elsewhere = urlsplit(address).netloc
    return "" if is_elsewhere or _match_of(address) else address


def _address_of(name: str, **parameters: str) -> str | None:
    try:
        return reverse(names.full(name), kwargs=parameters)
    except NoReverseMatch:
        return None


def _match_of(address: str) -> ResolverMatch | None:
    # An address has the prefix of the server; the URLs begin after it.
    path = urlsplit(address).path.removeprefix(get_script_prefix())
    try:
        return resolve(f"/{path}")
    except Resolver404:
        return None


def _in_two_languages(name: str, **parameters: str) -> list[str | None]:
    """Return an address in two languages of the product's, or in one twice."""
    first: str = settings.LANGUAGE_CODE
    others = (code for code, _name in settings.LANGUAGES if code != first)
    addresses = []
    for language in (first, next(others, first)):
        with translation.override(language):
            addresses.append(_address_of(name, **parameters))
    return addresses
