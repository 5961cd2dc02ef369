"""The kit through its doors: the command, and the tab's guide."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from importlib.resources import files

import pytest
from django.core.management import CommandError, call_command

from entra_scim.connection import access_keys, configuration
from entra_scim.kit.document import LONGEST
from tests.support.factories import RoleFactory
from tests.support.issuer import Issuer
from tests.support.tab import saved, tab, text_of

from .conftest import SCHEMA

pytestmark = pytest.mark.django_db


def printed(environment, *arguments):
    """Return what the command prints for an environment."""
    output = io.StringIO()
    call_command(
        "entra_kit",
        str(environment.pk),
        "--url=https://product.example",
        *arguments,
        stdout=output,
        stderr=io.StringIO(),
    )
    return output.getvalue()


def test_the_command_prints_the_plan(contoso, roles):
    made = json.loads(printed(contoso, "--format=json", "--notify=it@contoso.example"))

    assert made["name"] == f"product.example ({contoso.pk})"
    assert {role["value"] for role in made["application"]["appRoles"]} == {*roles}
    assert made["application"]["logoutUrl"].startswith("https://product.example/")
    assert made["credentials"][0]["value"].endswith(f"/{contoso.pk}/")
    assert "it@contoso.example" in made["credentials"][2]["value"]


def test_what_is_connected_is_in_the_plan(contoso):
    """The application that the tab knows is used, and needs no second secret."""
    values = saved()
    configuration.save(
        configuration.connection_of(contoso),
        **{**values, "client_secret_expires_on": None},
    )

    made = json.loads(printed(contoso, "--format=json"))

    assert made["clientId"] == values["client_id"]
    assert made["tenantId"] == values["tenant_id"]
    assert made["needsSecret"] is False
    assert values["client_secret"] not in json.dumps(made)


@pytest.mark.parametrize(
    ("settings_of_project", "says"),
    [
        ({"ALLOWED_HOSTS": ["*"], "CSRF_TRUSTED_ORIGINS": []}, "--url"),
        ({"ALLOWED_HOSTS": ["a.example", "b.example"]}, "--url"),
    ],
    ids=["any", "several"],
)
def test_an_unknown_address_is_asked_for(contoso, settings, settings_of_project, says):
    for name, value in settings_of_project.items():
        setattr(settings, name, value)

    with pytest.raises(CommandError, match=says):
        call_command("entra_kit", str(contoso.pk))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--url=product.example"], "is not an address"),
        (["--url=https:///path"], "is not an address"),
        (["--deletion-threshold=0"], "1 or more"),
        (["--url=http://product.example"], "https only"),
    ],
)
def test_the_command_says_what_is_wrong(contoso, arguments, says):
    with pytest.raises(CommandError, match=says):
        printed(contoso, *arguments)


def test_a_federated_credential_is_in_the_plan(
    client, contoso, settings, tmp_path, entra_signing_keys
):
    """Where the product has one; where it gets none, the command and the tab say so."""
    issuer = Issuer(entra_signing_keys)
    issuer.url = "https://issuer.example"
    path = tmp_path / "token"
    path.write_text(issuer.assertion(), "utf-8")
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": str(path)}

    made = json.loads(printed(contoso, "--format=json"))

    assert made["federated"]["issuer"] == issuer.url
    assert made["federated"]["subject"] == issuer.subject
    path.unlink()
    with pytest.raises(CommandError, match="gets no assertion"):
        printed(contoso)
    query = {"format": "sh", "deletion_threshold": "50"}
    page = client.get(tab(contoso, "guide/kit/"), query, secure=True)
    assert "gets no assertion" in text_of(page)
    assert str(path) not in page.text


def test_the_only_address_of_the_product_is_taken(contoso, settings, capsys):
    settings.ALLOWED_HOSTS = ["product.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://product.example"]

    call_command("entra_kit", str(contoso.pk), "--format=json")

    made = json.loads(capsys.readouterr().out)
    assert made["credentials"][0]["value"].startswith("https://product.example/")


def test_the_script_is_the_program_that_is_tested_and_no_more(contoso):
    """The modules go in letter by letter, and bash leaves them alone."""
    RoleFactory(environment=contoso, value="$(touch$IFS/tmp/x)`'")
    _key, secret = access_keys.create(contoso)
    text = printed(contoso, "--format=sh")

    parts = dict(
        re.findall(
            r"^cat >\"\$folder/entra_kit/(\S+)\" <<'END_OF_FILE'\n(.*?)\nEND_OF_FILE$",
            text,
            re.MULTILINE | re.DOTALL,
        )
    )

    program = files("entra_scim.kit") / "program"
    for name, part in parts.items():
        if name != "plan.json":
            assert part == (program / name).read_text("utf-8").rstrip()
    assert json.loads(parts["plan.json"]) == json.loads(
        printed(contoso, "--format=json")
    )
    assert secret not in text


@pytest.mark.parametrize("tool", ["bash -n", "shellcheck -"])
def test_the_script_is_in_order(contoso, tool):
    if not shutil.which(tool.split()[0]):
        pytest.skip(f"There is no {tool.split()[0]} here.")
    done = subprocess.run(
        tool.split(), input=printed(contoso), text=True, capture_output=True
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("extension", ["sh", "ps1"])
def test_the_tab_gives_out_the_same_script(client, contoso, roles, extension):
    _key, secret = access_keys.create(contoso)

    response = client.get(
        tab(contoso, "guide/kit/"),
        {"format": extension, "deletion_threshold": "50", "notification_address": ""},
        secure=True,
        headers={"host": "product.example"},
    )

    assert response["Content-Disposition"] == (
        f'attachment; filename="entra-{contoso.pk}.{extension}"'
    )
    text = response.content.decode()
    assert text == printed(contoso, f"--format={extension}")
    assert secret not in text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"format": "sh", "deletion_threshold": "0"}, "greater than or equal to 1"),
        (
            {
                "format": "sh",
                "deletion_threshold": "5",
                "notification_address": "nobody",
            },
            "valid email",
        ),
        ({"format": "sh", "deletion_threshold": "5"}, "https only"),
    ],
    ids=["threshold", "address", "http"],
)
def test_the_guide_says_why_there_is_no_file(client, contoso, query, says):
    assert says in text_of(client.get(tab(contoso, "guide/kit/"), query))


def edited(client, environment, text):
    return client.post(tab(environment, "guide/schema/"), {"schema": text})


def test_the_tab_edits_a_schema(client, contoso):
    """For an administrator who may not run scripts."""
    # A browser sends the ends of lines so.
    pasted = SCHEMA.read_text("utf-8").replace("\n", "\r\n")

    page = edited(client, contoso, pasted)

    schema = json.loads(page.context["edited"].schema)
    groups = schema["synchronizationRules"][0]["objectMappings"][1]
    assert groups["enabled"] is False
    assert "externalId from [objectId]" in text_of(page)
    stages = page.context["stages"]
    assert stages["mapping"].is_open
    assert stages["people"].is_open  # One goes on there, without a click.
    again = edited(client, contoso, page.context["edited"].schema)
    assert "this schema has all that is needed" in text_of(again)


def test_a_schema_is_edited_where_entra_would_take_no_address(client, contoso):
    """Nor does a role that Entra cannot have matter to a mapping."""
    RoleFactory(environment=contoso, value="Prüfer")

    page = edited(client, contoso, SCHEMA.read_text("utf-8"))

    assert page.context["edited"].differences


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", "[" * 100_000, '{"a":' * 500 + "1" + "}" * 500],
    ids=["nothing", "part", "list", "empty", "deep", "deep-object"],
)
def test_what_is_not_a_schema_is_said_at_its_step(client, contoso, content):
    page = edited(client, contoso, content)

    assert page.context["stages"]["mapping"].is_open
    assert page.context["schema_form"].errors["schema"]


def test_a_foreign_environment_edits_no_schema(
    client, contoso, fabrikam, administrator
):
    url = tab(fabrikam, "guide/schema/")

    assert administrator.post(url, {"schema": "{}"}).status_code == 404
    assert administrator.get(url).status_code == 404
    assert client.get(tab(contoso, "guide/schema/")).url.endswith("#step-mapping")


def test_a_foreign_environment_has_no_kit(administrator, fabrikam):
    url = tab(fabrikam, "guide/kit/")

    assert administrator.get(url, {"format": "sh"}).status_code == 404
    assert administrator.post(url).status_code == 404


def test_the_command_edits_a_schema(contoso, tmp_path):
    edited = json.loads(printed(contoso, f"--schema={SCHEMA}"))

    assert edited["id"] == "scim.1"
    with pytest.raises(CommandError, match="Cannot read"):
        printed(contoso, "--schema=/nowhere/schema.json")
    path = tmp_path / "schema.json"
    path.write_bytes(b" " * (LONGEST + 1))
    with pytest.raises(CommandError, match="too large"):
        printed(contoso, f"--schema={path}")


def test_a_role_that_entra_cannot_have_is_refused(client, contoso):
    response = client.post(
        tab(contoso, "roles/"), {"role-value": "Prüfer", "role-group": ""}
    )

    assert "letters A to Z" in text_of(response)


def test_a_role_that_entra_cannot_have_is_marked(client, contoso):
    """One that was made before, or in code: it keeps its people."""
    role = RoleFactory(environment=contoso, value="Prüfer")

    assert "Entra cannot have this role" in text_of(client.get(tab(contoso)))
    unchanged = {"value": "Prüfer", "group": role.group_id}
    response = client.post(tab(contoso, f"roles/{role.pk}/"), unchanged)
    assert response.status_code == 302
