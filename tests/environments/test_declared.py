"""The command that shows, compares and sets up an environment, as automation uses it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.models import EnvironmentRole, ProvisioningEvent
from tests.support.declared import CLIENT, CONNECTION, OTHER, TENANT, Console, refused
from tests.support.factories import GroupFactory, OwnGroupFactory, UserFactory
from tests.support.sign_in import activate

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(contoso, monkeypatch):
    return Console(contoso, monkeypatch)


class TestConnection:
    def test_it_is_set_up_once(self, console, contoso):
        """The second time, nothing changes, and no event says that anything did."""
        changed = console.apply({"connection": CONNECTION}, "s3cret")
        assert {"connection.client_id", "connection.client_secret"} <= {*changed}
        events = ProvisioningEvent.objects.count()

        assert console.apply({"connection": CONNECTION}, "s3cret") == []
        assert console.apply({"connection": CONNECTION}) == []

        assert ProvisioningEvent.objects.count() == events
        used = credentials.in_use(configuration.connection_of(contoso))
        assert used.client_secret == "s3cret"

    def test_what_is_shown_can_be_applied(self, console):
        """And says nothing secret."""
        assert console.apply(console.show()) == []
        console.apply({"connection": CONNECTION}, "s3cret")

        shown = console.show()

        assert shown["connection"] == CONNECTION | {"federated_credential": None}
        assert shown["state"]["client_secret"] == "set"
        assert "s3cret" not in json.dumps(shown)
        assert console.apply(shown) == []
        assert console.diff(shown) == (0, {"differences": []})

    def test_a_difference_is_an_exit_code(self, console):
        console.apply({"connection": CONNECTION}, "s3cret")

        code, told = console.diff({"connection": {"client_id": OTHER}})

        assert code == 1
        assert told["differences"] == [
            {"path": "connection.client_id", "is": CLIENT, "wanted": OTHER}
        ]
        assert console.diff({"roles": {"Editor": {}}})[1]["differences"] == [
            {"path": "roles.Editor", "is": None, "wanted": {}}
        ]

    def test_what_works_stays_until_a_test(self, console, contoso):
        """As in the tab: a mistake would cost everybody's sign-in."""
        console.apply({"connection": CONNECTION}, "s3cret")
        activate(contoso)

        console.apply({"connection": CONNECTION}, "another")

        assert console.show()["state"]["waits_for_test"] is True
        assert console.apply({"connection": CONNECTION}, "another") == []

    def test_people_are_others_in_another_tenant(self, console, contoso):
        console.apply({"connection": CONNECTION}, "s3cret")
        activate(contoso)

        said = refused(lambda: console.apply({"connection": {"tenant_id": OTHER}}))

        assert "Turn off Entra sign-in" in said
        assert (
            lifecycle.state_of(configuration.connection_of(contoso))
            == lifecycle.State.ACTIVE
        )

    def test_a_secret_that_can_no_longer_be_read(self, console, settings):
        """Nothing is saved beside it: the connection would be half of one."""
        console.apply({"connection": CONNECTION}, "s3cret")
        settings.SECRET_KEY = "another"

        said = refused(lambda: console.apply({"connection": {"client_id": OTHER}}))

        assert "can no longer be read. Give a new client secret." in said

    def test_the_secret_on_standard_input(self, console, contoso, tmp_path):
        document = tmp_path / "wanted.json"
        document.write_text(json.dumps({"connection": CONNECTION}))

        console.run(
            "apply", None, str(document), "--client-secret-stdin", stdin="s3cret\n"
        )

        used = credentials.in_use(configuration.connection_of(contoso))
        assert used.client_secret == "s3cret"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"client_id": "x"}, "connection.client_id is not like 0000"),
            ({"client_id": None}, "connection.client_id is missing"),
            ({"client_id": TENANT}, "are the same"),
            ({"cloud": "moon"}, "connection.cloud is none of global"),
            ({"client_secret_expires_on": "soon"}, "not like 2027-01-31"),
            ({"client_secret_expires_on": None}, "Entra shows it"),
            ({"client_secret_expires_on": "2020-01-31"}, "is over"),
            ({"client_secret": "s3cret"}, "unknown name 'client_secret'"),
        ],
    )
    def test_what_cannot_be(self, console, change, said):
        document = {"connection": {**CONNECTION, **change}}
        assert said in refused(lambda: console.apply(document, "s3cret"))
        assert console.show()["connection"]["client_id"] is None


