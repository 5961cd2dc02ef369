"""Who sees the tab, what it says, and what it changes."""

from __future__ import annotations

import csv
import datetime
import re
import socket
import sys
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import call_command
from django.core.signals import got_request_exception
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

import entra_scim
from entra_scim.activation import lifecycle
from entra_scim.admin import events as admin_events
from entra_scim.admin import paging, shared_guide
from entra_scim.conf import conf
from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.diagnosis import headcount, sign_in_health
from entra_scim.exceptions import VersionMismatch
from entra_scim.explanations.sign_in_texts import EXPLANATIONS
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EntraSession,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from entra_scim.people import erasure, search
from entra_scim.policy import ProvisioningPolicy
from entra_scim.sign_in import sign_ins
from entra_scim.story import events
from entra_scim.story.sentences import sentence_of
from tests.support.client import ScimClient
from tests.support.factories import (
    GroupFactory,
    OwnGroupFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SECRET = "abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"
OBJECT_ID = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"
ROLE = {"primary": False, "type": "WindowsAzureActiveDirectoryRole"}


def tab(environment, path=""):
    """Return the URL of an environment's tab, or of a page below it."""
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    name = f"admin:{options.app_label}_{options.model_name}_entra"
    return reverse(name, args=[environment.pk]) + path


def every_url(environment, ids):
    """Return the URLs of all pages of an environment's tab."""
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    model_admin = django_admin.site._registry[apps.get_model(conf.ENVIRONMENT_MODEL)]
    urls = []
    for pattern in model_admin.get_urls():
        if f"_{options.model_name}_entra" not in (pattern.name or ""):
            continue
        names = {*pattern.pattern.converters} - {"object_id"}
        arguments = {"object_id": environment.pk} | {name: ids[name] for name in names}
        urls.append(reverse(f"admin:{pattern.name}", kwargs=arguments))
    return urls


def client_for(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(admin):
    """Somebody who may do everything."""
    return client_for(admin)


@pytest.fixture
def administrator(several_environments, contoso):
    """Somebody who administers one environment."""
    user = UserFactory(email="it@contoso.example", environment=contoso, is_staff=True)
    user.user_permissions.add(*permissions("view", "change"))
    return client_for(user)


def permissions(*actions):
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    return Permission.objects.filter(
        content_type__app_label=options.app_label,
        codename__in=[f"{action}_{options.model_name}" for action in actions],
    )


def text_of(response):
    """Return what a page says, without its tags."""
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split()).replace("&#x27;", "'")


def secret_of(settings):
    return credentials.in_use(settings).client_secret


def provision(scim, local_part, **attributes):
    response = scim.post(
        "/Users", {"userName": f"{local_part}@contoso.example", **attributes}
    )
    assert response.status_code == 201, response.content
    return ProvisionedUser.objects.get(pk=response.json()["id"])


def saved(**changes):
    expires = timezone.localdate() + datetime.timedelta(days=200)
    return {
        "client_id": str(uuid.uuid4()),
        "tenant_id": str(uuid.uuid4()),
        "cloud": "global",
        "client_secret": SECRET,
        "client_secret_expires_on": expires.isoformat(),
        **changes,
    }


def mail_through(settings, host, port):
    """Let mail go through a server."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    if hasattr(settings, "MAILERS"):  # Django 6.1
        options = {"host": host, "port": port}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND = backend
        settings.EMAIL_HOST, settings.EMAIL_PORT = host, port


class TestWhoMayComeIn:
    PATHS = (
        "",
        "guide/",
        "people/",
        "people/local/",
        "events/",
        "keys/new/",
        "later/",
        "codes/",
    )

    def test_an_administrator_sees_their_own(self, administrator, contoso):
        for path in self.PATHS:
            page = administrator.get(tab(contoso, path), follow=True)
            assert page.status_code == 200
            assert "Contoso" in page.content.decode()

    def test_another_environment_is_not_there(
        self, administrator, fabrikam, foreign_scim
    ):
        """Whether it exists cannot be told."""
        person = foreign_scim.post("/Users", {"userName": "x@fabrikam.example"}).json()
        key = AccessKey.objects.for_environment(fabrikam).get()
        role = RoleFactory(environment=fabrikam)
        nobody = fabrikam.pk + 1000
        paths = (
            *self.PATHS,
            f"people/{person['id']}/",
            f"people/{person['id']}/release/",
            f"keys/{key.pk}/revoke/",
            f"roles/{role.pk}/",
            f"roles/{role.pk}/delete/",
        )
        for path in paths:
            url = tab(fabrikam, path)
            missing = url.replace(f"/{fabrikam.pk}/", f"/{nobody}/")
            answers = [administrator.get(url), administrator.get(missing)]
            assert [answer.status_code for answer in answers] == [404, 404]
        for path in ("connection/", "keys/", "roles/", *paths[6:]):
            assert administrator.post(tab(fabrikam, path)).status_code == 404
        key.refresh_from_db()
        assert key.revoked_at is None
        assert ProvisionedUser.objects.filter(pk=person["id"]).exists()
        assert AccessKey.objects.for_environment(fabrikam).count() == 1

    def test_what_is_another_s_is_not_found_below_one_s_own(
        self, client, contoso, fabrikam, foreign_scim
    ):
        """Not even by somebody who may see both."""
        person = foreign_scim.post("/Users", {"userName": "x@fabrikam.example"}).json()
        key = AccessKey.objects.for_environment(fabrikam).get()
        role = RoleFactory(environment=fabrikam)
        user = UserFactory(email="former@fabrikam.example")
        mark = ReleasedUser.objects.create(
            user=user, environment=fabrikam, released_at=timezone.now()
        )
        for path in (
            f"people/{person['id']}/",
            f"people/{person['id']}/release/",
            f"people/released/{mark.pk}/",
            f"keys/{key.pk}/revoke/",
            f"roles/{role.pk}/",
            f"roles/{role.pk}/delete/",
        ):
            assert client.get(tab(contoso, path)).status_code == 404
            assert client.post(tab(contoso, path)).status_code in (404, 405)
        assert "x@fabrikam.example" not in text_of(client.get(tab(contoso, "people/")))
        assert "x@fabrikam.example" not in text_of(client.get(tab(contoso, "events/")))

    def test_who_may_only_look_changes_nothing(self, contoso, roles, scim):
        person = provision(scim, "eve")
        user = UserFactory(
            email="view@contoso.example", environment=contoso, is_staff=True
        )
        user.user_permissions.add(*permissions("view"))
        client = client_for(user)
        key = AccessKey.objects.get()

        page = client.get(tab(contoso))

        assert "Generate access key" not in text_of(page)
        for path in (
            "connection/",
            "keys/",
            "roles/",
            f"keys/{key.pk}/revoke/",
            f"roles/{roles['Viewer'].pk}/",
            f"roles/{roles['Viewer'].pk}/delete/",
            f"people/{person.pk}/release/",
        ):
            assert client.post(tab(contoso, path)).status_code == 403
        assert EnvironmentRole.objects.count() == 3

    def test_every_page_keeps_strangers_out(
        self, administrator, contoso, fabrikam, foreign_scim
    ):
        """Whatever page is added, and whatever they send."""
        person = provision(foreign_scim, "eve")
        mark = ReleasedUser.objects.create(
            user=UserFactory(email="former@fabrikam.example"),
            environment=fabrikam,
            released_at=timezone.now(),
        )
        ids = {
            "key_id": AccessKey.objects.for_environment(fabrikam).get().pk,
            "role_id": RoleFactory(environment=fabrikam).pk,
            "person_id": person.pk,
            "released_id": mark.pk,
        }
        viewer = UserFactory(
            email="view@fabrikam.example", environment=fabrikam, is_staff=True
        )
        viewer.user_permissions.add(*permissions("view"))
        looking = client_for(viewer)
        staff = client_for(UserFactory(email="staff@fabrikam.example", is_staff=True))
        events = ProvisioningEvent.objects.count()
        urls = every_url(fabrikam, ids)
        assert len(urls) > 20

        for url in urls:
            for method in ("get", "post"):
                foreign = getattr(administrator, method)(url)
                assert foreign.status_code == 404, url
                nobody = getattr(staff, method)(url)
                assert nobody.status_code in (403, 404), url
                anonymous = getattr(Client(), method)(url)
                assert anonymous.status_code == 302, url
                assert "/login/" in anonymous["Location"]
            assert looking.post(url).status_code == 403, url
            assert looking.get(url).status_code in (200, 302, 405), url
        assert ProvisioningEvent.objects.count() == events
        assert not LogEntry.objects.exists()

    def test_staff_without_permission_and_strangers_stay_out(self, contoso):
        staff = UserFactory(email="staff@contoso.example", is_staff=True)

        assert client_for(staff).get(tab(contoso)).status_code in (403, 404)
        assert Client().get(tab(contoso)).status_code == 302

    def test_posts_need_a_csrf_token(self, admin, contoso):
        client = Client(enforce_csrf_checks=True)
        client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")

        assert client.post(tab(contoso, "keys/")).status_code == 403
        assert not AccessKey.objects.exists()

    def test_the_environment_has_tabs(self, client, contoso):
        """Each leads to the other."""
        change = tab(contoso).replace("/entra/", "/change/")

        assert f'href="{tab(contoso)}"' in client.get(change).content.decode()
        assert "../change/" in client.get(tab(contoso)).content.decode()


class TestConnection:
    def post(self, client, contoso, **changes):
        return client.post(tab(contoso, "connection/"), saved(**changes))

    def test_what_was_pasted_is_cleaned_and_saved(self, client, contoso):
        """Spaces, quotes and braces come along; the secret is encrypted."""
        client_id, tenant_id = uuid.uuid4(), uuid.uuid4()

        response = self.post(
            client,
            contoso,
            client_id=f"  {{{client_id}}} ",
            tenant_id=f"\u200b'{str(tenant_id).upper()}'\n",
            client_secret=f" {SECRET}\t",
        )

        assert response.status_code == 302
        settings = EntraConnection.objects.get()
        assert (settings.client_id, settings.tenant_id) == (client_id, tenant_id)
        assert SECRET not in settings.client_secret
        assert secret_of(settings) == SECRET
        assert settings.client_secret_changed_at
        page = client.get(tab(contoso)).content.decode()
        assert SECRET not in page
        assert str(client_id) in page
        assert all(SECRET not in str(entry) for entry in LogEntry.objects.values())
        assert "client" in LogEntry.objects.get().change_message.lower()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"client_secret": str(uuid.uuid4())}, "This is the Secret ID."),
            ({"client_id": OBJECT_ID, "tenant_id": OBJECT_ID}, "once more"),
            ({"client_id": "my application"}, "This is no ID."),
            ({"client_secret_expires_on": ""}, "Enter the date"),
            ({"client_secret_expires_on": "2020-01-31"}, "This date is over."),
            ({"client_secret": "entra_scim_x"}, "This is the SCIM access key"),
            ({"cloud": "https://evil.example"}, "valid choice"),
        ],
    )
    def test_mistakes_are_explained(self, client, contoso, changes, message):
        """Nothing is saved; what was typed stays, but for the secret."""
        response = self.post(client, contoso, **changes)

        assert message in text_of(response)
        assert not EntraConnection.objects.exists()
        assert SECRET not in response.content.decode()
        if "client_id" not in changes:
            assert response.context["connection_form"]["client_id"].value()
        typed = changes.get("client_secret")
        assert not typed or f'value="{typed}"' not in response.content.decode()

    def test_a_report_of_an_error_shows_no_secret(self, client, contoso):
        """Neither by mail nor on a page."""
        request = self.post(client, contoso).wsgi_request

        reported = get_exception_reporter_filter(request).get_post_parameters(request)
        assert SECRET not in reported.values()

    def test_a_local_entra_is_where_one_begins(self, client, contoso, settings):
        """Where there is one, it is the cloud to begin with, and the guide leads to it."""
        assert "a local Entra" not in text_of(client.get(tab(contoso, "guide/")))
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = "http://127.0.0.1:9000"

        form = client.get(tab(contoso)).context["connection_form"]
        guide = client.get(tab(contoso, "guide/")).content.decode()

        assert form["cloud"].value() == "local"
        assert '<a href="http://127.0.0.1:9000">' in guide

        self.post(client, contoso)
        form = client.get(tab(contoso)).context["connection_form"]
        assert form["cloud"].value() == "global"

    def test_an_empty_secret_keeps_the_one_that_is_set(self, client, contoso):
        self.post(client, contoso)

        self.post(client, contoso, client_secret="", cloud="china")

        settings = EntraConnection.objects.get()
        assert settings.cloud == "china"
        assert secret_of(settings) == SECRET

    def test_a_new_secret_may_expire_with_the_former_one(self, client, contoso):
        """Two that were created on one day do."""
        values = saved()
        client.post(tab(contoso, "connection/"), values)

        again = client.post(
            tab(contoso, "connection/"), {**values, "client_secret": "new~secret"}
        )

        assert again.status_code == 302
        assert secret_of(EntraConnection.objects.get()) == "new~secret"

    def test_the_ids_may_come_first(self, client, contoso):
        """What was typed in one step is there in the next."""
        ids = saved(client_secret="", client_secret_expires_on="")
        assert client.post(tab(contoso, "connection/"), ids).status_code == 302

        page = client.get(tab(contoso))
        assert page.context["connection_form"]["client_id"].value()
        assert "Create a new client secret in Entra" in text_of(page)
        assert page.context["stages"]["connection"].is_open
        with_secret = saved(client_id=ids["client_id"], tenant_id=ids["tenant_id"])
        client.post(tab(contoso, "connection/"), with_secret)

        settings = EntraConnection.objects.get()
        assert str(settings.client_id) == ids["client_id"]
        assert secret_of(settings) == SECRET

    def test_a_lost_key_asks_for_the_secret_again(self, client, contoso, settings):
        """No page fails."""
        self.post(client, contoso)
        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        for path in ("", "guide/", "people/", "events/", "sign-in/", "keys/new/"):
            page = client.get(tab(contoso, path), follow=True)
            assert page.status_code == 200
            assert "Contoso" in page.content.decode()
        assert client.get(reverse("admin:index")).status_code == 200
        assert "can no longer be read" in text_of(client.get(tab(contoso)))
        assert "Paste the Value" in text_of(
            self.post(client, contoso, client_secret="")
        )
        assert self.post(client, contoso).status_code == 302
        assert "can no longer" not in text_of(client.get(tab(contoso)))

    def test_a_report_of_a_mistake_tells_no_secret(self, client, contoso, settings):
        """Django mails tracebacks with the values of variables."""
        settings.DEBUG = False
        settings.ENTRA_SCIM_ENCRYPTION_KEYS = ["no key"]
        reports = []

        def report(request, **kwargs):
            reporter = ExceptionReporter(request, *sys.exc_info())
            reports.append(reporter.get_traceback_html())

        got_request_exception.connect(report)
        client.raise_request_exception = False
        response = self.post(client, contoso, client_secret=SECRET)
        got_request_exception.disconnect(report)

        assert response.status_code == 500
        [text] = reports
        assert "Fernet key must be" in text
        assert SECRET not in text

    def test_a_lost_key_while_active(self, client, contoso, settings):
        """Nobody can sign in, so what is saved is used at once."""
        self.post(client, contoso)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        former = EntraConnection.objects.get()
        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        self.post(client, contoso, tenant_id=str(former.tenant_id))

        assert secret_of(EntraConnection.objects.get()) == SECRET
        assert "can no longer be read" not in text_of(client.get(tab(contoso)))

    def test_a_certificate_is_made_for_an_application(self, client, contoso):
        """Which both IDs name; before, the page says so."""
        page = client.post(tab(contoso, "sign-in/certificate/"), follow=True)

        assert "Save both IDs under Connection first." in text_of(page)
        assert not EntraConnection.objects.exclude(certificate="").exists()

    def test_a_changed_connection_that_cannot_be_read_any_more(
        self, client, contoso, settings
    ):
        """Because the key is lost: it no longer waits, and the tab says what is."""
        tenant_id = str(uuid.uuid4())
        self.post(client, contoso, tenant_id=tenant_id)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        self.post(client, contoso, tenant_id=tenant_id)
        assert "A changed connection waits" in text_of(client.get(tab(contoso)))

        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        text = text_of(client.get(tab(contoso)))
        assert "A changed connection waits" not in text
        assert "The client secret can no longer be read." in text

    def test_a_secret_of_another_environment_cannot_be_read(
        self, client, contoso, fabrikam
    ):
        """Even if its row is copied."""
        self.post(client, contoso)
        EntraConnection.objects.update(environment=fabrikam)

        assert "can no longer be read" in text_of(client.get(tab(fabrikam)))


class TestAccessKeys:
    def test_a_key_is_shown_once(self, client, contoso):
        """And kept nowhere: not in the log, the session or the history."""
        response = client.post(tab(contoso, "keys/"), follow=True)

        content = response.content.decode()
        [secret] = re.findall(r'value="(entra_scim_\w+)"', content)
        assert "/?aadOptscim062020" in content  # what goes with it, on one page
        assert access_keys.authenticate(str(contoso.pk), secret)
        assert "no-store" in response["Cache-Control"]
        again = client.get(tab(contoso, "keys/new/"), follow=True)
        assert secret not in again.content.decode()
        assert "shown once only" in text_of(again)
        assert secret not in str(list(client.session.items()))
        assert secret not in str(list(LogEntry.objects.values()))
        assert AccessKey.objects.get().created_by == get_user_model().objects.get(
            is_superuser=True
        )

    def test_the_waiting_key_is_encrypted(self, client, contoso):
        client.post(tab(contoso, "keys/"))

        assert "entra_scim_new_key" in client.session
        assert "entra_scim_" not in client.session["entra_scim_new_key"]

    def test_a_key_waits_for_its_own_environment(self, client, contoso, fabrikam):
        client.post(tab(contoso, "keys/"))

        assert client.get(tab(fabrikam, "keys/new/")).status_code == 302

    def test_revoking_asks_first(self, client, contoso, scim):
        """And says what the last key means."""
        key = AccessKey.objects.get()
        page = tab(contoso, f"keys/{key.pk}/revoke/")

        assert "It is the last key." in text_of(client.get(page))
        assert scim.get("/Users").status_code == 200
        client.post(page)
        assert client.post(page).status_code == 302

        assert scim.get("/Users").status_code == 401
        assert "revoked" in text_of(client.get(tab(contoso)))
        kind = ProvisioningEvent.Kind.KEY_REVOKED
        assert ProvisioningEvent.objects.filter(kind=kind).count() == 1


class TestRoles:
    def add(self, client, contoso, value, group=""):
        return client.post(
            tab(contoso, "roles/"), {"role-value": value, "role-group": group}
        )

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("", "This field is required."),
            ("two words", "no spaces"),
            ("a,b", "no commas"),
            ("Viewer", "There is a role of this name already."),
            ("x" * 300, "at most 255"),
        ],
    )
    def test_mistakes_are_explained(self, client, contoso, roles, value, message):
        response = self.add(client, contoso, value)

        assert message in text_of(response)
        assert EnvironmentRole.objects.count() == 3

    def test_names_match_exactly(self, client, contoso, roles):
        """viewer is not Viewer."""
        assert self.add(client, contoso, "viewer", roles["Viewer"].group.pk)
        assert EnvironmentRole.objects.filter(group=roles["Viewer"].group).count() == 2

    def test_an_unknown_value_becomes_a_role_with_one_click(
        self, client, contoso, scim
    ):
        """It takes effect at once."""
        person = provision(scim, "eve", roles=[{**ROLE, "value": "Auditor"}])
        group = OwnGroupFactory(name="Readers", environment=contoso)
        page = text_of(client.get(tab(contoso)))
        assert "Auditor 1 person" in page

        self.add(client, contoso, "Auditor", group.pk)

        assert list(person.user.groups.all()) == [group]
        assert "that no role has" not in text_of(client.get(tab(contoso)))

    def test_a_value_that_can_be_no_role(self, client, contoso, scim):
        """As a display name: no button promises what cannot be."""
        provision(scim, "eve", roles=[{**ROLE, "value": "Sales Manager"}])

        page = client.get(tab(contoso))

        assert "Sales Manager 1 person No role can have this name." in text_of(page)
        assert "Make role Sales Manager" not in page.content.decode()

    def test_renaming_and_deleting_take_effect_at_once(
        self, client, contoso, roles, scim
    ):
        person = provision(scim, "eve", roles=[{**ROLE, "value": "Viewer"}])
        url = tab(contoso, f"roles/{roles['Viewer'].pk}/")
        group = roles["Viewer"].group

        client.post(url, {"value": "Reader", "group": group.pk})
        assert not person.user.groups.exists()
        client.post(url, {"value": "Viewer", "group": group.pk})
        assert person.user.groups.get() == group

        confirmation = text_of(client.get(f"{url}delete/"))
        assert "1 person loses the group Viewer" in confirmation
        client.post(f"{url}delete/")
        assert not person.user.groups.exists()
        assert LogEntry.objects.count() == 3

    def test_a_role_is_not_renamed_to_what_no_role_can_be(self, client, contoso, roles):
        """The page keeps what was typed, and says what is wrong with it."""
        role = roles["Viewer"]
        url = tab(contoso, f"roles/{role.pk}/")

        page = client.post(url, {"value": "Head clerk", "group": role.group_id})

        assert "A role name has no spaces" in text_of(page)
        assert 'value="Head clerk"' in page.content.decode()
        role.refresh_from_db()
        assert role.value == "Viewer"

    def test_roles_are_counted_by_active_people(self, client, contoso, roles, scim):
        for name, active in (("eve", True), ("max", True), ("off", False)):
            provision(
                scim, name, active=active, roles=[{**ROLE, "value": "Viewer,Uploader"}]
            )

        page = text_of(client.get(tab(contoso)))

        assert re.search(r"Viewer Viewer has no permissions: [\w ]+ 2 ", page)
        assert re.search(r"Authorizer Authorizer [\w: ]+ 0 ", page)


class TestPeople:
    def test_why_somebody_has_a_role(self, client, contoso, roles, scim):
        person = provision(
            scim, "eve", roles=[{**ROLE, "value": "Viewer,Nope"}], displayName="Eve"
        )
        page = tab(contoso, f"people/{person.pk}/")

        text = text_of(client.get(page))
        assert "Viewer,Nope Viewer Viewer Yes" in text
        assert "Viewer,Nope Nope – No: no role has this name here" in text
        assert "Eve: account created" in text

        scim.patch(
            f"/Users/{person.pk}", {"op": "Replace", "path": "active", "value": False}
        )
        text = text_of(client.get(page))
        assert "No access:" in text
        assert "No: the person is inactive" in text

    def test_somebody_who_was_made_inactive_here(self, client, contoso, scim):
        """Entra does not notice, so the page says how to put it right."""
        person = provision(scim, "eve", active=True)
        get_user_model().objects.filter(pk=person.user.pk).update(is_active=False)

        text = text_of(client.get(tab(contoso, f"people/{person.pk}/")))

        assert "No access: Entra says that this person has access, but" in text

    def test_pages_agree_about_who_is_active(self, client, contoso, scim):
        """By one rule: Entra gives access, and the account is active."""
        eve = provision(scim, "eve", active=True)
        max = provision(scim, "max", active=True)
        may = provision(scim, "may", active=False)
        accounts = get_user_model().objects
        accounts.filter(pk=max.user.pk).update(is_active=False)
        accounts.filter(pk=may.user.pk).update(is_active=True)

        def found(status):
            page = client.get(tab(contoso, "people/"), {"status": status})
            return {person.pk for person in page.context["found"]}

        assert found("active") == {eve.pk}
        assert found("inactive") == {max.pk, may.pk}
        people = text_of(client.get(tab(contoso, "people/")))
        assert people.count(" Active ") == people.count(" Inactive here ") + 1
        steps = client.get(tab(contoso)).context["steps"]
        [detail] = [step.detail for step in steps if step.code == "people"]
        assert detail == "3 people, active: 1"

        def access(person):
            return text_of(client.get(tab(contoso, f"people/{person.pk}/")))

        assert "No access:" not in access(eve)
        assert "No access: Entra says that this person has access, but" in access(max)
        assert "activated here, which gives no access" in access(may)

    def test_somebody_whose_last_change_was_refused(self, client, contoso, scim):
        """Their page says what Entra would change, until it did."""
        eve, max = provision(scim, "eve"), provision(scim, "max")
        change = {"op": "Replace", "path": "userName", "value": "max@contoso.example"}
        scim.patch(f"/Users/{eve.pk}", change)
        page = tab(contoso, f"people/{eve.pk}/")

        assert "its last change was refused" in text_of(client.get(page))
        other = client.get(tab(contoso, f"people/{max.pk}/"))
        assert "its last change was refused" not in text_of(other)
        scim.patch(f"/Users/{eve.pk}", {**change, "value": "eve2@contoso.example"})
        assert "its last change was refused" not in text_of(client.get(page))

    def test_a_lost_link_is_reported(self, client, contoso, scim):
        """Once, it passes by itself; again and again, it does not."""
        url, codes = f"/Users/{uuid.uuid4()}", []
        for _cycle in range(3):
            scim.get(url)
            findings = client.get(tab(contoso)).context["findings"]
            codes.append([finding.code for finding in findings])

        assert codes == [[], [], ["not_found"]]
        assert "restart provisioning in Entra" in text_of(client.get(tab(contoso)))

    def test_people_are_found(self, client, contoso, scim):
        """By name or address, and by status."""
        name = {"givenName": "Eve", "familyName": "Jones"}
        provision(scim, "eve", name=name, displayName="The Director")
        provision(scim, "max", active=False)

        def found(**query):
            page = client.get(tab(contoso, "people/"), query)
            return sorted(p.attributes["userName"][:3] for p in page.context["found"])

        assert found() == ["eve", "max"]
        assert found(q="EVE@") == ["eve"]
        assert found(q="jones eve") == found(q="Director") == ["eve"]
        assert found(q="evel") == found(q="ones") == found(q="eve max") == []
        assert found(status="inactive") == ["max"]
        assert found(status="nonsense") == ["eve", "max"]
        assert found(q="nobody") == []
        nobody = client.get(tab(contoso, "people/"), {"q": "a b"}).content.decode()
        assert "events/?kind=refused&amp;person=a%20b" in nobody
        assert "people/local/?q=a%20b" in nobody
        assert found(p="nonsense") == ["eve", "max"]

    def test_somebody_whom_entra_no_longer_manages(self, client, contoso, scim, ann):
        """Their page says so, and unlinking them takes no access."""
        person = provision(scim, "ann", externalId=OBJECT_ID)
        page = tab(contoso, f"people/{person.pk}/")
        told = "Entra no longer manages this account"
        assert told not in text_of(client.get(page))
        ann.is_superuser = True
        ann.save()

        assert told in text_of(client.get(page))
        assert "keeps its access" in text_of(client.get(f"{page}release/"))
        client.post(f"{page}release/")

        ann.refresh_from_db()
        assert ann.is_active
        assert not ProvisionedUser.objects.exists()

    def test_people_are_listed_by_name(self, client, contoso, scim):
        """Page by page, as far as somebody reads; then they search."""
        for number in (3, 1, 2):
            provision(scim, f"p{number}", displayName=f"Person {number}")
        provision(scim, "zoe", displayName="ZOË Élodie")

        def names(**query):
            page = client.get(tab(contoso, "people/"), query)
            return [person.display_name for person in page.context["found"]]

        assert names() == ["Person 1", "Person 2", "Person 3", "ZOË Élodie"]
        assert names(q="ÉLODIE") == names(q="ZOE@") == ["ZOË Élodie"]
        assert names(q="p%") == names(q="p_1") == []
        person = ProvisionedUser.objects.get(search_text__contains="person 2")
        change = {"op": "Replace", "path": "displayName", "value": "Anna"}
        scim.patch(f"/Users/{person.pk}", change)
        assert names()[0] == "Anna"
        assert names(q="anna") == ["Anna"]

    def test_lists_are_paged_as_far_as_somebody_reads(
        self, client, contoso, scim, monkeypatch
    ):
        monkeypatch.setattr(paging, "PAGE_SIZE", 2)
        for number in range(5):
            provision(scim, f"p{number}")

        def page(number):
            response = client.get(tab(contoso, "people/"), {"p": number})
            found = response.context["found"]
            return [one.attributes["userName"][:2] for one in found], text_of(response)

        assert page(1)[0] == ["p0", "p1"]
        assert page(3)[0] == page(99)[0] == ["p4"]
        assert "5 people" in page(1)[1]
        monkeypatch.setattr(paging, "MOST", 4)
        assert page(99)[0] == ["p2", "p3"]
        assert "More than 4 people. Search by name" in page(1)[1]

    def test_people_are_found_by_the_beginning_of_each_word(
        self, client, contoso, scim
    ):
        """What nobody's word begins with is not found, wherever else it is."""
        said = {"displayName": "Anne-Marie  de Vries", "nickName": "Rie"}
        name = {"givenName": "Anne-Marie", "familyName": "de Vries"}
        emails = [{"type": "work", "value": "am.vries@contoso.example"}]
        provision(scim, "eve", **said, name=name, emails=emails)
        provision(scim, "max", displayName="D'Arcy Ærø 李")
        provision(scim, "zed", displayName=f"{'long ' * 100}end")

        def found(text):
            page = client.get(tab(contoso, "people/"), {"q": text})
            return [one.attributes["userName"][:3] for one in page.context["found"]]

        for text in (
            *("anne", "MARIE", "de vr", "vries a", "marie DE", "rie", "am.vries@"),
            *("eve@contoso.example", "  Vries,  anne", "anne-marie de vries"),
        ):
            assert found(text) == ["eve"], text
        assert found("arcy") == found("æ") == found("李") == ["max"]
        assert found("long long") == ["zed"]
        for text in ("ries", "nne", "anne max", "contoso.example", "%", "'"):
            assert found(text) == [], text
        person = ProvisionedUser.objects.get(search_text__contains="anne")
        change = {"op": "Replace", "path": "displayName", "value": "A. Jansen Bakker"}
        scim.patch(f"/Users/{person.pk}", change)
        assert found("bakker") == found("vries") == ["eve"]
        scim.patch(f"/Users/{person.pk}", {**change, "value": "Anne"})
        assert found("bakker") == found("jansen") == []
        response = client.get(tab(contoso, "people/"))
        assert "Type how a name, username or address begins" in text_of(response)

    def test_more_people_than_are_found(
        self, client, contoso, scim, fabrikam, foreign_scim, monkeypatch
    ):
        """A rare word narrows a frequent one, and nobody is looked for elsewhere."""
        monkeypatch.setattr(search, "MOST", 2)
        monkeypatch.setattr(paging, "MOST", 2)
        for number, other in enumerate(("Jones", "Smith", "Smith", "Brown", "Smith")):
            names = {"givenName": "Eve", "familyName": other}
            display = f"Eve {other}"
            provision(scim, f"p{number}", displayName=display, name=names)
        foreign_scim.post(
            "/Users", {"userName": "eve@fabrikam.example", "displayName": "Eve Jones"}
        )

        def told(text):
            response = client.get(tab(contoso, "people/"), {"q": text})
            return len(response.context["found"]), text_of(response)

        assert told("jones eve")[0] == told("eve b")[0] == 1
        number, text = told("eve")
        assert number == 2
        assert "More than 2 people" in text
        assert told("eve smith")[0] == 2
        assert told("smith eve")[0] == 0  # each word means more

    def test_releasing_by_hand(self, client, contoso, scim, ann):
        """A confirmation says what it means; then the account may be given again."""
        person = provision(scim, "ann", externalId=OBJECT_ID)
        page = tab(contoso, f"people/{person.pk}/release/")
        assert "They lose access immediately" in text_of(client.get(page))

        client.post(page)

        ann.refresh_from_db()
        assert not ann.is_active
        assert not ProvisionedUser.objects.exists()
        assert "unlinked by hand" in text_of(client.get(tab(contoso, "events/")))
        again = {"userName": "ann@contoso.example", "externalId": str(uuid.uuid4())}
        assert scim.post("/Users", again).status_code == 409
        local = text_of(client.get(tab(contoso, "people/local/")))
        assert "only the same person in Entra gets the account back" in local

        mark = ReleasedUser.objects.get(user=ann)
        forget = tab(contoso, f"people/released/{mark.pk}/")
        assert forget in client.get(tab(contoso, "people/local/")).content.decode()
        assert "Do this only if that is the same person" in text_of(client.get(forget))
        client.post(forget)

        assert scim.post("/Users", again).status_code == 201
        events = text_of(client.get(tab(contoso, "events/")))
        assert "may be linked again" in events

    def test_local_people(self, client, contoso, scim, ann, bob, admin):
        provision(scim, "ann")

        text = text_of(client.get(tab(contoso, "people/local/")))

        assert "bob" in text
        assert "ann@" not in text
        assert "The Admin: Entra never manages them" in text

    def test_local_people_can_be_searched(self, client, contoso, bob):
        """By name and by whether they are active."""
        UserFactory(email="carl@contoso.example", environment=contoso, is_active=False)

        def shown(**query):
            text = text_of(client.get(tab(contoso, "people/local/"), query))
            return [name for name in ("bob@", "carl@") if name in text]

        assert shown() == ["bob@", "carl@"]
        assert shown(q="carl") == ["carl@"]
        assert shown(status="active") == ["bob@"]
        assert shown(status="inactive") == ["carl@"]

    def test_a_policy_keeps_nobody_in(self, client, contoso, scim, settings):
        """A product's hook that fails at ending access ends none of ours."""
        person = provision(scim, "eve")
        settings.ENTRA_SCIM_POLICY = "tests.admin.test_tab.KeepingPolicy"

        client.post(tab(contoso, f"people/{person.pk}/release/"))

        assert not ProvisionedUser.objects.filter(pk=person.pk).exists()
        person.user.refresh_from_db()
        assert not person.user.is_active
        event = ProvisioningEvent.objects.get(kind="released")
        assert event.changes["hook_failed"] == ["deactivate"]


class KeepingPolicy(ProvisioningPolicy):
    """Lets nobody go."""

    def deactivate(self, user, environment):
        raise VersionMismatch


class TestEvents:
    def test_the_story_can_be_filtered(self, client, contoso, fabrikam, scim, admin):
        provision(scim, "eve", displayName="Eve")
        scim.post("/Users", {"userName": admin.email, "displayName": "Who Else"})
        old = ProvisioningEvent.objects.create(
            environment=contoso,
            kind=ProvisioningEvent.Kind.ROLE_CREATED,
            name="Oldest",
            at=timezone.now() - datetime.timedelta(days=9),
        )

        def found(**query):
            page = client.get(tab(contoso, "events/"), query)
            assert page.status_code == 200
            return {event.kind for event in page.context["found"]}

        week = str(timezone.localdate() - datetime.timedelta(days=7))
        assert old.kind in found()
        assert found(kind="refused") == {"refused"}
        assert found(person="eve@contoso") == {"created"}
        assert found(person="Oldest") == {"role_created"}
        assert found(person="who admin@contoso") == {"refused"}
        assert found(until=week) == {"role_created"}
        assert "role_created" not in found(since=week)
        assert found(reason="address_exempt") == {"refused"}
        assert found(since="nonsense") == found()
        for odd in ("0001-01-01", "9999-12-31"):
            assert found(since=odd) == found(until=odd) == found()
        assert found(person="\0") == found(reason="\0") == found()
        only = client.get(tab(contoso, "events/"), {"reason": "address_exempt"})
        assert "Only requests that were refused for the same reason." in text_of(only)
        text = text_of(client.get(tab(contoso, "events/"), {"kind": "refused"}))
        assert "Who Else (admin@contoso.example): refused" in text
        assert "Unassign the Admin" in text
        with translation.override("nl"):
            refusal = ProvisioningEvent.objects.get(kind="refused")
            assert "Verwijder de toewijzing van de Admin" in sentence_of(refusal)

    def test_who_did_it(self, client, contoso, admin, scim):
        """In the tab, that is; what Entra did has its key."""
        key, _secret = access_keys.create(contoso)
        client.post(tab(contoso, f"keys/{key.pk}/revoke/"))
        provision(scim, "eve")

        actors = dict(ProvisioningEvent.objects.values_list("kind", "actor"))

        assert actors["key_revoked"] == admin.get_username()
        assert actors["created"] == ""
        assert f"By: {admin.get_username()}" in text_of(
            client.get(tab(contoso, "events/"), {"kind": "key_revoked"})
        )
        erasure.erase_user(admin)
        assert admin.get_username() not in ProvisioningEvent.objects.values_list(
            "actor", flat=True
        )

    def test_the_story_as_a_file(self, client, contoso, fabrikam):
        """What the filter shows, with nothing that a spreadsheet would run."""
        for environment, name in ((contoso, "=1+1"), (fabrikam, "Carol")):
            ProvisioningEvent.objects.create(
                environment=environment, kind="created", name=name
            )
        ProvisioningEvent.objects.create(environment=contoso, kind="linked", name="Ann")

        file = client.get(tab(contoso, "events/events.csv"), {"kind": "created"})

        assert file["Content-Type"].startswith("text/csv")
        [head, line] = file.content.decode("utf-8-sig").splitlines()
        assert "'=1+1: account created" in line
        assert len(next(csv.reader([head]))) == 6

    def test_what_cannot_be_understood_names_the_mapping(self, client, contoso, scim):
        """Whatever attribute it is."""
        scim.post("/Users", {"userName": "eve@contoso.example", "active": "perhaps"})

        text = text_of(client.get(tab(contoso, "events/")))
        assert "active must be true or false. Check its mapping in Entra" in text
        scim.post("/Users", {"userName": "x" * 300})
        text = text_of(client.get(tab(contoso, "events/")))
        assert "characters allowed here. Shorten the value in Entra." in text

    def test_names_are_searched_among_the_newest_events(
        self, client, contoso, scim, monkeypatch
    ):
        """Events of people from Entra are found however old they are."""
        provision(scim, "eve", displayName="Eve")
        for number in range(3):
            events.record(
                contoso, ProvisioningEvent.Kind.ROLE_CREATED, name=f"Eve{number}"
            )
        monkeypatch.setattr(admin_events, "_NAMED_EVENTS", 2)

        page = client.get(tab(contoso, "events/"), {"person": "eve"})

        assert [event.name for event in page.context["found"]] == [
            "Eve2",
            "Eve1",
            "Eve",
        ]


class TestStanding:
    def done(self, client, contoso):
        steps = client.get(tab(contoso)).context["steps"]
        return [str(step.code) for step in steps if step.done]

    def shown(self, client, contoso):
        """Return the stages that are unfolded."""
        stages = client.get(tab(contoso)).context["stages"]
        return [name for name, stage in stages.items() if stage.is_open]

    def test_the_next_stage_is_the_one_shown(self, client, contoso, scim):
        """Nobody travels between pages, and app roles and mapping have their turn."""
        assert self.shown(client, contoso) == ["connection"]
        client.post(tab(contoso, "connection/"), saved())
        AccessKey.objects.update(last_used_at=None)
        assert self.shown(client, contoso) == ["keys"]
        scim.get("/Users")
        assert self.shown(client, contoso) == ["roles"]
        RoleFactory(environment=contoso, value="Viewer")
        # Only people who arrive can prove a mapping.
        assert self.shown(client, contoso) == ["mapping", "people"]
        assert "as step 4 says" in text_of(client.get(tab(contoso)))
        mistake = client.post(tab(contoso, "roles/"), {"role-value": "no role"})
        stages = mistake.context["stages"]
        assert stages["roles"].is_open

    def test_steps_follow_from_facts(self, client, contoso):
        """One after the other; what to do next is always there."""
        assert self.done(client, contoso) == []
        assert "copy its two IDs" in text_of(client.get(tab(contoso)))
        client.post(tab(contoso, "connection/"), saved())
        assert self.done(client, contoso) == ["credentials"]

        from tests.conftest import client_of

        scim = client_of(contoso)
        assert self.done(client, contoso) == ["credentials", "access_key"]
        scim.get("/Users")
        assert self.done(client, contoso)[2:] == ["contact"]
        RoleFactory(environment=contoso, value="Viewer")
        provision(scim, "eve", externalId=OBJECT_ID, active=True)
        assert self.done(client, contoso)[3:] == ["people"]
        assert self.shown(client, contoso) == ["roles"]
        scim.put(
            f"/Users/{ProvisionedUser.objects.get().pk}",
            {
                "userName": "eve@contoso.example",
                "externalId": OBJECT_ID,
                "roles": [{**ROLE, "value": "Viewer", "display": "Viewer"}],
            },
        )
        assert self.done(client, contoso)[3:] == ["roles", "mapping", "people"]
        page = client.get(tab(contoso))
        assert "test signing in with a person" in text_of(page)
        assert page.context["findings"] == []
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        assert [section for section in proof if not proof[section]] == ["permissions"]
        settings = configuration.connection_of(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        assert all(client.get(tab(contoso, "guide/")).context["proof"].values())

    def connect(self, contoso, **changes):
        settings = configuration.connection_of(contoso)
        values = {
            "client_id": uuid.uuid4(),
            "tenant_id": uuid.uuid4(),
            "cloud": "global",
            "client_secret": SECRET,
            "client_secret_expires_on": timezone.localdate()
            + datetime.timedelta(days=200),
        }
        configuration.save(settings, **values | changes)
        return settings

    def test_what_to_do_about_roles(self, client, contoso, scim):
        """Make them here, have them sent, or assign them: what is missing."""

        def todo():
            steps = client.get(tab(contoso)).context["steps"]
            return next(str(step.todo) for step in steps if step.code == "roles")

        person = provision(scim, "eve")
        assert "Create a role here" in todo()
        RoleFactory(environment=contoso, value="Viewer")
        assert "Let Entra send roles" in todo()
        right = {"op": "replace", "path": "roles", "value": [{"value": "Auditor"}]}
        scim.patch(f"/Users/{person.pk}", right)
        assert "Create a role here" in todo()
        scim.patch(f"/Users/{person.pk}", {**right, "value": []})
        assert "assign people an app role" in todo()

    def test_a_test_counts_for_what_was_tested(self, client, contoso):
        """Another secret has to be tested anew."""
        settings = self.connect(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        assert "test" in self.done(client, contoso)

        self.connect(contoso, client_secret="another~secret")

        assert "test" not in self.done(client, contoso)

    def test_a_trial_says_what_to_do(self, client, contoso, admin):
        """And is forgotten once it is over."""
        settings = self.connect(contoso)
        lifecycle.start_trial(settings, admin)
        trial = client.get(tab(contoso)).context["steps"][-1]
        EntraConnection.objects.update(
            activated_at=timezone.now() - datetime.timedelta(minutes=31)
        )
        over = client.get(tab(contoso)).context["steps"][-1]

        assert (trial.done, trial.detail) == (False, "on trial")
        assert "before the trial ends" in str(trial.todo)
        assert (over.done, over.detail) == (False, "")
        assert "Activate Entra sign-in" in str(over.todo)

    def test_changes_that_wait_say_so(self, client, contoso, admin):
        """What was saved is asked for no more, even if the former secret is over."""
        settings = self.connect(contoso)
        now = timezone.now()
        EntraConnection.objects.update(
            activated_at=now, confirmed_at=now, client_secret_expires_on="2020-01-31"
        )
        self.connect(
            contoso,
            client_secret="another~secret",
            client_id=settings.client_id,
            tenant_id=settings.tenant_id,
        )

        page = client.get(tab(contoso))

        assert "credentials" in self.done(client, contoso)
        assert "test" not in self.done(client, contoso)
        assert [finding.code for finding in page.context["findings"]] == ["pending"]
        assert "used once a test succeeds" in str(page.context["steps"][-2].todo)

    def test_there_is_never_nothing_to_do_beside_a_warning(
        self, client, contoso, roles, scim
    ):
        provision(
            scim,
            "eve",
            externalId=OBJECT_ID,
            active=True,
            roles=[{**ROLE, "value": "Viewer", "display": "Viewer"}],
        )
        settings = self.connect(contoso)
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        assert "There is nothing for you to do." in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(client_secret_expires_on=timezone.localdate())

        text = text_of(client.get(tab(contoso)))
        assert "There is nothing for you to do." not in text
        assert "The client secret has expired." in text

    def test_a_sign_in_that_fails_for_everybody(self, client, contoso):
        """Whatever is saved here: what real sign-ins show counts."""

        def badge():
            page = client.get(tab(contoso, "events/"))
            return page.context["badge"].text

        assert badge() == "Not set up"
        settings = self.connect(contoso)
        assert badge() == "Not activated"
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        assert badge() == "Active"
        sign_ins.record_failure(contoso, "AADSTS50105", "", "ann@contoso.example")
        assert badge() == "Active"  # that is Ann's alone

        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")

        assert badge().startswith("Sign-in broken since ")
        text = text_of(client.get(tab(contoso)))
        assert "Signing in with Entra has failed since" in text
        assert "The client secret has expired. " in text
        assert "There is nothing for you to do." not in text
        lifecycle.record_test(settings, credentials.in_use(settings), None)
        assert badge() == "Active"

    def test_what_would_fail_is_told_before_anybody_tries(self, client, contoso):
        """An expired secret, and provisioning that stopped: no false all-clear."""

        def badge():
            change = tab(contoso).replace("/entra/", "/change/")
            shown = {str(client.get(tab(contoso)).context["badge"].text)}
            shown.add(client.get(change).context["entra_badge"].text)
            [text] = shown
            return text

        self.connect(contoso)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        access_keys.create(contoso)
        AccessKey.objects.update(last_used_at=now)
        assert badge() == "Active"

        AccessKey.objects.update(last_used_at=now - datetime.timedelta(hours=2))
        assert badge().startswith("Provisioning silent since ")
        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        assert badge() == "Client secret expired"

    def test_a_sign_in_that_works_again(self, contoso, fabrikam, ann):
        """Since when is counted from the last one that worked."""
        settings = self.connect(contoso)
        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")
        assert sign_in_health.breakage(settings)
        assert sign_in_health.breakage(self.connect(fabrikam)) is None
        worked = EntraSession.objects.create(environment=contoso, user=ann)
        assert sign_in_health.breakage(settings) is None

        sign_ins.record_failure(contoso, "AADSTS7000222", "", "ann@contoso.example")

        assert sign_in_health.breakage(settings).since == worked.opened_at

    def test_what_to_copy(self, client, contoso):
        """Addresses as Entra needs them."""
        text = client.get(tab(contoso)).content.decode()

        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
        assert f'value="http://testserver{base}/?aadOptscim062020"' in text
        assert f'value="http://testserver{base}/"' in text


class TestSharedGuide:
    def test_a_colleague_sees_the_guide_alone(self, client, contoso, roles, scim):
        """Without signing in; no secret, no person, and no other environment's."""
        client.post(tab(contoso, "connection/"), saved())
        provision(scim, "eve", displayName="Eve Jones")
        link = client.get(tab(contoso, "guide/")).context["shared_link"]

        page = Client().get(link)

        content = page.content.decode()
        assert page.status_code == 200
        assert "/?aadOptscim062020" in content
        assert "Uploader" in content
        assert SECRET not in content
        assert "Jones" not in content
        assert "csrf" not in content

    def test_a_link_expires(self, client, contoso, monkeypatch):
        """And cannot be made up."""
        link = client.get(tab(contoso, "guide/")).context["shared_link"]
        forged = link.rstrip("/")[:-1] + "/"
        assert Client().get(forged).status_code == 404
        monkeypatch.setattr(shared_guide, "LIFETIME", datetime.timedelta(seconds=-1))

        page = Client().get(link)

        assert page.status_code == 404
        assert "This link has expired" in page.content.decode()


class TestLater:
    def test_what_expires_when(self, client, contoso):
        """In the order in which it does; what has no date comes last."""
        assert "Nothing yet." in text_of(client.get(tab(contoso, "later/")))
        client.post(tab(contoso, "connection/"), saved())
        access_keys.create(contoso)
        ends, _secret = access_keys.create(contoso)
        soon = timezone.now() + datetime.timedelta(days=3)
        AccessKey.objects.filter(pk=ends.pk).update(expires_at=soon)

        expiries = client.get(tab(contoso, "later/")).context["expiries"]

        paths = [expiry.path for expiry in expiries]
        assert paths == ["#step-keys", "#step-connection", "#step-keys"]
        assert [bool(expiry.on) for expiry in expiries] == [True, True, False]

    def test_all_codes_are_explained(self, client, contoso):
        """On one page, which the browser can search."""
        page = client.get(tab(contoso, "codes/")).content.decode()

        listed = set(re.findall(r'<code id="(AADSTS\d+)"', page))
        assert listed == {
            code
            for codes in EXPLANATIONS
            for code in codes
            if code.startswith("AADSTS")
        }
        assert "Nobody can sign in until this is done." in page


class TestFindings:
    def codes(self, client, contoso):
        return [f.code for f in client.get(tab(contoso)).context["findings"]]

    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ({"externalId": "eve"}, "external_id_no_object_id"),
            ({}, "external_id_missing"),
            ({"externalId": OBJECT_ID}, "active_missing"),
            ({"externalId": OBJECT_ID, "active": True}, "roles_missing"),
            (
                {"roles": [{**ROLE, "primary": True, "value": "Viewer"}]},
                "role_function_single",
            ),
            (
                {"roles": [{**ROLE, "displayName": "V", "value": "Viewer"}]},
                "role_function_add_only",
            ),
        ],
    )
    def test_wrong_mappings_are_recognised(
        self, client, contoso, scim, attributes, expected
    ):
        """And gone from the moment that Entra sends what is right."""
        person = provision(scim, "eve", **attributes)
        assert expected in self.codes(client, contoso)

        right = [
            {"op": "Replace", "path": "externalId", "value": OBJECT_ID},
            {"op": "Replace", "path": "active", "value": "True"},
            {
                "op": "replace",
                "path": "roles",
                "value": [{**ROLE, "display": "V", "value": "Viewer"}],
            },
        ]
        scim.patch(f"/Users/{person.pk}", *right)

        assert self.codes(client, contoso) == []

    def test_those_who_left_stay_as_they_are(self, client, contoso, scim):
        """Entra sends nothing more about them, whatever is put right."""
        roles = [{**ROLE, "primary": True, "value": "Viewer"}]
        provision(scim, "eve", externalId="eve", active=False, roles=roles)
        provision(
            scim,
            "max",
            externalId=OBJECT_ID,
            active=True,
            roles=[{**ROLE, "display": "Viewer", "value": "Viewer"}],
        )

        assert self.codes(client, contoso) == []
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        assert (proof["external_id"], proof["role_mapping"]) == (True, True)

    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            ({"op": "Add", "path": "roles", "value": [{"value": "A"}]}, "add_only"),
            ({"op": "Add", "value": {"roles": [{"value": "A"}]}}, "add_only"),
            (
                {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "A"},
                "single",
            ),
            (
                {"op": "replace", "path": "roles", "value": [{"value": "A"}]},
                "assertive",
            ),
            ({"op": "Remove", "path": "roles"}, ""),
            ({"op": "Replace", "path": "title", "value": "roles"}, ""),
        ],
    )
    def test_the_function_shows_in_a_patch(self, scim, operation, expected):
        person = provision(scim, "eve")

        for _ in range(2):  # the second time, it changes nothing
            scim.patch(f"/Users/{person.pk}", operation)

        person.refresh_from_db()
        assert person.role_function == expected

    def test_what_is_revealed_changes_no_version(self, scim):
        """The resource that Entra reads is the same."""
        person = provision(scim, "eve", roles=[{"value": "A"}])

        scim.patch(
            f"/Users/{person.pk}",
            {"op": "replace", "path": "roles", "value": [{"value": "A"}]},
            {"op": "replace", "path": "active", "value": True},
        )

        version = person.version
        person.refresh_from_db()
        assert (person.role_function, person.active_received) == ("assertive", True)
        assert person.version == version

    def test_silence(self, client, contoso, scim):
        """More than two cycles without contact."""
        scim.get("/Users")
        assert "silent" not in self.codes(client, contoso)

        AccessKey.objects.update(
            last_used_at=timezone.now() - datetime.timedelta(minutes=81)
        )

        assert self.codes(client, contoso) == ["silent"]

    def test_refusals(self, client, contoso, scim, admin):
        scim.post("/Users", {"userName": admin.email})
        assert self.codes(client, contoso) == ["address_exempt"]

        scim.post("/Users", {"userName": "x" * 300})
        finding = client.get(tab(contoso)).context["findings"][-1]
        assert (finding.code, finding.reason) == ("too_long", "too_long")

        for number in range(10):
            scim.post("/Users", {"userName": admin.email, "externalId": str(number)})
            admin.email = f"admin{number}@contoso.example"
            admin.save()
        codes = self.codes(client, contoso)

        assert "many_refusals" in codes

    def refused(self, client, contoso):
        findings = client.get(tab(contoso)).context["findings"]
        return {finding.reason for finding in findings} - {""}

    def rename(self, scim, person, name):
        address = f"{name}@contoso.example"
        change = {"op": "Replace", "path": "userName", "value": address}
        return scim.patch(f"/Users/{person.pk}", change).status_code

    def test_a_refusal_that_was_overcome(self, client, contoso, scim):
        """As in a chain of renames: one cycle later it is right."""
        eve, max = provision(scim, "eve"), provision(scim, "max")
        assert self.rename(scim, eve, "max") == 409
        assert self.refused(client, contoso) == {"user_name_taken"}

        assert self.rename(scim, max, "max2") == 200
        # Who stood in the way was changed; who was refused is refused still.
        assert self.refused(client, contoso) == {"user_name_taken"}
        assert self.rename(scim, eve, "max") == 200
        assert self.refused(client, contoso) == set()

        assert self.rename(scim, max, "max") == 409
        assert self.refused(client, contoso) == {"user_name_taken"}
        scim.delete(f"/Users/{max.pk}")
        assert self.refused(client, contoso) == set()

    def test_a_refused_person_who_came_in_later(self, client, contoso, scim, admin):
        """Known by the externalId, or by the userName."""
        person = {"userName": admin.email, "externalId": OBJECT_ID}
        scim.post("/Users", person)
        scim.post("/Users", {"userName": "eve@contoso.example", "active": "perhaps"})
        assert self.refused(client, contoso) == {"address_exempt", "invalidValue"}

        provision(scim, "max", externalId=str(uuid.uuid4()))
        assert self.refused(client, contoso) == {"address_exempt", "invalidValue"}
        provision(scim, "another", externalId=OBJECT_ID)
        assert self.refused(client, contoso) == {"invalidValue"}
        provision(scim, "eve")
        assert self.refused(client, contoso) == set()

    def test_who_stands_in_the_way_overcomes_nothing(self, client, contoso, scim):
        eve = provision(scim, "eve", externalId=OBJECT_ID)
        scim.post("/Users", {"userName": "eve@contoso.example", "externalId": "other"})

        scim.patch(
            f"/Users/{eve.pk}", {"op": "Replace", "path": "title", "value": "Boss"}
        )

        assert self.refused(client, contoso) == {"user_name_taken"}

    def test_another_environment_overcomes_nothing(
        self, client, contoso, scim, foreign_scim, admin
    ):
        scim.post("/Users", {"userName": admin.email, "externalId": OBJECT_ID})

        foreign_scim.post(
            "/Users", {"userName": "eve@fabrikam.example", "externalId": OBJECT_ID}
        )

        assert self.refused(client, contoso) == {"address_exempt"}

    def test_a_refused_filter_names_the_attribute(self, client, contoso, scim):
        """It is a matter of the mapping, and nobody's own."""
        scim.get("/Users", {"filter": 'shoeSize eq "43"'})

        [finding] = client.get(tab(contoso)).context["findings"]

        assert finding.code == "invalidFilter"
        assert "matching" in str(finding.message)
        assert "shoeSize" in text_of(client.get(tab(contoso)))
        provision(scim, "eve")
        assert "invalidFilter" not in self.refused(client, contoso)

    def test_groups(self, client, contoso, scim):
        """Nobody was refused: the mapping of groups is on, as Entra makes it."""
        scim.post("/Groups", {"displayName": "Sales"})

        [finding] = client.get(tab(contoso)).context["findings"]

        assert finding.code == "groups"
        assert str(finding.message) == "Entra sends groups."
        assert "Provision Microsoft Entra ID Groups" in str(finding.remedy)

    def test_groups_that_are_sent_no_more(self, client, contoso, scim):
        """Entra is here for cycles, and the mapping is off."""
        scim.post("/Groups", {"displayName": "Sales"})
        sent = timezone.now() - datetime.timedelta(minutes=81)
        ProvisioningEvent.objects.update(at=sent)
        AccessKey.objects.update(last_used_at=sent)
        assert "groups" in self.refused(client, contoso)

        AccessKey.objects.update(last_used_at=timezone.now())

        assert "groups" not in self.refused(client, contoso)


