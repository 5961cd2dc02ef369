"""What the documents say works, and their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings as project_settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, find_commands, load_command_class
from django.utils.module_loading import import_string

from entra_scim.conf import SETTINGS, conf
from entra_scim.connection import access_keys
from entra_scim.models import ProvisioningEvent
from tests.support.factories import GroupFactory, RoleFactory

OBJECT_ID = "b7f2ad1c-38b4-4a6d-8d9d-1a2b3c4d5e6f"

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def python_of(path, containing):
    """Return the first Python block of a document that contains a text."""
    text = (ROOT / path).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if containing in block)


@pytest.fixture
def module_of(monkeypatch):
    """Run a document's Python as a module, so that a setting can name what is in it."""

    def run(path, containing, **names):
        module = ModuleType("documented")
        vars(module).update(names)
        monkeypatch.setitem(sys.modules, "documented", module)
        exec(python_of(path, containing), vars(module))
        return module

    return run


@pytest.fixture
def product(several_environments):
    """The names that the examples take from their product."""
    environment = apps.get_model(conf.ENVIRONMENT_MODEL)
    return {
        "Environment": environment,
        "User": get_user_model(),
        "Membership": environment.members.through,
    }


@pytest.mark.django_db
def test_the_policy_of_the_readme_works(module_of, product, settings, contoso, scim):
    """What it creates belongs to the environment."""
    module_of("README.md", "class Policy", **product)
    settings.ENTRA_SCIM_POLICY = "documented.Policy"

    response = scim.post("/Users", {"userName": "eve@contoso.example"})

    assert response.status_code == 201
    assert contoso.members.get().email == "eve@contoso.example"


@pytest.mark.django_db
def test_the_policy_to_begin_with_works(module_of, settings, scim):
    """The page about a product's shape quotes its other classes from tested products."""
    module_of("docs/how-to/your-product.md", "class Policy")
    settings.ENTRA_SCIM_POLICY = "documented.Policy"

    response = scim.post("/Users", {"userName": "eve@contoso.example"})

    assert response.status_code == 201


