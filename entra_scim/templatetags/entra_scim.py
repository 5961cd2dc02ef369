"""The tag that shows the button on a product's sign-in page."""

from __future__ import annotations

from typing import Any

from django import template

from entra_scim.activation.button import sign_in_url

register = template.Library()


@register.inclusion_tag("entra_scim/sign_in_button.html", takes_context=True)
def entra_sign_in_button(context: dict[str, Any]) -> dict[str, Any]:
    """Show the button "Microsoft Entra" on a sign-in page, if anybody can use it.

    It leads to ``next`` of the page's context, where there is one.
    """
    url = sign_in_url(context.get("next") or "")
    return {"shown": bool(url), "url": url}