class TestRoles:
    def test_they_are_made_and_deleted(self, console, contoso):
        """One with a group of its own, one with a group that is there."""
        OwnGroupFactory(name="Choir", environment=contoso)
        wanted = {"roles": {"Viewer": {}, "Singer": {"group": "Choir"}}}

        assert set(console.apply(wanted)) == {"roles.Viewer", "roles.Singer"}
        assert console.apply(wanted) == []
        assert console.show()["roles"] == wanted["roles"]

        assert console.apply({"roles": {"Viewer": {}}}) == ["roles.Singer"]
        assert Group.objects.filter(name="Choir").exists()

    def test_a_group_of_its_own_again(self, console, contoso):
        OwnGroupFactory(name="Choir", environment=contoso)
        console.apply({"roles": {"Singer": {"group": "Choir"}}})

        assert console.apply({"roles": {"Singer": {}}}) == ["roles.Singer"]

        assert console.show()["roles"] == {"Singer": {}}
        assert EnvironmentRole.objects.get().group.name != "Choir"

    def test_people_get_their_groups(self, console, contoso, scim):
        scim.post(
            "/Users",
            {"userName": "eve@contoso.example", "roles": [{"value": "Singer"}]},
        )
        OwnGroupFactory(name="Choir", environment=contoso)

        console.apply({"roles": {"Singer": {"group": "Choir"}}})

        assert Group.objects.get(name="Choir").user_set.count() == 1

    def test_another_group(self, console, contoso, roles):
        OwnGroupFactory(name="Choir", environment=contoso)
        wanted = console.show()["roles"] | {"Viewer": {"group": "Choir"}}

        assert console.diff({"roles": wanted})[0] == 1
        assert console.apply({"roles": wanted}) == ["roles.Viewer"]
        assert roles["Viewer"].group.name == "Viewer"
        assert EnvironmentRole.objects.get(value="Viewer").group.name == "Choir"

    def test_a_document_without_roles_leaves_them(self, console, roles):
        assert console.apply({}) == []
        assert EnvironmentRole.objects.count() == len(roles)

    def test_groups_of_others_are_out_of_reach(self, console, fabrikam):
        """Who runs the command may do everything, the environment may not."""
        GroupFactory(name="Staff")
        OwnGroupFactory(name="Fabrikam's", environment=fabrikam)

        for name in ("Staff", "Fabrikam's", "Nobody's"):
            said = refused(
                lambda name=name: console.apply({"roles": {"Boss": {"group": name}}})
            )
            assert "grantable_groups" in said
        assert not EnvironmentRole.objects.exists()

    def test_all_or_nothing(self, console, roles):
        """A role that cannot be undoes what was done before it."""
        wanted = {"roles": {"Singer": {}, "Boss": {"group": "Nobody's"}}}

        refused(lambda: console.apply(wanted))

        assert set(console.show()["roles"]) == set(roles)

    @pytest.mark.parametrize(
        ("roles", "said"),
        [
            ({"Two words": {}}, "no spaces"),
            ({"x" * 300: {}}, "roles.xxx"),
            ({"a, b": {}}, "comma"),
            ({"Viewer": "Choir"}, "not an object"),
            ({"Viewer": {"groups": "Choir"}}, "unknown name 'groups'"),
            ({"Viewer": {"group": 1}}, "not a name"),
            (["Viewer"], "not an object"),
        ],
    )
    def test_what_cannot_be(self, console, roles, said):
        assert said in refused(lambda: console.apply({"roles": roles}))


class TestTrouble:
    def test_it_is_no_document(self, console, tmp_path):
        wrong = tmp_path / "wrong.json"
        wrong.write_text("{")

        assert "not JSON" in refused(lambda: console.run("diff", None, str(wrong)))
        assert "No such file" in refused(
            lambda: console.run("diff", None, str(tmp_path / "none.json"))
        )

    def test_a_secret_that_is_empty(self, console):
        said = refused(
            lambda: console.run(
                "apply",
                {"connection": CONNECTION},
                "--client-secret-env",
                "NOT_SET_ANYWHERE",
            )
        )
        assert "empty" in said

    def test_a_secret_without_its_connection(self, console):
        assert "comes with" in refused(lambda: console.apply({"roles": {}}, "s3cret"))

    def test_both_on_standard_input(self, console):
        said = refused(
            lambda: console.run("apply", {"roles": {}}, "--client-secret-stdin")
        )
        assert "either" in said

    def test_an_environment_that_is_not_there(self, console):
        console.environment = type("Gone", (), {"pk": 0})

        assert "There is no" in refused(console.show)


def test_nothing_of_others_is_shown(console, fabrikam, foreign_scim):
    foreign_scim.post("/Users", {"userName": "carol@fabrikam.example"})
    UserFactory(email="carol2@fabrikam.example", environment=fabrikam)

    assert console.show()["state"]["people"] == 0
    assert console.show()["state"]["access_keys"] == 0


class TestRolesOfTheProduct:
    DOCUMENT = {"view_group": {}, "Keeper": {"target": "change_group"}}

    @pytest.fixture(autouse=True)
    def policy(self, settings):
        settings.ENTRA_SCIM_POLICY = "tests.support.role_policies.PermissionPolicy"

    def test_they_are_made_and_shown(self, console):
        assert len(console.apply({"roles": self.DOCUMENT})) == 2
        assert console.show()["roles"] == self.DOCUMENT
        assert console.apply({"roles": self.DOCUMENT}) == []
        changed = console.apply({"roles": {"Keeper": {"target": "view_group"}}})
        assert changed == ["roles.view_group", "roles.Keeper"]
        assert not Group.objects.exists()

    @pytest.mark.parametrize(
        ("role", "said"),
        [
            ({"target": "delete_group"}, "cannot be delete_group"),
            ({}, "cannot be Boss"),
            ({"target": 7}, "roles.Boss.target is not a name"),
        ],
    )
    def test_what_the_product_does_not_offer(self, console, role, said):
        assert said in refused(lambda: console.apply({"roles": {"Boss": role}}))
        assert not EnvironmentRole.objects.exists()