def test_many_people_are_counted_as_far_as_it_matters(
    client, contoso, roles, scim, monkeypatch
):
    """What is wrong is found among any number, and no page reads everybody."""
    role = {**ROLE, "value": "Viewer", "display": "Viewer"}
    provision(scim, "eve", externalId=OBJECT_ID, active=True, roles=[role])
    provision(scim, "max", externalId="max", active=True, roles=[role])
    provision(scim, "may", active=False)
    unknown = {**role, "value": "Nobody"}
    provision(scim, "zoe", externalId=str(uuid.uuid4()), roles=[unknown])

    def facts():
        page = client.get(tab(contoso))
        findings = {finding.code for finding in page.context["findings"]}
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        done = {step.code for step in page.context["steps"] if step.done}
        unknown = page.context["traffic"].unknown_roles
        return findings, proof, done, unknown, page

    exact = facts()
    monkeypatch.setattr(headcount, "EXACT", 2)
    monkeypatch.setattr(headcount, "HOLDERS", 1)
    probed = facts()

    assert probed[:4] == exact[:4]
    assert "(4 people, active: 3)" in text_of(exact[-1])
    text = text_of(probed[-1])
    assert "(more than 2 people)" in text
    assert re.search(r"Viewer Viewer has no permissions: [\w ]+ more than 1 ", text)


