"""The portal's pages of users and groups."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from entra_emulator.server import serve
from entra_emulator.site import EmulatorSite
from support.visitor import Visitor


def by_name(tenant, name):
    return next(p for p in tenant.people.values() if p.user_principal_name == name)


class TestOverview:
    def test_the_portal_begins_at_the_only_tenant(self, visitor, tenant):
        page = visitor.open("/portal/")

        assert page.url.endswith(f"/portal/{tenant.id}/")
        assert tenant.id in page.text

    def test_the_address_alone_is_enough(self, visitor, tenant):
        assert visitor.open("/").url.endswith(f"/portal/{tenant.id}/")

    def test_a_site_without_a_portal_has_none(self, tenant, entra_signing_keys):
        with serve(EmulatorSite([tenant], keys=entra_signing_keys)) as server:
            assert Visitor(server.url).open("/portal/").status == 404

    def test_it_leads_to_the_product(self, visitor, entra, home):
        entra.links["Example product"] = "http://localhost:8000/"

        page = visitor.open(home)

        assert '<a href="http://localhost:8000/">Example product</a>' in page.html

    def test_several_tenants_are_listed(self, visitor, entra, tenant):
        other = type(tenant)("Fabrikam")
        entra.add(other)

        page = visitor.open("/portal/")

        assert tenant.id in page.text
        assert other.id in page.text

    @pytest.mark.parametrize(
        ("button", "duration"),
        [
            ("40 minutes later", datetime.timedelta(minutes=40)),
            ("A day later", datetime.timedelta(days=1)),
            ("31 days later", datetime.timedelta(days=31)),
        ],
    )
    def test_time_can_be_skipped(self, visitor, home, tenant, button, duration):
        before = tenant.clock.now()
        visitor.open(home)

        visitor.press(button)

        skipped = tenant.clock.now() - before - duration
        assert datetime.timedelta() <= skipped < datetime.timedelta(minutes=1)
        told = json.loads(visitor.open(f"{home}time/").text)["now"]
        assert datetime.datetime.fromisoformat(told) >= before + duration

    def test_create_your_own_application(self, visitor, home, tenant):
        visitor.open(home)

        page = visitor.press("Create", name="Product")

        [application] = tenant.applications
        assert application.client_id in page.text
        assert tenant.id in page.text

    @pytest.mark.parametrize(
        "path",
        [
            "nobody/",
            "users/00000000-0000-0000-0000-000000000000/",
            "00000000-0000-0000-0000-000000000000/",
            "users/x/",
        ],
    )
    def test_what_is_not_there(self, visitor, home, path):
        assert visitor.open(home + path).status == 404

    def test_an_unknown_button_does_nothing(self, visitor, served, home):
        response = visitor.session.post(
            served.url + home, {"action": "x"}, headers={"Origin": served.url}
        )

        assert response.status_code == 400

    def test_a_form_of_another_site_does_nothing(self, visitor, served, home, tenant):
        response = visitor.session.post(
            served.url + home,
            {"name": "Product"},
            headers={"Origin": "https://attacker.example"},
        )

        assert response.status_code == 400
        assert tenant.applications == []


class TestUsers:
    def test_somebody_is_added(self, visitor, home, tenant):
        visitor.open(f"{home}users/new/")

        page = visitor.press(
            "Create", user_principal_name="ann@contoso.example", name="Ann Smith"
        )

        ann = by_name(tenant, "ann@contoso.example")
        assert ann.profile["givenName"] == "Ann"
        assert ann.profile["mail"] == "ann@contoso.example"
        assert "Ann Smith was created." in page.text
        assert ann.object_id in page.text
        assert "Ann Smith was created." not in visitor.open(page.url).text

    def test_a_guest_is_added(self, visitor, home, tenant):
        name = "max_partner.example#EXT#@contoso.example"
        visitor.open(f"{home}users/new/")

        visitor.press("Create", user_principal_name=name, name="Max", is_guest="on")

        assert by_name(tenant, name).is_guest

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("ann", "looks like ann@contoso.example"),
            ("@contoso.example", "looks like ann@contoso.example"),
            ("a nn@contoso.example", "looks like ann@contoso.example"),
            ("ANN@contoso.example", "Somebody has this name already"),
        ],
    )
    def test_a_wrong_name_is_explained_and_kept(
        self, visitor, home, tenant, name, reason
    ):
        tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{home}users/new/")

        page = visitor.press("Create", user_principal_name=name, name="Another Ann")

        assert reason in page.text
        assert page.forms[0].fields["user_principal_name"] == name
        assert page.forms[0].fields["name"] == "Another Ann"
        assert len(tenant.people) == 1

    def test_a_profile_is_changed(self, visitor, home, tenant):
        boss = tenant.add_person("boss@contoso.example", "The Boss")
        ann = tenant.add_person(
            "ann@contoso.example", "Ann Smith", profile={"jobTitle": "Clerk"}
        )
        visitor.open(f"{home}users/{ann.object_id}/")

        page = visitor.press(
            "Save",
            user_principal_name="ann.brown@contoso.example",
            manager="BOSS@contoso.example",
            surname="Brown",
            jobTitle="",
        )

        assert "Saved." in page.text
        assert ann.user_principal_name == "ann.brown@contoso.example"
        assert ann.manager is boss
        assert ann.profile["surname"] == "Brown"
        assert ann.profile["givenName"] == "Ann"
        assert "jobTitle" not in ann.profile

    def test_a_manager_goes_again(self, visitor, home, tenant):
        boss = tenant.add_person("boss@contoso.example", "The Boss")
        ann = tenant.add_person("ann@contoso.example", "Ann Smith", manager=boss)
        visitor.open(f"{home}users/{ann.object_id}/")

        visitor.press("Save", manager="")

        assert ann.manager is None

    @pytest.mark.parametrize(
        ("manager", "reason"),
        [
            ("nobody@contoso.example", "Nobody has this user principal name."),
            ("ann@contoso.example", "Nobody is their own manager."),
        ],
    )
    def test_a_wrong_manager_is_explained(self, visitor, home, tenant, manager, reason):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{home}users/{ann.object_id}/")

        page = visitor.press("Save", manager=manager, city="Gent")

        assert reason in page.text
        assert page.forms[1].fields["city"] == "Gent"
        assert "city" not in ann.profile

    def test_sign_in_is_blocked_and_unblocked(self, visitor, home, tenant):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{home}users/{ann.object_id}/")

        visitor.press("Block sign-in")
        assert not ann.account_enabled

        visitor.press("Unblock sign-in")
        assert ann.account_enabled

    def test_somebody_is_deleted_restored_and_purged(self, visitor, home, tenant):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{home}users/{ann.object_id}/")

        visitor.press("Delete")
        assert ann.deleted_at
        assert "Ann Smith" not in visitor.open(f"{home}users/").text
        assert "Ann Smith" in visitor.open(f"{home}users/?show=deleted").text

        visitor.open(f"{home}users/{ann.object_id}/")
        visitor.press("Restore user")
        assert ann.deleted_at is None

        visitor.press("Delete")
        page = visitor.press("Delete permanently")
        assert tenant.people == {}
        assert "No users have been deleted." in page.text

    def test_a_name_that_is_somebody_else_s_by_now(self, visitor, home, tenant):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        visitor.open(f"{home}users/{ann.object_id}/")
        visitor.press("Delete")
        tenant.add_person("ann@contoso.example", "Ann New")

        page = visitor.press("Restore user")

        assert "Somebody has the name ann@contoso.example already." in page.text
        assert ann.deleted_at

    def test_search(self, visitor, home, tenant):
        tenant.add_person("ann@contoso.example", "Ann Smith")
        tenant.add_person("eve@contoso.example", "Eve <b>Brown</b>")
        visitor.open(f"{home}users/")

        page = visitor.press("Search", q="BROWN")
        assert "Eve <b>Brown</b>" in page.text
        assert "Ann" not in page.text

        assert "Nobody was found." in visitor.press("Search", q="zoe").text

    def test_thousands_of_people_come_in_pages(self, visitor, home, tenant):
        for number in range(10_000):
            tenant.add_person(f"p{number}@contoso.example", f"Person {number}")

        page = visitor.open(f"{home}users/?q=person+9")
        assert "1111 users" in page.text
        assert "Page 1 of 23" in page.text
        assert 'href="?q=person+9&amp;p=2"' in page.html
        assert len(page.html) < 40_000

        one = visitor.open(f"{home}users/{next(iter(tenant.people))}/")
        assert len(one.html) < 60_000


class TestGroups:
    def test_a_group_comes_and_goes(self, visitor, home, tenant):
        visitor.open(f"{home}groups/")

        page = visitor.press("Create", name="Sales")
        [group] = tenant.groups
        assert group.object_id in page.text

        visitor.press("Delete group")
        assert tenant.groups == []

    def test_members_come_and_go(self, visitor, home, tenant):
        ann = tenant.add_person("ann@contoso.example", "Ann Smith")
        eve = tenant.add_person("eve@contoso.example", "Eve Brown")
        group = tenant.add_group("Sales", [eve])

        page = visitor.open(f"{home}groups/{group.object_id}/add/")
        assert "Eve Brown" not in page.text
        assert "Choose somebody." in visitor.press("Add").text

        visitor.press("Add", person=[ann.object_id])
        assert list(group.members) == [eve, ann]

        visitor.press("Remove Eve Brown")
        assert list(group.members) == [ann]

    def test_search(self, visitor, home, tenant):
        tenant.add_group("Sales")
        tenant.add_group("Legal")
        visitor.open(f"{home}groups/")

        page = visitor.press("Search", q="sal")

        assert "Sales" in page.text
        assert "Legal" not in page.text
        assert "No group was found." in visitor.press("Search", q="x").text


def test_dutch(served, home, tenant):
    """Explanations are in the visitor's language; Entra's own words are not."""
    page = Visitor(served.url, "nl").open(f"{home}users/")

    assert "Er zijn nog geen gebruikers." in page.text
    assert "New user" in page.text
    assert '<html lang="nl">' in page.html


def test_nothing_comes_from_elsewhere(visitor, home):
    """No inline script or style, and nobody can frame the page."""
    page = visitor.open(home)

    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert set(re.findall(r"<script[^>]*>", page.html)) == {
        '<script src="/static/copy.js" defer>',
        '<script src="/static/deep_link.js" defer>',
    }
    assert "style=" not in page.html
