"""A product whose groups are not Django's: told at once, and nothing is mixed up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings_owngroups"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_check_says_so():
    """Before anything is served or migrated."""
    process = run("-m", "django", "check")

    assert process.returncode == 1
    assert "entra_scim.E020" in process.stderr


def test_no_team_is_taken_for_a_group():
    """Roles are refused; deactivation works; teams of the same number stay."""
    process = run("-m", "django", "story")

    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout) == {
        "role": "groups_elsewhere",
        "granting": [400, 0],
        "nobody is exempt": [True, False],
        "event": "groups_elsewhere",
        "leaving": [200, False],
        "teams": ["Secret"],
    }