def test_the_number_of_people_costs_no_statement(
    client, contoso, roles, scim, django_assert_max_num_queries
):
    """The pages open with 50,000 people as with five."""
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    def costs():
        paths = ("", "guide/", "people/", "people/local/", "events/", "sign-in/")
        paths += ("later/", "codes/")
        counts = []
        for path in paths:
            with CaptureQueriesContext(database) as collected:
                assert client.get(tab(contoso, path)).status_code == 200
            counts.append(len(collected))
        return counts

    for number in range(3):
        provision(scim, f"p{number}", roles=[{**ROLE, "value": f"Viewer,R{number}"}])
        UserFactory(email=f"local{number}@contoso.example", environment=contoso)
    few = costs()
    for number in range(3, 30):
        provision(scim, f"p{number}", roles=[{**ROLE, "value": f"Viewer,R{number}"}])
        UserFactory(email=f"local{number}@contoso.example", environment=contoso)

    assert costs() == few
    assert max(few) <= 21  # with the two of a request that is a transaction


class TestExpiry:
    @pytest.fixture
    def expiring(self, contoso):
        settings = configuration.connection_of(contoso)
        configuration.save(
            settings,
            client_id=uuid.uuid4(),
            tenant_id=uuid.uuid4(),
            cloud="global",
            client_secret=SECRET,
            client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=29),
        )
        return settings

    def check(self, *arguments):
        """Return the exit code and what the command says."""
        output = StringIO()
        try:
            call_command("entra_check_expiry", *arguments, stdout=output)
        except SystemExit as exit:
            return exit.code, output.getvalue()
        return 0, output.getvalue()

    def test_all_say_so(self, client, contoso, expiring):
        """The tab, the front page and the command."""
        assert "The client secret expires on" in text_of(client.get(tab(contoso)))
        front = client.get(reverse("admin:index"))
        assert "The client secret of Contoso expires" in text_of(front)
        assert tab(contoso) in front.content.decode()
        code, said = self.check()
        assert code == 1
        assert "Contoso" in said
        assert mail.outbox == []

    def test_mail_goes_to_the_administrators(
        self, contoso, fabrikam, expiring, bob, ann
    ):
        """Of that environment, and without the secret."""
        UserFactory(email="other@fabrikam.example", environment=fabrikam, is_staff=True)
        self.check("--mail")

        sent = {address for message in mail.outbox for address in message.to}
        assert bob.email in sent
        assert ann.email not in sent
        if hasattr(contoso, "members"):
            assert sent == {bob.email}
        assert SECRET not in str([message.message() for message in mail.outbox])

    def test_mail_that_fails_is_logged(self, contoso, expiring, bob, settings, caplog):
        """The command says all it has to say, and cron hears of it."""
        nowhere = UserFactory(
            email="it@contoso.example", environment=contoso, is_staff=True
        )
        setattr(nowhere, nowhere.get_email_field_name(), "")
        nowhere.save()
        with socket.socket() as unused:  # bound, but nobody listens
            unused.bind(("127.0.0.1", 0))
            mail_through(settings, *unused.getsockname())
            code, said = self.check("--mail")

        assert code == 1
        assert "Contoso" in said
        assert caplog.messages == ["Could not mail an administrator"]

    def test_long_before_and_long_after(self, client, contoso, expiring):
        EntraConnection.objects.update(
            client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=31)
        )
        assert self.check() == (0, "")
        assert "The client secret expires on" not in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        code, said = self.check()
        assert (code, "expired on" in said) == (1, True)
        assert "The client secret has expired." in text_of(client.get(tab(contoso)))

    def test_a_certificate_too(self, client, contoso, expiring, settings):
        """In its own words: no secret is asked for."""
        used = credentials.with_certificate(credentials.in_use(expiring))
        configuration.change(expiring, used)
        page = text_of(client.get(tab(contoso)))
        assert "A certificate is in use. Leave this empty to keep it." in page
        assert self.check() == (0, "")

        soon = timezone.localdate() + datetime.timedelta(days=9)
        EntraConnection.objects.update(certificate_expires_on=soon)
        assert "The certificate of Contoso expires on" in self.check()[1]
        assert "The certificate expires on" in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(certificate_expires_on="2020-01-31")
        assert "The certificate of Contoso expired on Jan. 31, 2020" in self.check()[1]
        assert "The certificate has expired." in text_of(client.get(tab(contoso)))

        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))
        page = text_of(client.get(tab(contoso)))
        assert "The key of the certificate can no longer be read." in page
        for path in ("", "guide/", "sign-in/", "sign-in/certificate.cer"):
            assert client.get(tab(contoso, path), follow=True).status_code == 200
        client.post(tab(contoso, "sign-in/certificate/"))
        assert "can no longer be read" not in text_of(client.get(tab(contoso)))

    def test_the_last_key_too(self, client, contoso):
        """Unless another one lasts."""
        soon = timezone.now() + datetime.timedelta(days=3)
        access_keys.create(contoso, expires_at=soon)
        assert self.check()[0] == 1
        assert "The last access key ends" in text_of(client.get(tab(contoso)))

        access_keys.create(contoso)

        assert self.check()[0] == 0
        assert "The last access key ends" not in text_of(client.get(tab(contoso)))

    def test_a_replaced_key_that_entra_still_uses(self, client, contoso, scim, bob):
        """The tab, the front page and a mail say so before it expires."""
        scim.get("/Users")
        _key, unsaved = access_keys.create(contoso)
        ScimClient(scim.base, unsaved).get("/Users")
        assert self.check()[0] == 0
        past = timezone.now() - datetime.timedelta(minutes=5)
        AccessKey.objects.update(last_used_at=past, replaced_at=past)
        scim.get("/Users")

        hint = f"{scim.key[:15]}…"
        assert f"Entra still uses the access key {hint}, though" in text_of(
            client.get(tab(contoso))
        )
        assert hint in text_of(client.get(reverse("admin:index")))
        code, said = self.check("--mail")
        assert code == 1
        assert hint in said
        assert hint in mail.outbox[0].body

    def test_the_front_page_tells_of_one_s_own_only(
        self, administrator, contoso, fabrikam, expiring
    ):
        EntraConnection.objects.update(environment=fabrikam)

        assert "Contoso expires" not in text_of(administrator.get("/admin/"))
        assert "Fabrikam expires" not in text_of(administrator.get("/admin/"))

    def test_a_product_may_have_an_admin_site_of_its_own(
        self, client, contoso, expiring, settings
    ):
        """Its front page says so too, and its pages link to themselves."""
        settings.ROOT_URLCONF = "tests.support.two_admins"
        own = tab(contoso).replace("/admin/", "/office/", 1)

        assert own in client.get("/office/").content.decode()
        page = client.get(own).content.decode()
        assert 'href="/office/"' in page
        assert 'href="/admin/' not in page


