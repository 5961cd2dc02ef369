"""Weak entity tags: the version of a resource in HTTP's form (RFC 7644 §3.14)."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.http import parse_etags
from rest_framework.request import Request
from scim2_models import InvalidSyntaxException

_LONGEST = 4096  # characters, of a header


def etag(version: int) -> str:
    """Return the entity tag of a resource's version."""
    return f'W/"{version}"'


def matches(header: str, version: int) -> bool:
    """Tell whether a list of entity tags names a version, compared weakly.

    ``*`` names every version (RFC 9110 §13.1.1).

    Raises:
        InvalidSyntaxException: The list is longer than any client's.
    """
    if len(header) > _LONGEST:
        raise InvalidSyntaxException(
            detail=f"If-Match and If-None-Match have at most {_LONGEST} characters."
        )
    tags = parse_etags(header)
    return "*" in tags or _opaque(etag(version)) in map(_opaque, tags)


def precondition(request: Request) -> Callable[[int], bool] | None:
    """Return the test that a request makes of the version it would change, if any."""
    meta = request._request.META  # all headers together take longer to read
    if_match, if_none_match = meta.get("HTTP_IF_MATCH"), meta.get("HTTP_IF_NONE_MATCH")
    if if_match is None and if_none_match is None:
        return None

    def holds(version: int) -> bool:
        return (if_match is None or matches(if_match, version)) and (
            if_none_match is None or not matches(if_none_match, version)
        )

    return holds


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")
