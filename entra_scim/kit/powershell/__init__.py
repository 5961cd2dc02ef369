"""The script for PowerShell: the plan, and a program that sends its requests.

The program is written a second time, since PowerShell on Windows has no Python beside
it. It can send what the plan names and nothing else: each request is looked up there
before it is sent, and what is wanted is read from there alone.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_PARTS = (
    "head.ps1",
    "graph.ps1",
    "changes.ps1",
    "application.ps1",
    "provisioning.ps1",
    "proofs.ps1",
    "undo.ps1",
    "main.ps1",
)


def script(plan: dict[str, Any], name: str) -> str:
    """Return the script that carries out a plan; ``name`` is the file's."""
    folder = files(__package__)
    program = "".join((folder / part).read_text("utf-8") for part in _PARTS)
    # Letters beyond ASCII are escaped: PowerShell takes some quotation marks of other
    # languages for its own. No line of JSON begins with what ends the text.
    return program.replace("@NAME@", name).replace("@PLAN@", json.dumps(plan, indent=1))