class TestUserAdmin:
    @pytest.fixture
    def person(self, scim, ann, roles):
        return provision(
            scim, "ann", displayName="Ann", roles=[{**ROLE, "value": "Viewer"}]
        )

    @pytest.fixture
    def page(self, several_environments, person, ann):
        return reverse("admin:product_user_change", args=[ann.pk])

    def posted(self, user, **changes):
        return {
            "date_joined_0": "2026-01-01",
            "date_joined_1": "12:00:00",
            "username": "hacked",
            "email": "hacked@contoso.example",
            "first_name": "Hacked",
            "groups": [group.pk for group in user.groups.all()],
            **changes,
        }

    def test_what_entra_leads_cannot_be_changed(self, client, page, ann):
        """The rest can."""
        text = text_of(client.get(page))
        assert "Microsoft Entra manages ann@contoso.example" in text
        other = GroupFactory(name="Local")

        client.post(page, self.posted(ann, is_staff="on", groups=[other.pk]))

        ann.refresh_from_db()
        assert ann.email == ann.username == "ann@contoso.example"
        assert ann.is_active
        assert ann.is_staff
        assert {group.name for group in ann.groups.all()} == {"Viewer", "Local"}

    def test_roles_cannot_be_given_locally(self, client, page, ann, roles):
        group = roles["Uploader"].group

        client.post(page, self.posted(ann, groups=[group.pk]))

        assert {group.name for group in ann.groups.all()} == {"Viewer"}

    def test_deleting_is_offered_once_entra_let_go(self, client, page, person, ann):
        """Before that, the page says why not."""
        delete = reverse("admin:product_user_delete", args=[ann.pk])
        listing = reverse("admin:product_user_changelist")
        several = {
            "action": "delete_selected",
            "_selected_action": [ann.pk],
            "post": "yes",
        }

        explained = client.get(delete)
        assert "create them anew in the next cycle" in text_of(explained)
        assert tab(person.environment, f"people/{person.pk}/") in (
            explained.content.decode()
        )
        client.post(delete, {"post": "yes"})
        client.post(listing, several)
        assert get_user_model().objects.filter(pk=ann.pk).exists()
        client.post(
            tab(person.environment, f"people/{person.pk}/release/"), {"post": "yes"}
        )
        client.post(delete, {"post": "yes"})

        assert not get_user_model().objects.filter(pk=ann.pk).exists()

    def test_an_administrator_deletes_whom_entra_let_go_of(
        self, administrator, contoso, person, page, ann
    ):
        """Without a permission for what the app keeps of them."""
        it = get_user_model().objects.get(email="it@contoso.example")
        it.user_permissions.add(
            *Permission.objects.filter(
                codename__in=["delete_user", "delete_membership"]
            )
        )
        administrator.post(tab(contoso, f"people/{person.pk}/release/"))

        administrator.post(
            reverse("admin:product_user_delete", args=[ann.pk]), {"post": "yes"}
        )

        assert not get_user_model().objects.filter(pk=ann.pk).exists()
        assert not ReleasedUser.objects.exists()

    def test_a_list_that_can_be_edited(
        self, client, page, person, ann, bob, monkeypatch
    ):
        """Changes others only."""
        model_admin = django_admin.site._registry[get_user_model()]
        monkeypatch.setattr(model_admin, "list_display", ("username", "first_name"))
        monkeypatch.setattr(model_admin, "list_editable", ("first_name",))
        listing = reverse("admin:product_user_changelist")
        forms = client.get(listing).context["cl"].formset.forms
        data = {f"form-{n}-id": form.instance.pk for n, form in enumerate(forms)}
        data |= {f"form-{n}-first_name": "Hacked" for n in range(len(forms))}
        data |= {"form-TOTAL_FORMS": len(forms), "form-INITIAL_FORMS": len(forms)}

        answer = client.post(listing, {**data, "_save": "Save"}, follow=True)

        text = text_of(answer)
        assert "Microsoft Entra manages ann@contoso.example: change that there" in text
        ann.refresh_from_db()
        bob.refresh_from_db()
        assert (ann.first_name, bob.first_name) == ("", "Hacked")

    def test_others_are_as_ever(self, client, several_environments, bob):
        page = reverse("admin:product_user_change", args=[bob.pk])

        assert "Microsoft Entra manages" not in text_of(client.get(page))
        client.post(page, self.posted(bob, username="robert", is_active="on"))

        bob.refresh_from_db()
        assert bob.username == "robert"

    def test_the_list_marks_them(self, client, page, bob):
        listing = client.get(reverse("admin:product_user_changelist"))

        assert "Microsoft Entra" in text_of(listing)
        assert {
            user.email: hasattr(user, "provisioned_user")
            for user in listing.context["cl"].result_list
        }["ann@contoso.example"]


