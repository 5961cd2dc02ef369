"""What the pages of the tab use."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def entra_url(context: dict[str, Any], name: str, *args: Any) -> str:
    """Return the URL of a page of the same environment's tab, wherever that is."""
    url: str = context["view"].url(name, *args)
    return url