@pytest.mark.django_db
def test_the_policy_of_the_documentation_works(
    module_of, product, settings, scim, monkeypatch
):
    """Seats, domains and job titles, as the example says."""
    monkeypatch.setattr(product["Environment"], "domains", ["contoso.example"], False)
    monkeypatch.setattr(
        product["Environment"],
        "seats_left",
        lambda self: 1 - self.members.count(),
        raising=False,
    )
    module_of("docs/how-to/write-a-policy.md", "class SeatsTaken", **product)
    settings.ENTRA_SCIM_POLICY = "documented.Policy"

    elsewhere = scim.post("/Users", {"userName": "eve@elsewhere.example"})
    first = scim.post("/Users", {"userName": "eve@contoso.example", "title": "Boss"})
    second = scim.post("/Users", {"userName": "late@contoso.example"})

    assert [elsewhere.status_code, first.status_code] == [400, 201]
    assert second.status_code == 400
    assert "All seats" in second.json()["detail"]
    assert ProvisioningEvent.objects.filter(reason="seats_taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_signal_of_the_documentation_works(module_of, scim):
    """The receiver hears of the person who was deactivated."""
    stopped = []

    class Export:
        class objects:
            @staticmethod
            def filter(owner):
                stopped.append(owner)
                return Export

        @staticmethod
        def update(paused):
            pass

    module = module_of("docs/reference/signals.md", "def stop_exports", Export=Export)
    created = scim.post("/Users", {"userName": "eve@contoso.example"}).json()
    scim.patch(
        f"/Users/{created['id']}", {"op": "Replace", "path": "active", "value": False}
    )

    assert stopped == [get_user_model().objects.get()]
    module.user_deactivated.disconnect(module.stop_exports)


@pytest.mark.django_db
def test_the_local_entra_of_the_documentation_works(
    module_of, local_entra, client, contoso
):
    """Ann is created and signed in without a browser, and is out when she leaves."""
    if not apps.is_installed("example_project.product"):
        pytest.skip("The paths are those of the example product.")
    RoleFactory(environment=contoso, value="Viewer", group=GroupFactory(name="Viewers"))
    _key, secret = access_keys.create(contoso)
    connect = module_of("docs/how-to/local-entra.md", "def connect").connect
    test = module_of(
        "docs/how-to/local-entra.md", "def test_ann"
    ).test_ann_comes_and_goes

    test(local_entra, connect, client, contoso, secret)


@pytest.mark.django_db
def test_the_document_of_the_documentation_can_be_applied(
    contoso, tmp_path, capsys, monkeypatch
):
    """By the commands of its page, in this order."""
    text = (ROOT / "docs/how-to/set-up-by-command.md").read_text(encoding="utf-8")
    [document] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "contoso.json"
    path.write_text(document)
    monkeypatch.setenv("CLIENT_SECRET", "not-a-secret~1")
    secret = ("--client-secret-env", "CLIENT_SECRET")

    call_command("entra_environment", "apply", str(contoso.pk), str(path), *secret)
    capsys.readouterr()
    call_command("entra_environment", "diff", str(contoso.pk), str(path))

    assert '"differences": []' in capsys.readouterr().out


def test_the_readme_lists_every_setting():
    """With its name and its default."""
    listed = re.findall(r"^\| `(ENTRA_SCIM_\w+)` \| (.*?) \|", README, re.MULTILINE)

    assert {name for name, _default in listed} == SETTINGS
    for name, default in listed:
        if default.startswith('`"') and not hasattr(project_settings, name):
            value = getattr(conf, name.removeprefix("ENTRA_SCIM_"))
            assert default == f'`"{value}"`'


def test_the_readme_lists_every_command():
    """With arguments that the command takes."""
    ours = find_commands(str(ROOT / "entra_scim" / "management"))
    table = README.partition("## Commands")[2]
    listed = re.findall(r"^\| `(entra_\w+) ?([^`]*)`", table, re.MULTILINE)

    assert {name for name, _arguments in listed} == set(ours)
    for name, arguments in listed:
        parser = load_command_class("entra_scim", name).create_parser("manage.py", name)
        if arguments.startswith("--"):
            parser.parse_args(shlex.split(arguments))


def test_contributing_lists_every_module():
    """Each in one row of the table that says what belongs in which layer."""
    rows = re.findall(r"^\| .*", CONTRIBUTING, re.MULTILINE)
    listed = re.findall(r"`([a-z_]+)/?`", "\n".join(rows))
    package = ROOT / "entra_scim"
    modules = {
        path.name.removesuffix(".py")
        for path in package.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert sorted(listed) == sorted(modules - {"__init__", "migrations"})


def test_whoever_asks_where_finds_a_file():
    """The table of the architecture answers each question with one that is there."""
    text = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Where do I")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| .* \|$", table, re.MULTILINE)[1:]

    assert len(rows) > 20
    for row in rows:
        [path] = re.findall(r"`([^`]+)`", row)
        assert (ROOT / path).is_file(), row


def test_links_lead_somewhere():
    """Every relative link of the documents names a file that is there."""
    for document in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("emulator/*.md"),
    ]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_readme_has_no_dead_links_where_it_is_published():
    """No files are beside it there: it names them."""
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    published = README
    for one in hook["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"][
        "substitutions"
    ]:
        published = re.sub(one["pattern"], one["replacement"], published)

    assert "](" not in published
    assert "Your product (`docs/how-to/your-product.md`) leads" in published
    assert "\n- `CONTRIBUTING.md`, `CHANGELOG.md`" in published


@pytest.mark.django_db
def test_the_policy_with_own_names_works(module_of, product, settings, scim, ann):
    """Ann is found by what the product knows, and keeps her username."""

    class MicrosoftAccount:
        """Accounts of a library, of which one is Ann's."""

        class objects:
            @staticmethod
            def filter(uid):
                return [ann.pk] if uid == OBJECT_ID else []

    class User:
        class objects:
            @staticmethod
            def filter(microsoft_accounts__in):
                return get_user_model().objects.filter(pk__in=microsoft_accounts__in)

    names = {**product, "User": User, "MicrosoftAccount": MicrosoftAccount}
    module = module_of("docs/how-to/write-a-policy.md", "def find_person", **names)
    base = import_string(conf.POLICY)
    module.Policy = type("Policy", (module.Policy, base), {})
    settings.ENTRA_SCIM_POLICY = "documented.Policy"

    new = {"userName": "Ann.New@Contoso.example", "externalId": OBJECT_ID}
    linked = scim.post("/Users", new)
    created = scim.post("/Users", {"userName": "Eve@Contoso.example"})

    assert [linked.status_code, created.status_code] == [201, 201]
    people = get_user_model().objects.order_by("pk").values_list("username", "email")
    assert people[0] == ("ann", "ann.new@contoso.example")
    assert people[1][0].startswith("user-")
    assert people[1][1] == "eve@contoso.example"
