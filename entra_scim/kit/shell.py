"""The script for Azure Cloud Shell: the program as it is tested here, and the plan."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_HEAD = """\
#!/usr/bin/env bash
# Sets up Microsoft Entra for one environment of your product. Read it, then run it in
# Azure Cloud Shell (bash), signed in as an Application Administrator:
#
#   bash {name} --check    lists what differs, and changes nothing
#   bash {name}            changes what differs; a second run changes nothing
#   bash {name} --undo     takes back what it made, and nothing else
#   bash {name} --help     says what else there is
#
# It holds no secret. It asks for the SCIM access key when it needs it, and sends it to
# Entra only. What it wants is in plan.json below; the steps begin in steps.py.
set -euo pipefail

for tool in az python3; do
  command -v "$tool" >/dev/null || {{ echo "$tool is missing: run this in Azure Cloud Shell." >&2; exit 2; }}
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/entra_kit"
"""

_TAIL = """
cd "$folder"
python3 -m entra_kit "$@"
"""

_MODULES = (
    "__init__.py",
    "steps.py",
    "application.py",
    "registration.py",
    "provisioning.py",
    "saved.py",
    "changes.py",
    "proofs.py",
    "run.py",
    "undo.py",
    "graph.py",
    "__main__.py",
)


def script(plan: dict[str, Any], name: str) -> str:
    """Return the script that carries out a plan; ``name`` is the file's."""
    parts = {"plan.json": json.dumps(plan, indent=1)}
    folder = files(__package__) / "program"
    for module in _MODULES:
        parts[module] = (folder / module).read_text("utf-8")
    return "".join(
        (
            _HEAD.format(name=name),
            *(_file(part, text) for part, text in parts.items()),
            _TAIL,
        )
    )


def _file(name: str, text: str) -> str:
    # Quoted, so that bash leaves the text alone. No line of JSON or of the modules is
    # the word that ends it.
    return f"\ncat >\"$folder/entra_kit/{name}\" <<'END_OF_FILE'\n{text.rstrip()}\nEND_OF_FILE\n"
