"""The script for PowerShell, as far as its text goes: nothing here can run it."""

from __future__ import annotations

import json
import re

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser, Query, QueryCursor

from entra_scim.kit.plan import plan
from entra_scim.kit.powershell import script

from .conftest import wanted

POWERSHELL = Language(tree_sitter_powershell.language())


@pytest.fixture
def made():
    """A plan whose values look like PowerShell, and like its quotation marks."""
    return plan(wanted()) | {
        "secretName": "Sign-in \u2019 to",
        "name": "'@; \u201cx\u201d",
    }


@pytest.fixture
def text(made):
    return script(made, "entra-1234.ps1")


def found(text, pattern, name="it"):
    """Return what a query finds in a script, as texts."""
    tree = Parser(POWERSHELL).parse(text.encode())
    nodes = QueryCursor(Query(POWERSHELL, pattern)).captures(tree.root_node)
    return [node.text.decode() for node in nodes.get(name, [])]


def commands(text, name):
    return [
        command
        for command in found(text, "(command) @it")
        if command.partition(" ")[0] == name
    ]


def requests_of(made):
    return {
        request
        for step in made["steps"]
        for kind in ("reads", "writes", "undoes")
        for request in step[kind]
    }


def test_it_is_powershell(text):
    """Nor does any value of the plan break out of the plan."""
    tree = Parser(POWERSHELL).parse(text.encode())

    assert not tree.root_node.has_error
    assert found("if (1 {", "(ERROR) @it")


def test_it_holds_the_plan(text, made):
    """In ASCII: some letters of other languages are quotation marks to PowerShell."""
    (here,) = found(text, "(verbatim_here_string_characters) @it")

    assert text.isascii()
    assert json.loads(here.removeprefix("@'").removesuffix("'@")) == json.loads(
        json.dumps(made)
    )
    assert "@PLAN@" not in text
    assert "./entra-1234.ps1 -Check" in text


def test_it_sends_each_request_of_the_plan_and_no_other(text, made):
    """By one command that looks them up in the plan before it sends them."""
    sent = commands(text, "Send-Request")
    named = {
        re.match(r"Send-Request '((?:[^']|'')*)'", command)[1].replace("''", "'")
        for command in sent
    }

    assert named == requests_of(made)
    assert len(commands(text, "Invoke-MgGraphRequest")) == 1
    assert not re.search(r"Invoke-(WebRequest|RestMethod|Expression)", text)


def test_each_step_of_the_plan_is_there(text, made):
    table = text.partition("$Steps = @{\n")[2].partition("}\n\n")[0]

    assert re.findall(r"(\w+) +=", table) == [step["name"] for step in made["steps"]]


def test_each_command_is_its_own_or_one_that_is_known(text):
    """So that a misspelt name does not wait for an administrator to find it."""
    own = set(found(text, "(function_statement (function_name) @it)"))
    used = set(found(text, "(command command_name: (_) @it)"))
    used -= {"$Steps[$current['name']]"}

    assert used - own == {
        "Connect-MgGraph",
        "ConvertFrom-Json",
        "ConvertTo-Json",
        "ForEach-Object",
        "Get-Content",
        "Get-MgContext",
        "Get-MgEnvironment",
        "Invoke-MgGraphRequest",
        "Join-Path",
        "New-Item",
        "Read-Host",
        "Remove-Item",
        "Set-Content",
        "Set-StrictMode",
        "Sort-Object",
        "Start-Sleep",
        "Test-Path",
        "Where-Object",
        "Write-Host",
    }
    assert own <= used


def test_each_variable_is_set_somewhere(text):
    """PowerShell takes one that nobody set for nothing."""
    used = {name.lower() for name in found(text, "(variable) @it")}
    set_here = {
        name.lower()
        for pattern in (
            "(assignment_expression (left_assignment_expression) @it)",
            "(script_parameter (variable) @it)",
            "(foreach_statement (variable) @it)",
        )
        for name in re.findall(r"\$\w+", " ".join(found(text, pattern)))
    }

    assert used - set_here <= {
        *("$_", "$true", "$false", "$null", "$home", "$script:check", "$script:appid"),
        *("$env:entra_kit_folder", "$env:entra_kit_access_key"),
        "${word}",
        "${status}",
        "${kind}",
        "@parameters",
    }


def test_the_access_key_is_typed_unseen_and_kept_nowhere(text):
    """It is in no command that shows or writes."""
    (asked,) = commands(text, "Read-Host")
    shown = [
        command
        for name in ("Write-Host", "Set-Content", "Save-Note")
        for command in commands(text, name)
    ]

    assert asked.endswith("-MaskInput")
    assert not [one for one in shown if re.search(r"\$(key|secret)\b(?!\[)", one)]


def test_json_is_written_in_its_whole_depth(text):
    """Two levels, which PowerShell writes if told nothing, lose a schema."""
    for command in commands(text, "ConvertTo-Json"):
        flat = re.search(r"@\{[^@]*\}\)?$", command)
        assert "-Depth 100" in command or flat, command


def test_a_function_is_called_without_commas(text):
    """Which would make one list of the arguments."""
    own = found(text, "(function_statement (function_name) @it)")

    for name in own:
        for command in commands(text, name):
            assert not re.match(rf"{name} [^@{{(\"']*, ", command), command
