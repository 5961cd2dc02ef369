from __future__ import annotations

import ast
from pathlib import Path

import pytest

import entra_scim
from entra_scim.conf import SETTINGS

ROOT = Path(entra_scim.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

BASE = {
    "authorities",
    "caching",
    "characters",
    "conf",
    "dialect",
    "document",
    "engines",
    "exceptions",
    "explanations",
    "keys",
    "searchable",
    "prefetches",
    "secrecy",
    "sign_in_codes",
    "sign_in_explanations",
    "signals",
}
DATA = {
    "database_errors",
    "encryption",
    "migrations",
    "models",
    "prepared",
    "prepared_writes",
    "transactions",
}
INTERFACES = {
    "admin",
    "backends",
    "forms",
    "management",
    "middleware",
    "oidc",
    "routers",
    "scim",
    "testing",
}
WIRING = {"apps", "checks", "receivers"}
"""What Django calls when it starts. It may import anything."""


def part_of(module):
    """Return the name of a module's part: the folder or file in the package's root."""
    part = module.relative_to(ROOT).parts[0].removesuffix(".py")
    # Django finds template tags there only; these are the admin's.
    return "admin" if part == "templatetags" else part


def layer_of(part):
    """Return how high a part is: imports point down."""
    if part in BASE:
        return 0
    if part in DATA:
        return 1
    return 3 if part in INTERFACES | WIRING else 2


def imported_parts(module):
    """Return the parts of the package that a module imports."""
    package = ("entra_scim", *module.relative_to(ROOT).parts[:-1])
    parts = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                start = package[: len(package) - node.level + 1]
                base = ".".join((*start, base)).rstrip(".")
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        parts |= {n.split(".")[1] for n in names if n.startswith("entra_scim.")}
    return parts


def name_of(module):
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_point_down(module):
    """Interfaces over the domain over the data over the base; nothing sideways."""
    part = part_of(module)
    if part in WIRING:
        return
    for other in imported_parts(module) - {part}:
        assert layer_of(other) <= layer_of(part), f"{part} imports {other}"
        assert not {part, other} <= INTERFACES, f"{part} imports {other}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_local_entra_is_for_tests_alone(module):
    """A production install has no identity provider that signs in anybody."""
    if part_of(module) != "testing":
        assert "from entra_emulator" not in module.read_text()
        assert "import entra_emulator" not in module.read_text()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_are_at_the_top(module):
    """Except in AppConfig.ready, when the models are there at last."""
    inner = [
        node
        for function in ast.walk(ast.parse(module.read_text()))
        if isinstance(function, ast.FunctionDef) and function.name != "ready"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inner == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_domain_knows_no_http(module):
    """Nor does what lies below it."""
    if layer_of(part_of(module)) == 3:
        return

    text = module.read_text()

    assert "django.http" not in text
    assert "rest_framework" not in text


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_settings_are_read_by_conf_alone(module):
    """One place that knows their names and defaults; checks tell of them."""
    names = [
        node.args[1].value
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "getattr"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    ]
    attributes = {
        node.attr
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }

    assert part_of(module) == "conf" or not SETTINGS & {*names, *attributes}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_have_one_page_of_purpose(module):
    """Past some three hundred lines, a module is two things."""
    if part_of(module) != "migrations":
        assert len(module.read_text().splitlines()) <= 320


def test_every_module_is_found():
    """The tests above have something to look at."""
    assert {"scim", "models", "provisioning.py"} <= {
        module.relative_to(ROOT).parts[0] for module in MODULES
    }
    assert imported_parts(ROOT / "scim" / "adapters.py") >= {"provisioning", "models"}
