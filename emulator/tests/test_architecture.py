"""Which module may import which, and how long one may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import entra_emulator

ROOT = Path(entra_emulator.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def name_of(module):
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_it_knows_no_product(module):
    """It plays Entra to any server: what it shared with one, it could not check."""
    assert "entra_scim" not in module.read_text()


PAGES = {
    "identity/pages.py",
    "identity/urls.py",
    "pages.py",
    "urls.py",
    "web.py",
}
"""The Django project. What it shows, and what tests use, knows nothing of it."""


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_django_is_for_pages_alone(module):
    """A process has one Django project, and that may be the product's."""
    name = name_of(module)
    if name in PAGES or name.startswith("portal/"):
        return

    text = module.read_text()

    assert "import django" not in text
    assert "from django" not in text


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_have_one_page_of_purpose(module):
    """Past some three hundred lines, a module is two things."""
    assert len(module.read_text().splitlines()) <= 320


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_are_at_the_top(module):
    inner = [
        node
        for function in ast.walk(ast.parse(module.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inner == []


def test_every_module_is_found():
    """The tests above have something to look at."""
    assert {"identity", "portal", "provisioning"} <= {
        module.relative_to(ROOT).parts[0] for module in MODULES
    }