def test_a_template_variable_that_does_not_exist_fails_every_test():
    """Else a sentence of the interface would have a hole, and nobody would see it."""
    with pytest.raises(AssertionError, match=r"finding.html has no value for"):
        render_to_string("entra_scim/admin/finding.html", {})


def test_dates_have_one_form_in_all_templates():
    """The reader's own, by Django's formats."""
    folder = Path(entra_scim.__file__).parent / "templates"
    formats = {
        found
        for file in folder.rglob("*.html")
        for found in re.findall(r'\|date(?::"(\w[^"]*)")?', file.read_text())
    }

    assert formats <= {"DATETIME_FORMAT", "DATE_FORMAT", "c"}


def test_the_redirect_uri_explains_itself(db):
    """Whoever arrives there by an old link reads what to do."""
    response = Client().get(reverse("entra_scim_oidc:callback"), {"code": "x"})

    assert response.status_code == 400
    assert "Start again" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_a_single_environment_has_its_admin_ready_made():
    """Products without a model of their own."""
    from entra_scim.admin import EntraEnvironmentMixin
    from entra_scim.models import Environment

    registered = django_admin.site._registry.get(apps.get_model(conf.ENVIRONMENT_MODEL))
    assert isinstance(registered, EntraEnvironmentMixin)
    if Environment._meta.label != conf.ENVIRONMENT_MODEL:
        assert Environment not in django_admin.site._registry
