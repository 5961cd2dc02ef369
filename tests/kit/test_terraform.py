"""Terraform's configuration, as far as Terraform without its providers goes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from entra_scim.kit.plan import plan
from entra_scim.kit.program import changes
from entra_scim.kit.terraform import configuration

from .conftest import SCHEMA, wanted


def terraform(*arguments, folder, **options):
    if not shutil.which("terraform"):
        pytest.skip("There is no Terraform here.")
    return subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        **options,
    ).stdout


@pytest.fixture
def made():
    """A plan in which a role looks like a template of Terraform's."""
    return plan(wanted(roles=("Viewer", "${x}%{y}")))


def test_it_holds_the_plan_and_no_key(made):
    text = configuration(made, "entra-1234.tf")

    assert made["credentials"][0]["value"] in text
    assert '"$${x}%%{y}"' in text
    assert "@PLAN@" not in text


def test_it_is_in_terraforms_format(made, tmp_path):
    (tmp_path / "main.tf").write_text(configuration(made, "entra-1234.tf"))

    terraform("fmt", "-check", folder=tmp_path)


def test_it_edits_a_schema_as_the_script_does(made, schema, tmp_path):
    """The expressions are Terraform's own to evaluate."""
    text = configuration(made, "entra-1234.tf")
    here = re.search(r"(  plan = jsondecode.*?\nPLAN\n  \)\n)", text, re.DOTALL)[1]
    edit = re.search(r"# @BEGIN EDIT@\n(.*)  # @END EDIT@", text, re.DOTALL)[1]
    found = f'  found = jsondecode(file("{SCHEMA}"))\n  wanted = local.plan.schema\n'
    (tmp_path / "main.tf").write_text(f"locals {{\n{here}{found}{edit}}}\n", "utf-8")

    printed = terraform(
        "console", folder=tmp_path, input="jsonencode([local.plan, local.schema])"
    )

    (line,) = (line for line in printed.splitlines() if line.startswith('"'))
    read, edited = json.loads(json.loads(line))
    assert read == {name: made[name] for name in made if name != "steps"}
    for mapping in (
        schema["synchronizationRules"][0]["objectMappings"][0],
        edited["synchronizationRules"][0]["objectMappings"][0],
    ):
        mapping["flowTypes"] = made["schema"]["flowTypes"]
    assert edited == changes.schema(made["schema"], schema).body
