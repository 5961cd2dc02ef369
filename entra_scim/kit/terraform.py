"""Terraform's configuration: ``azuread``, and ``msgraph`` for what that lacks."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def configuration(plan: dict[str, Any], name: str) -> str:
    """Return the configuration that carries out a plan; it asks for the access key."""
    template = (files(__package__) / "main.tf").read_text("utf-8")
    steps = {key: value for key, value in plan.items() if key != "steps"}
    # What begins a template in Terraform's texts is written twice.
    text = json.dumps(steps, indent=2).replace("${", "$${").replace("%{", "%%{")
    return template.replace("@PLAN@", text)
