"""The guide for a colleague who has rights in Entra, and no account here."""

from __future__ import annotations

import datetime
import html
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone, translation

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, guide_links
from entra_scim.models import EntraConnection, GuideLink, ProvisioningEvent
from entra_scim.models.entra_connection import TRIAL
from entra_scim.models.guide_link import LIFETIME
from tests.support.factories import UserFactory
from tests.support.tab import (
    SECRET,
    client_for,
    guide_link,
    permissions,
    provision,
    saved,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db


def created(client, environment):
    return guide_link(client, tab(environment, "guide/"))


def revoke(client, environment, link):
    path = tab(environment, f"guide/links/{link.link.pk}/revoke/")
    return client.post(path, follow=True)


def gone(link):
    """Open a link that has ended, and return what the page says."""
    page = Client().get(link.url)
    assert page.status_code == 410
    content = page.content.decode()
    assert "<title>This link has expired</title>" in content
    return content


def test_a_colleague_sees_the_guide_alone(client, contoso, roles, scim):
    """Without signing in; no secret, no person, and no other environment's."""
    client.post(tab(contoso, "connection/"), saved())
    provision(scim, "eve", displayName="Eve Jones")

    page = Client().get(created(client, contoso).url)

    content = page.content.decode()
    assert page.status_code == 200
    assert f"<title>{contoso}: guide to Microsoft Entra</title>" in content
    assert "/?aadOptscim062020" in content
    assert "Uploader" in content
    assert SECRET not in content
    assert "Jones" not in content
    assert "csrf" not in content


def test_nobody_makes_a_link_up(client, contoso):
    link = created(client, contoso)
    number, _hyphen, _rest = link.url.rstrip("/").rpartition("/")[2].partition("-")
    made_up = link.url.replace(f"/{number}-", f"/{int(number) + 1}-")

    for url in (made_up, link.url[:-2] + "/", link.url.replace(".", "")):
        page = Client().get(url)
        assert page.status_code == 404
        assert "This link does not work" in page.content.decode()


def test_a_link_of_before_a_restore_opens_no_other(client, contoso, fabrikam):
    """A database that was restored gives the same numbers once more."""
    link = created(client, contoso)
    number = link.link.pk
    link.link.delete()
    later = timezone.now() + datetime.timedelta(seconds=1)
    GuideLink.objects.create(pk=number, environment=fabrikam, created_at=later)

    assert str(fabrikam) not in gone(link)


def test_a_link_expires(client, contoso):
    link = created(client, contoso)
    GuideLink.objects.update(created_at=timezone.now() - LIFETIME)

    assert "This link has expired" in gone(link)
    # The next one takes its place in the list, and nothing is kept for ever.
    created(client, contoso)
    assert not GuideLink.objects.filter(pk=link.link.pk).exists()
    assert "This link has expired" in gone(link)


def test_an_administrator_sees_who_created_it_and_revokes_it(client, admin, contoso):
    link = created(client, contoso)
    guide = tab(contoso, "guide/")
    assert f"By: {admin} · Valid until:" in text_of(client.get(guide))
    assert "Not opened yet" in text_of(client.get(guide))
    Client().get(link.url)
    assert "Last opened:" in text_of(client.get(guide))

    page = revoke(client, contoso, link)

    assert "revoked a link to the guide" in text_of(page)
    assert link.url not in page.content.decode()
    assert "ask the person who sent the link for a new one" in gone(link)
    assert "Nothing has changed." in text_of(revoke(client, contoso, link))
    kinds = ProvisioningEvent.objects.order_by("pk").values_list("kind", "actor")
    name = admin.get_username()
    assert [*kinds] == [("guide_link_created", name), ("guide_link_revoked", name)]


def test_openings_are_noted_once_a_minute(client, contoso):
    link = created(client, contoso)
    earlier = timezone.now() - datetime.timedelta(seconds=50)
    GuideLink.objects.update(last_opened_at=earlier)

    assert Client().get(link.url).status_code == 200

    assert GuideLink.objects.get().last_opened_at == earlier


def test_it_opens_where_nothing_can_be_written(client, contoso, caplog):
    """A colleague needs the guide, and not our note that they have read it."""
    link = created(client, contoso)

    def refuse(execute, sql, *arguments):
        if sql.startswith("UPDATE"):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        assert Client().get(link.url).status_code == 200

    assert GuideLink.objects.get().last_opened_at is None
    assert "Could not note that a link was opened" in caplog.text


def test_it_is_of_no_use_once_entra_is_set_up(client, admin, contoso, fabrikam):
    """Somebody confirms the activation, or the administrator turns it all off."""
    settings = configuration.connection_of(contoso)
    other = created(client, fabrikam)
    link = created(client, contoso)
    lifecycle.start_trial(settings, admin)
    assert Client().get(link.url).status_code == 200

    assert lifecycle.note_sign_in(settings, admin)

    assert "This link has expired" in gone(link)
    later = created(client, contoso)  # for who renews the secret
    assert Client().get(later.url).status_code == 200
    lifecycle.deactivate(settings, admin)
    gone(later)
    assert Client().get(other.url).status_code == 200


def test_a_failed_trial_leaves_it(client, admin, contoso):
    """Somebody has to look at Entra once more."""
    link = created(client, contoso)
    settings = configuration.connection_of(contoso)
    lifecycle.start_trial(settings, admin)
    EntraConnection.objects.update(activated_at=timezone.now() - TRIAL)
    settings.refresh_from_db()

    lifecycle.note_trial_end(settings)

    assert Client().get(link.url).status_code == 200


def test_who_may_only_look_gives_no_link(contoso):
    guide_links.create(contoso, by=None)
    viewer = UserFactory(
        email="view@contoso.example", environment=contoso, is_staff=True
    )
    viewer.user_permissions.add(*permissions("view"))

    page = client_for(viewer).get(tab(contoso, "guide/"))

    assert "Valid until:" in text_of(page)
    assert "Create link" not in text_of(page)
    assert "/guide/shared/" not in page.content.decode()


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("en", "Hello,"), ("nl", "Hallo,")],
)
def test_an_e_mail_is_a_click_away(client, contoso, language, greeting):
    """In the language of who writes it, without a script."""
    client.post(tab(contoso, "connection/"), saved())
    url = created(client, contoso).url
    with translation.override(language):  # for products without LocaleMiddleware
        page = client.get(tab(contoso, "guide/"), headers={"accept-language": language})
    link = page.context["guide_links"][0]

    assert html.escape(link.mail_url) in page.content.decode()
    values = parse_qs(urlsplit(link.mail_url).query, strict_parsing=True)
    [subject], [body] = values["subject"], values["body"]
    assert "Contoso" in subject
    lines = body.split("\r\n")
    assert lines[0] == greeting
    assert url in lines
    assert SECRET not in body
