"""Variables that a template of ours names and nobody gives it."""

from __future__ import annotations

import sys

from django.template.base import (
    FilterExpression,
    Node,
    Parser,
    Variable,
    VariableDoesNotExist,
)

OURS = "entra_scim"


class Hole(str):
    """Django's ``string_if_invalid``: raises where the template is one of ours.

    Templates of Django's admin name what only some of its pages have, so those stay
    as they are.
    """

    def __new__(cls):
        return super().__new__(cls, "%s")

    def __mod__(self, variable):
        template = _template_being_rendered()
        if template.startswith(OURS):
            raise AssertionError(f"{template} has no value for {variable}")
        return ""


class StrictExpression(FilterExpression):
    """An expression that conditions and loops do not take for nothing.

    Django reads a name that does not exist as None in ``{% if %}``, and as an empty
    list in ``{% for %}``: a misspelt one would hide what it is about, for good.
    """

    template = ""

    def resolve(self, context, ignore_failures=False):
        if ignore_failures and isinstance(self.var, Variable):
            try:
                self.var.resolve(context)
            except VariableDoesNotExist as hole:
                raise AssertionError(
                    f"{self.template} has no value for {self.token}"
                ) from hole
        return super().resolve(context, ignore_failures)


def look_into_conditions():
    """Let our templates be compiled with strict expressions."""

    def compile_filter(parser, token):
        template = parser.origin.template_name if parser.origin else None
        if not (template or "").startswith(OURS):
            return FilterExpression(token, parser)
        expression = StrictExpression(token, parser)
        expression.template = template
        return expression

    Parser.compile_filter = compile_filter


def _template_being_rendered():
    frame = sys._getframe()
    while frame := frame.f_back:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return node.origin.template_name or ""
    return ""
