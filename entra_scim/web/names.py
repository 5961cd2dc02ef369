"""The names of our URLs, in whatever namespaces a product has put them."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.urls import URLResolver, get_resolver, get_urlconf


def full(name: str) -> str:
    """Return a name such as ``entra_scim_oidc:callback`` with the namespaces around it.

    Plugins of some products are mounted in a namespace of the plugin. What is at no
    address keeps its name, for which ``reverse`` raises ``NoReverseMatch``.
    """
    app_name, _colon, view = name.partition(":")
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    return ":".join([*_namespaces(urlconf, app_name), view])


def is_included(module: str) -> bool:
    """Tell whether a module with URLs is anywhere in the product's."""
    return _includes(module, get_resolver())


def is_namespace(name: str) -> bool:
    """Tell whether anything of the product's URLs is in a namespace, such as an admin."""
    return _has_namespace(name, get_resolver())


@functools.lru_cache(maxsize=64)
def _namespaces(urlconf: Any, app_name: str) -> list[str]:
    return _path_to(app_name, get_resolver(urlconf)) or [app_name]


def _path_to(app_name: str, resolver: URLResolver) -> list[str] | None:
    """Return the namespaces from a resolver down to an app's, the outer ones first."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            own = [str(pattern.namespace)] if pattern.namespace else []
            below = [] if pattern.app_name == app_name else _path_to(app_name, pattern)
            if below is not None:
                return [*own, *below]
    return None


def _includes(module: str, resolver: URLResolver) -> bool:
    return any(
        getattr(pattern.urlconf_name, "__name__", "") == module
        or _includes(module, pattern)
        for pattern in resolver.url_patterns
        if isinstance(pattern, URLResolver)
    )


def _has_namespace(name: str, resolver: URLResolver) -> bool:
    return any(
        pattern.namespace == name or _has_namespace(name, pattern)
        for pattern in resolver.url_patterns
        if isinstance(pattern, URLResolver)
    )
