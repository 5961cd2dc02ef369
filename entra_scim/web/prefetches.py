"""Requests that nobody waits for."""

from __future__ import annotations

from collections.abc import Mapping

_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_PURPOSES = ("prefetch", "prerender", "preview")


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Tell by its headers whether a request fetches a page that nobody asked for yet.

    Browsers and mail scanners do so ahead of a click. Such a request must use nothing
    up; answered with 503, the browser asks again when somebody comes
    (https://wicg.github.io/nav-speculation/prefetch.html).
    """
    return any(
        purpose in headers.get(name, "").lower()
        for name in _HEADERS
        for purpose in _PURPOSES
    )
