"""The tab in a product's own settings area, without the admin around it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse, set_script_prefix
from django.utils import timezone, translation

from entra_scim.connection import guide_links
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EnvironmentRole,
    ProvisioningEvent,
    ReleasedUser,
)
from entra_scim.tab.urls import PAGES
from tests.support.factories import RoleFactory, UserFactory
from tests.support.tab import (
    administrator,  # noqa: F401
    client_for,
    guide_link,
    permissions,
    provision,
    saved,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.support.own_pages")]


def url_of(environment, name="set_up", **arguments):
    arguments |= {"house": "house", "environment": environment.pk}
    return reverse(f"area:entra_tab:{name}", kwargs=arguments)


def urls_of(environment, ids):
    """Return the URLs of all pages, the name of each first."""
    return [
        (
            name,
            url_of(
                environment,
                name,
                **{one: ids[one] for one in re.findall(r":(\w+)>", route)},
            ),
        )
        for pages in PAGES.values()
        for name, (route, _page) in pages.items()
    ]


@pytest.fixture
def ids(contoso, scim):
    """What the pages of Contoso are about."""
    mark = ReleasedUser.objects.create(
        user=UserFactory(email="former@contoso.example"),
        environment=contoso,
        released_at=timezone.now(),
    )
    return {
        "key_id": AccessKey.objects.for_environment(contoso).get().pk,
        "role_id": RoleFactory(environment=contoso).pk,
        "person_id": provision(scim, "eve").pk,
        "released_id": mark.pk,
        "link_id": guide_links.create(contoso, by=None).pk,
    }


def test_an_administrator_sees_every_page(administrator, contoso, ids):  # noqa: F811
    for name, url in urls_of(contoso, ids):
        page = administrator.get(url)
        assert page.status_code in (200, 302, 405), name
        if page.status_code == 302:
            assert page["Location"].startswith(("/house/settings/", "/entra/")), name
        elif "<html" in page.text:
            assert "Contoso" in page.text
            links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
            inner = [link for link in links if not link.startswith("/static/")]
            assert all(link.startswith(("/house/", "/entra/")) for link in inner), inner


@pytest.fixture
def foreign_administrator(several_environments, fabrikam):
    user = UserFactory(email="it@fabrikam.example", environment=fabrikam, is_staff=True)
    user.user_permissions.add(*permissions("view", "change"))
    return client_for(user)


def test_another_environment_is_not_there(foreign_administrator, contoso, ids):
    """Whether it exists cannot be told."""
    events = ProvisioningEvent.objects.count()

    for name, url in urls_of(contoso, ids):
        missing = url.replace(f"/{contoso.pk}/", f"/{contoso.pk + 1000}/", 1)
        for method in ("get", "post"):
            answers = [
                getattr(foreign_administrator, method)(u) for u in (url, missing)
            ]
            assert [answer.status_code for answer in answers] == [404, 404], name
    assert ProvisioningEvent.objects.count() == events


def test_what_is_another_s_is_not_found_below_one_s_own(
    foreign_administrator, fabrikam, contoso, ids
):
    above = (url_of(contoso), url_of(fabrikam))
    urls = [url.replace(*above) for _name, url in urls_of(contoso, ids)]
    about_one = [url for url in urls if any(f"/{one}/" in url for one in ids.values())]

    answers = {url: foreign_administrator.get(url).status_code for url in about_one}

    assert len(answers) >= 8
    assert set(answers.values()) == {404}


def test_people_of_the_environment_without_a_right_see_nothing(contoso, ids):
    """A permission without belonging, or belonging without a permission."""
    clients = [client_for(UserFactory(email="b@contoso.example", environment=contoso))]
    if hasattr(contoso, "members"):
        stranger = UserFactory(email="it@elsewhere.example", is_staff=True)
        stranger.user_permissions.add(*permissions("view", "change"))
        clients.append(client_for(stranger))

    for client in clients:
        for name, url in urls_of(contoso, ids):
            assert client.get(url).status_code == 404, name
            assert client.post(url).status_code == 404, name


def test_who_may_only_look_changes_nothing(contoso, ids):
    user = UserFactory(email="view@contoso.example", environment=contoso)
    user.user_permissions.add(*permissions("view"))
    client = client_for(user)

    assert "Generate access key" not in text_of(client.get(url_of(contoso)))
    for name, url in urls_of(contoso, ids):
        assert client.post(url).status_code == 403, name
        assert client.get(url).status_code in (200, 302, 405), name
    assert not AccessKey.objects.exclude(pk=ids["key_id"]).exists()


def test_nobody_comes_in_without_signing_in(contoso, ids, settings):
    settings.LOGIN_URL = "login"
    for name, url in urls_of(contoso, ids):
        answer = Client().get(url)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/log-in/?next=/house/")


def test_posts_need_a_csrf_token(admin, contoso):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(url_of(contoso, "create_key")).status_code == 403
    assert not AccessKey.objects.exists()


def test_what_was_done_is_said_and_leads_back(administrator, contoso):  # noqa: F811
    """Save, create a role and a key, and see each message in the plain page."""
    done = administrator.post(url_of(contoso, "save_connection"), saved(), follow=True)
    assert "saved Application (client) ID" in text_of(done)
    assert EntraConnection.objects.get(environment=contoso).client_id

    done = administrator.post(
        url_of(contoso, "define_role"), {"role-value": "Viewer"}, follow=True
    )
    assert "created role Viewer" in text_of(done)
    assert EnvironmentRole.objects.for_environment(contoso).get().value == "Viewer"

    done = administrator.post(url_of(contoso, "create_key"), follow=True)
    assert "Secret token" in text_of(done)
    assert done.redirect_chain[-1][0] == url_of(contoso, "new_key")
    assert AccessKey.objects.for_environment(contoso).count() == 1


def test_an_old_session_proves_itself_again(administrator, contoso, clock):  # noqa: F811
    """Outside of the admin too."""
    clock.skip(minutes=11)

    refused = administrator.post(url_of(contoso, "create_key"), follow=True)

    assert "Enter your own password too." in text_of(refused)
    assert not AccessKey.objects.exists()


def test_the_language_is_that_of_the_address(administrator, contoso):  # noqa: F811
    with translation.override("nl"):  # and no request leaves its language behind
        url, people = url_of(contoso), url_of(contoso, "people")
        page = administrator.get(url)

    assert url.startswith("/nl/house/")
    assert '<html lang="nl">' in page.text
    assert f'href="{people}"' in page.text


def test_a_colleague_s_guide_is_below_it_too(administrator, contoso):  # noqa: F811
    shared = guide_link(administrator, url_of(contoso, "guide")).url

    assert shared.startswith("http://testserver/house/settings/")
    assert "Contoso" in Client().get(shared).text


def test_under_a_prefix_of_the_server(administrator, contoso):  # noqa: F811
    url, people = url_of(contoso), url_of(contoso, "people")

    set_script_prefix("/app/")  # as the server does at each request
    page = administrator.get(url)
    set_script_prefix("/")

    assert f'href="/app{people}"' in page.text


def test_where_the_product_has_another_template_language_alone(
    administrator,  # noqa: F811
    contoso,
    settings,
):
    """Our pages are rendered by an engine of our own, which has no name there."""
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.dummy.TemplateStrings",
            "DIRS": [],
            "APP_DIRS": True,
        }
    ]

    page = administrator.get(url_of(contoso))

    assert "Contoso" in text_of(page)
    assert "{%" not in page.text
