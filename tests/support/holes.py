"""Variables that a template of ours names and nobody gives it."""

from __future__ import annotations

import sys

from django.template.base import Node


class Hole(str):
    """Django's ``string_if_invalid``: raises where the template is one of ours.

    Templates of Django's admin name what only some of its pages have, so those stay
    as they are.
    """

    def __new__(cls):
        return super().__new__(cls, "%s")

    def __mod__(self, variable):
        template = _template_being_rendered()
        if template.startswith("entra_scim"):
            raise AssertionError(f"{template} has no value for {variable}")
        return ""


def _template_being_rendered():
    frame = sys._getframe()
    while frame := frame.f_back:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return node.origin.template_name or ""
    return ""
