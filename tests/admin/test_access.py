"""Who may come into the tab, and what they find there."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.conf import conf
from entra_scim.connection import guide_links
from entra_scim.models import (
    AccessKey,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from tests.support.factories import (
    RoleFactory,
    UserFactory,
)
from tests.support.tab import (
    client_for,
    every_url,
    permissions,
    provision,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db


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
            # The page of a person only shows what there is.
            is_shown_only = path == f"people/{person['id']}/"
            posted = client.post(tab(contoso, path))
            assert posted.status_code == (405 if is_shown_only else 404), path
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
            "link_id": guide_links.create(fabrikam, by=None).pk,
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
                assert nobody.status_code == 404, url
                anonymous = getattr(Client(), method)(url)
                assert anonymous.status_code == 302, url
                assert "/login/" in anonymous["Location"]
            assert looking.post(url).status_code == 403, url
            assert looking.get(url).status_code in (200, 302, 405), url
        assert ProvisioningEvent.objects.count() == events
        assert not LogEntry.objects.exists()

    def test_staff_without_permission_and_strangers_stay_out(self, contoso):
        staff = UserFactory(email="staff@contoso.example", is_staff=True)

        # The example product shows its staff their own environments only.
        is_hidden = conf.ENVIRONMENT_MODEL == "product.Environment"
        shown = client_for(staff).get(tab(contoso))
        assert shown.status_code == (404 if is_hidden else 403)
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
        assert f'href="{change}"' in client.get(tab(contoso)).content.decode()

    def test_themes_find_the_pages_of_the_site(self, client, contoso):
        """They build the names of URLs with what a request says of its site."""
        request = client.get(tab(contoso)).wsgi_request

        assert reverse(f"{request.current_app}:index") == reverse("admin:index")
