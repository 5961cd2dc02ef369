"""Mistakes in Entra's configuration, told to those who can mend them."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.utils import timezone

from entra_scim.diagnosis.findings.sign_in import broken
from entra_scim.diagnosis.items import Place
from entra_scim.diagnosis.sign_in_health import Breakage
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisioningEvent,
)
from tests.support.tab import OBJECT_ID, ROLE, provision, tab, text_of

pytestmark = pytest.mark.django_db


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
        """And gone once Entra sends what is right."""
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

    def test_values_without_a_role_are_counted(self, client, contoso, scim):
        """On the step that is about roles, beside its title."""
        provision(scim, "eve", roles=[{**ROLE, "display": "V", "value": "Nobody's"}])

        page = client.get(tab(contoso)).content.decode()

        assert "(values without a role: 1)" in page

    def test_refusals(self, client, contoso, scim, admin):
        scim.post("/Users", {"userName": admin.email})
        assert self.refused(client, contoso) == {"address_exempt"}

        scim.post("/Users", {"userName": "x" * 300})
        assert self.refused(client, contoso) == {"address_exempt", "too_long"}

        for number in range(10):
            scim.post("/Users", {"userName": admin.email, "externalId": str(number)})
            admin.email = f"admin{number}@contoso.example"
            admin.save()
        codes = self.codes(client, contoso)

        assert "many_refusals" in codes

    def refused(self, client, contoso):
        page = client.get(tab(contoso)).content.decode()
        return {*re.findall(r'events/\?reason=(\w+)"', page)}

    def rename(self, scim, person, name):
        address = f"{name}@contoso.example"
        change = {"op": "Replace", "path": "userName", "value": address}
        return scim.patch(f"/Users/{person.pk}", change).status_code

    def test_only_some_details_are_shown(self, client, contoso, scim):
        """Of a mapping that is wrong for everybody, three say what is wrong."""
        for number in range(4):
            scim.get("/Users", {"filter": f'shoe{number} eq "43"'})

        [finding] = client.get(tab(contoso)).context["findings"]

        assert finding.code == "invalidFilter"
        assert len(finding.details) == 3

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


@pytest.mark.parametrize(
    ("certificate", "code", "place"),
    [
        ("", "AADSTS7000222", Place.CREDENTIALS),
        ("", "AADSTS700016", Place.CONNECTION),
        ("of ours", "AADSTS700027", Place.CERTIFICATE),
    ],
)
def test_a_broken_sign_in_leads_to_what_it_works_with(certificate, code, place):
    breakage = Breakage(since=timezone.now(), code=code)

    item = broken(EntraConnection(certificate=certificate), breakage)

    assert [way.to for way in item.ways] == [place, Place.SIGN_IN_CODES]
