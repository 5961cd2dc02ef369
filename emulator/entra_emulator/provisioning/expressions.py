"""Expressions of attribute mappings, as far as provisioning of people needs them.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .roles import RoleFunction

_TOKEN = re.compile(
    r'\s*(?:"(?P<text>(?:[^"\\]|\\.)*)"|\[(?P<attribute>\w+)\]|(?P<name>\w+)|(?P<sign>[(),]))'
)


class ExpressionError(Exception):
    """An expression cannot be read. The text says where."""


@dataclass(frozen=True)
class Attribute:
    """The value of an attribute of the person: ``[givenName]``."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A text, or the empty argument of a function."""

    text: str | None


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Expression, ...]


Expression = Attribute | Constant | Call


def parse(text: str) -> Expression:
    """Return the tree of an expression, or of the bare name of an attribute.

    Raises:
        ExpressionError: It is none, or uses a function that is not played here.
    """
    if re.fullmatch(r"\w+", text.strip()):
        return Attribute(text.strip())
    tokens = _tokens(text)
    expression, rest = _parsed(tokens)
    if rest:
        raise ExpressionError(f"Nothing can follow after the expression: {text}")
    return expression


def evaluate(expression: Expression, source: Mapping[str, Any]) -> Any:
    """Return the value of an expression for a person's source attributes.

    Roles come as :class:`RoleFunction`'s, with the assigned app roles; they take
    another form in each request.
    """
    match expression:
        case Attribute(name):
            return source.get(name)
        case Constant(text):
            return text
        case Call(name, arguments):
            return _FUNCTIONS[name](*[evaluate(a, source) for a in arguments])


def role_function(expression: Expression) -> RoleFunction | None:
    """Return which function maps app roles, if the expression is one."""
    if isinstance(expression, Call) and expression.name in set(RoleFunction):
        return RoleFunction(expression.name)
    return None


def _tokens(text: str) -> list[re.Match[str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ExpressionError(f"Not understood: {text[position:]}")
        tokens.append(token)
        position = token.end()
    return tokens


def _parsed(
    tokens: Sequence[re.Match[str]],
) -> tuple[Expression, Sequence[re.Match[str]]]:
    if not tokens:
        raise ExpressionError("The expression ends too early.")
    first, rest = tokens[0], tokens[1:]
    if first["text"] is not None:
        return Constant(re.sub(r"\\(.)", r"\1", first["text"])), rest
    if first["attribute"]:
        return Attribute(first["attribute"]), rest
    if first["sign"] in (",", ")"):
        return Constant(None), tokens
    if not rest or rest[0]["sign"] != "(" or first["name"] not in _FUNCTIONS:
        raise ExpressionError(f"There is no function {first['name'] or first['sign']}.")
    arguments: list[Expression] = []
    rest = rest[1:]
    while True:
        argument, rest = _parsed(rest)
        arguments.append(argument)
        sign = rest[0]["sign"] if rest else None
        rest = rest[1:]
        if sign == ")":
            return _call(first["name"], arguments), rest
        if sign != ",":
            raise ExpressionError(f"A comma or ) is missing in {first['name']}.")


def _call(name: str, arguments: list[Expression]) -> Call:
    try:
        inspect.signature(_FUNCTIONS[name]).bind(*arguments)
    except TypeError as error:
        raise ExpressionError(f"{name}: {error}.") from None
    return Call(name, tuple(arguments))


def _switch(source: Any, default: Any, *pairs: Any) -> Any:
    if source is None:
        return default
    choices = dict(zip(pairs[::2], pairs[1::2], strict=False))
    return choices.get(str(source), default)


def _join(separator: str, *values: Any) -> str | None:
    return (separator or "").join(str(value) for value in values if value) or None


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Switch": _switch,
    "Join": _join,
    **{function.value: (lambda assigned: assigned) for function in RoleFunction},
}
