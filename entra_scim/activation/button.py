"""Where the button "Microsoft Entra" of a sign-in page leads to."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from entra_scim.web import names

from . import lifecycle


def sign_in_url(next_url: str = "") -> str:
    """Return where people sign in with Entra, to go on to ``next_url``, or "".

    It is empty while nobody can: show no button then. For pages that cannot load a
    template tag, such as those of Jinja2 or of a program in the browser.
    """
    try:
        url = reverse(names.full("entra_scim_oidc:sign-in"))
    except NoReverseMatch:
        return ""
    if not lifecycle.is_anybody_active():
        return ""
    return f"{url}?{urlencode({'next': next_url})}" if next_url else url
