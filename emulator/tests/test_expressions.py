"""Expressions of attribute mappings."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_emulator.provisioning.expressions import (
    ExpressionError,
    evaluate,
    parse,
    role_function,
)
from entra_emulator.provisioning.roles import RoleFunction
from entra_emulator.provisioning.targets import Target, TargetError

SWITCH = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'


def value_of(text, **source):
    return evaluate(parse(text), source)


@pytest.mark.parametrize(
    ("text", "source", "value"),
    [
        ("mail", {"mail": "a@b.example"}, "a@b.example"),
        ("[mail]", {"mail": "a@b.example"}, "a@b.example"),
        ("mail", {}, None),
        (
            "Join",
            {"Join": "a bare word is an attribute"},
            "a bare word is an attribute",
        ),
        ('"blue"', {}, "blue"),
        (r'"say \"hi\""', {}, 'say "hi"'),
        (SWITCH, {"IsSoftDeleted": False}, "True"),
        (SWITCH, {"IsSoftDeleted": True}, "False"),
        (SWITCH, {"IsSoftDeleted": None}, None),
        (
            'Join(" ", [givenName], [surname])',
            {"givenName": "A", "surname": "B"},
            "A B",
        ),
        ('Join(" ", [givenName], [surname])', {"givenName": "A"}, "A"),
        ('Join(" ", [givenName], [surname])', {}, None),
        ('Join("", Join("-", [a], [b]), "x")', {"a": "1", "b": "2"}, "1-2x"),
    ],
)
def test_expressions_have_values(text, source, value):
    assert value_of(text, **source) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Switch(",
        "Switch([a]",
        "Switch([a] [b])",
        "Mid([a], 1, 2)",
        "[a] [b]",
        '"open',
        "[a b]",
        ")",
        "Switch([a])",
        "AppRoleAssignmentsComplex([a], [b])",
        "AppRoleAssignmentsComplex[x]",
    ],
)
def test_what_cannot_be_read_is_refused(text):
    """With words that say where."""
    with pytest.raises(ExpressionError, match=r"\w"):
        parse(text)


@given(st.text(max_size=40))
def test_no_text_does_harm(text):
    """It is an expression or refused, and so is a target attribute."""
    with contextlib.suppress(ExpressionError):
        evaluate(parse(text), {})
    with contextlib.suppress(TargetError):
        Target.parse(text)


@pytest.mark.parametrize("function", RoleFunction)
def test_functions_of_app_roles_are_recognised(function):
    assert role_function(parse(f"{function}([appRoleAssignments])")) == function
    assert role_function(parse("[appRoleAssignments]")) is None


@pytest.mark.parametrize(
    "path",
    [
        "userName",
        "name.givenName",
        'emails[type eq "work"].value',
        'roles[primary eq "True"].value',
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
        'urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value',
    ],
)
def test_what_is_written_can_be_read(path):
    resource = {}
    target = Target.parse(path)
    assert target.read(resource) is None

    target.write(resource, "x")

    assert target.read(resource) == "x"
