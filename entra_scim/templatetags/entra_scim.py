"""The tag that shows the button on a product's sign-in page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse

from entra_scim.activation import lifecycle

register = template.Library()


@register.inclusion_tag("entra_scim/sign_in_button.html", takes_context=True)
def entra_sign_in_button(context: dict[str, Any]) -> dict[str, Any]:
    """Show the button "Microsoft Entra" on a sign-in page, if anybody can use it.

    It leads to ``next`` of the page's context, where there is one.
    """
    try:
        url = reverse("entra_scim_oidc:sign-in")
    except NoReverseMatch:
        return {"shown": False}
    if target := context.get("next"):
        url += "?" + urlencode({"next": target})
    return {"shown": lifecycle.is_anybody_active(), "url": url}
