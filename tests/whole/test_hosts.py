"""Products of other shapes than the example, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "host", ["area", "clinic", "desk", "guild", "members", "shoes", "teams"]
)
def test_a_product_of_another_shape(host):
    """One with organizations of its own, and one with attributes of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", f"tests.hosts.{host}"],
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": f"tests.hosts.{host}.settings"},
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 0, done.stderr
