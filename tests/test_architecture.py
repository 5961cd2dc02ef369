"""Which room may import which, and how long a module may be."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import entra_scim
from entra_scim.conf import SETTINGS

ROOT = Path(entra_scim.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
HERE = Path(__file__).parent
TESTS = sorted(
    module for module in HERE.rglob("*.py") if "node_modules" not in module.parts
)
OURS = "entra_scim."
LINES = 320
PUBLIC_ALL_THE_SAME = {"_default_manager", "_fields", "_meta"}
"""Django's and Python's own, in spite of their names."""

FLOORS = (
    ("conf", "logs", "secrecy", "signals", "text", "web"),
    ("exceptions", "document"),
    ("dialect", "explanations"),
    ("database",),
    ("models",),
    ("policy",),
    ("story",),
    ("accounts",),
    ("roles",),
    ("sign_in",),
    ("people",),
    ("connection",),
    ("activation",),
    ("diagnosis", "environments"),
    ("kit",),
)
"""The rooms below the interfaces, from the ground up. Nothing goes up or sideways."""
INTERFACES = {
    "access",
    "admin",
    "allauth",
    "backends",
    "forms",
    "management",
    "middleware",
    "oidc",
    "routers",
    "scim",
    "tab",
    "testing",
}
WIRING = {"apps", "checks", "receivers"}
"""What Django calls when it starts. It may import anything."""
TOP = len(FLOORS)
ON_OTHER_INTERFACES = {"admin", "management"}
"""The one shows the tab's pages, the other asks Entra what a sign-in asks it."""


def part_of(module):
    """Return the name of a module's part: the folder or file in the package's root."""
    part = module.relative_to(ROOT).parts[0].removesuffix(".py")
    if part == "templatetags":  # where Django finds them, and nowhere else
        return "admin" if module.stem == "entra_scim_admin" else "tab"
    return part


def floor_of(part):
    """Return how high a part is: imports point down."""
    if part in ON_OTHER_INTERFACES:
        return TOP + 1
    if part in INTERFACES | WIRING:
        return TOP
    [floor] = [n for n, parts in enumerate(FLOORS) if part in parts]
    return floor


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


def name_of_test(module):
    return str(module.relative_to(HERE))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_point_down(module):
    """Each room stands on those below it, and the interfaces on all of them."""
    part = part_of(module)
    if part in {*WIRING, "__init__", "migrations"}:
        return
    for other in imported_parts(module) - {part}:
        assert floor_of(other) < floor_of(part), f"{part} imports {other}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_local_entra_is_for_tests_alone(module):
    """A production install has no identity provider that signs in anybody."""
    if part_of(module) != "testing":
        assert "from entra_emulator" not in module.read_text()
        assert "import entra_emulator" not in module.read_text()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_admin_is_imported_by_its_own_room_alone(module):
    """Everything else works in products that do not have it."""
    if part_of(module) != "admin":
        imported = r"^\s*(?:from|import) (?:django\.contrib|entra_scim|\.\.).*\badmin\b"
        assert re.findall(imported, module.read_text(), re.M) == []


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
def test_migrations_import_no_code_of_the_app(module):
    """But its settings: what a migration imports must stay as it was."""
    if part_of(module) == "migrations":
        assert imported_parts(module) <= {"conf"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_domain_knows_no_http(module):
    """Nor does what lies below it."""
    part = part_of(module)
    if part in {"__init__", "migrations"} or floor_of(part) >= TOP:
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
        assert len(module.read_text().splitlines()) <= LINES


def imported_names(module):
    """Return what a test imports by its full names: ``tests.support.tab.saved``."""
    names = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("module", TESTS, ids=name_of_test)
def test_tests_are_as_long_as_modules_at_most(module):
    assert len(module.read_text().splitlines()) <= LINES


@pytest.mark.parametrize("module", TESTS, ids=name_of_test)
def test_no_test_imports_another(module):
    """What several of them use is in ``tests/support/``."""
    parts = [part for name in imported_names(module) for part in name.split(".")[:-1]]

    assert not [part for part in parts if part.startswith("test_")]


@pytest.mark.parametrize("module", TESTS, ids=name_of_test)
def test_what_is_private_is_left_alone(module):
    """A test that needs a bound finds a public one, and puts the clock forward."""
    tree = ast.parse(module.read_text())
    imported = [name for name in imported_names(module) if name.startswith(OURS)]
    ours = {name.split(".")[-1] for name in imported}
    used = {name.split(".")[-1] for name in imported} | {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in ours
    }
    used |= {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "setattr"
        and getattr(node.args[0], "id", "") in ours
        and isinstance(node.args[1], ast.Constant)
    }

    private = {name for name in used if re.match(r"_[^_]", name)}

    assert private <= PUBLIC_ALL_THE_SAME


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_transactions_are_opened_in_one_way(module):
    """With the database named, the isolation set, and deadlocks repeated."""
    if part_of(module) == "database":
        return
    used = {
        node.attr
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute)
    }

    assert not used & {
        "atomic",
        "on_commit",
        "savepoint",
        "select_for_update",
        "set_autocommit",
        "set_rollback",
    }


SEAMS = {
    "django_scim": "scim/django_scim2.py",
    "mozilla_django_oidc": "oidc/mozilla.py",
}
"""Where we meet libraries that were made for one provider or directory."""


@pytest.mark.parametrize("library", SEAMS)
def test_a_library_is_met_in_one_file(library):
    importing = [
        name_of(module)
        for module in MODULES
        if re.search(rf"^\s*(from|import) {library}\b", module.read_text(), re.M)
    ]

    assert importing == [SEAMS[library]]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_state_of_rows_is_left_to_django(module):
    """What is new and what is not is told by what is called, not by a private flag.

    But for those who write and read rows in Django's place.
    """
    if part_of(module) != "database":
        assert "._state" not in module.read_text()


def test_every_module_is_found():
    """The tests above have something to look at."""
    assert {"scim", "models", "people"} <= {
        module.relative_to(ROOT).parts[0] for module in MODULES
    }
    assert imported_parts(ROOT / "scim" / "adapters.py") >= {"people", "models"}
    assert {"scim", "support", "whole"} <= {
        module.relative_to(HERE).parts[0] for module in TESTS
    }
