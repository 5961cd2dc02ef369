"""The forms that the kit has, by the names that people choose them by."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.text import slugify

from . import powershell, shell, terraform

FORMATS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "sh": shell.script,
    "ps1": powershell.script,
    "tf": terraform.configuration,
    "json": lambda plan, name: json.dumps(plan, indent=2) + "\n",
}


def file_name(environment_id: str, extension: str, prefix: str = "entra") -> str:
    """Return a name for a file of an environment, safe on every system."""
    return f"{prefix}-{slugify(environment_id) or 'environment'}.{extension}"
