"""The fields of the connection: what may be pasted, and when a secret expires."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from entra_scim.models import EntraConnection, ProvisioningEvent
from tests.support.tab import OBJECT_ID, saved, secret_of, tab, text_of

pytestmark = pytest.mark.django_db


def post(client, contoso, **changes):
    return client.post(tab(contoso, "connection/"), saved(**changes))


def test_the_term_of_entra_s_list_counts_from_today(client, contoso):
    """Nobody is warned too late because 180 days stood there already."""
    page = client.get(tab(contoso))
    assert not page.context["connection_form"]["client_secret_term"].value()
    assert not page.context["connection_form"]["client_secret_expires_on"].value()

    post(client, contoso, client_secret_expires_on="", client_secret_term="90")

    expires_on = timezone.localdate() + datetime.timedelta(days=90)
    settings = EntraConnection.objects.get()
    assert settings.client_secret_expires_on == expires_on
    text = text_of(client.get(tab(contoso)))
    assert f"a client secret that expires on {date_format(expires_on)}." in text


def test_the_date_of_a_secret_that_is_set(client, contoso):
    """It stays, or is corrected; a term would count from the wrong day."""
    values = saved()
    client.post(tab(contoso, "connection/"), values)
    kept = {**values, "client_secret": "", "client_secret_expires_on": ""}

    client.post(tab(contoso, "connection/"), {**kept, "cloud": "china"})
    refused = client.post(
        tab(contoso, "connection/"), {**kept, "client_secret_term": "90"}
    )

    settings = EntraConnection.objects.get()
    assert (
        settings.client_secret_expires_on.isoformat()
        == (values["client_secret_expires_on"])
    )
    assert "This counts from today." in text_of(refused)
    corrected = {**kept, "client_secret_expires_on": "2099-12-31"}
    client.post(tab(contoso, "connection/"), corrected)
    settings.refresh_from_db()
    assert settings.client_secret_expires_on.year == 2099


@pytest.mark.parametrize("field", ["client_id", "tenant_id"])
@pytest.mark.parametrize(
    "names",
    [
        (
            "Application (client) ID\n: ",
            "Object ID\n: ",
            "Directory (tenant) ID\n: ",
        ),
        ("Directory (tenant) ID:", "Object ID:", "Application (client) ID:"),
        ("Object-id : ", "Map-id (tenant) : ", "Toepassings-id (client) : "),
    ],
)
def test_lines_of_entra_s_overview_in_any_order(client, contoso, names, field):
    """Pasted into either field without a script; a browser joins the lines."""
    ids = {name: str(uuid.uuid4()) for name in names}
    text = "".join(f"{name}{value}" for name, value in ids.items())
    other = {"client_id": "tenant_id", "tenant_id": "client_id"}[field]

    post(client, contoso, **{field: text, other: ""})

    settings = EntraConnection.objects.get()
    [client_id] = [value for name, value in ids.items() if "client" in name]
    [tenant_id] = [value for name, value in ids.items() if "tenant" in name]
    assert (str(settings.client_id), str(settings.tenant_id)) == (
        client_id,
        tenant_id,
    )


@pytest.mark.parametrize(
    "pasted",
    ["Application (client) ID: {}", '"{}"\n', " {{{}}}\u200b", "{}\r\n\r\n"],
)
def test_what_comes_along_with_an_id(client, contoso, pasted):
    post(client, contoso, client_id=pasted.format(OBJECT_ID))

    assert str(EntraConnection.objects.get().client_id) == OBJECT_ID


def test_saving_goes_on_to_the_test(client, contoso):
    """By a page: a form that ends at Microsoft is blocked by a strict CSP."""
    values = saved(then="test")
    page = client.post(tab(contoso, "connection/"), values)

    assert page.status_code == 200
    assert f"url={tab(contoso, 'sign-in/test/')}" in page.content.decode()
    assert EntraConnection.objects.get().client_secret
    before = ProvisioningEvent.objects.count()
    again = client.post(tab(contoso, "connection/"), values | {"client_secret": ""})
    assert f"url={tab(contoso, 'sign-in/test/')}" in again.content.decode()
    assert ProvisioningEvent.objects.count() == before


def test_a_new_secret_may_expire_with_the_former_one(client, contoso):
    """Two that were created on one day do."""
    values = saved()
    client.post(tab(contoso, "connection/"), values)

    again = client.post(
        tab(contoso, "connection/"), {**values, "client_secret": "new~secret"}
    )

    assert again.status_code == 302
    assert secret_of(EntraConnection.objects.get()) == "new~secret"


@pytest.mark.parametrize("pasted", ["contoso.onmicrosoft.com", " contoso.example\n"])
def test_a_domain_in_place_of_the_tenants_id(client, contoso, pasted):
    page = post(client, contoso, tenant_id=pasted)

    assert "This is a domain of the directory, not its ID." in text_of(page)
    assert pasted.strip() in page.content.decode()


def shown_by(page):
    """Return what a browser sends back of a page on which nobody typed."""
    form = page.context["connection_form"]
    shown = {name: str(form[name].value() or "") for name in form.IDS}
    for name in [form[name].html_initial_name for name in form.IDS]:
        tag = re.search(f'<input type="hidden" name="{name}"[^>]*>', page.text)[0]
        value = re.search('value="([^"]*)"', tag)
        shown[name] = value[1] if value else ""
    return shown


@pytest.mark.parametrize("was_empty", [True, False])
def test_a_page_that_was_open_while_other_ids_were_saved(client, contoso, was_empty):
    """A new client secret does not bring the former IDs back."""
    if not was_empty:
        post(client, contoso)
    old = shown_by(client.get(tab(contoso)))
    new = saved(cloud="china")
    client.post(tab(contoso, "connection/"), new)

    post(client, contoso, **old, client_secret="another-secret")

    settings = EntraConnection.objects.get()
    assert str(settings.client_id) == new["client_id"]
    assert str(settings.tenant_id) == new["tenant_id"]
    assert settings.cloud == "china"
    assert secret_of(settings).reveal() == "another-secret"


def test_a_page_that_was_open_takes_what_was_typed(client, contoso):
    """Also after a refusal, which shows the form again."""
    old = shown_by(client.get(tab(contoso)))
    client.post(tab(contoso, "connection/"), saved())
    typed = {**old, "client_id": str(uuid.uuid4())}

    refused = post(client, contoso, **typed, client_secret_expires_on="2000-01-01")
    again = shown_by(refused)
    post(client, contoso, **again)

    assert again["client_id"] == typed["client_id"]
    assert str(EntraConnection.objects.get().client_id) == typed["client_id"]
