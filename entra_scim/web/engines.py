"""Which template engine renders our pages: products have several, of any kind."""

from __future__ import annotations

import functools

from django.template import TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates

_ONE_OF_OURS = "entra_scim/page.html"


def engine() -> DjangoTemplates:
    """Return the engine that renders our pages.

    It is the first one in ``TEMPLATES`` that speaks Django's template language and
    finds them, so that products can override them and add context. A shortcut
    that asks every engine by turns would give our pages to Jinja2. Where no engine
    finds them, such as in a product with Jinja2 alone, it is one of our own.
    """
    for candidate in engines.all():
        if isinstance(candidate, DjangoTemplates) and _finds_ours(candidate):
            return candidate
    return _own()


def _finds_ours(candidate: DjangoTemplates) -> bool:
    try:
        candidate.get_template(_ONE_OF_OURS)
    except TemplateDoesNotExist:
        return False
    return True


@functools.cache
def _own() -> DjangoTemplates:
    return DjangoTemplates(
        {"NAME": "entra_scim", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}}
    )
