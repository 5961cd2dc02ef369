"""Which attributes of Entra's are mapped in vain, and how the tab learns of it."""

from __future__ import annotations

import datetime

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entra_scim.connection.configuration import connection_of
from entra_scim.diagnosis import observations, unknown_attributes
from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.findings.unknown_attributes import findings
from entra_scim.models import UnknownAttribute
from entra_scim.scim.unknown_attributes import (
    unknown_in_operations,
    unknown_in_resource,
)

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User"

# The 22 rows of the default mapping, as Entra sends them.
DEFAULT_MAPPING = {
    "schemas": [CORE, ENTERPRISE],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "eve@contoso.example",
    "active": True,
    "displayName": "Eve Jones",
    "title": "Director",
    "preferredLanguage": "en-US",
    "name": {"givenName": "Eve", "familyName": "Jones", "formatted": "Eve Jones"},
    "emails": [{"primary": True, "type": "work", "value": "eve@contoso.example"}],
    "phoneNumbers": [{"type": "work", "value": "1"}, {"type": "fax", "value": "2"}],
    "addresses": [{"type": "work", "formatted": "x", "streetAddress": "y"}],
    "roles": [{"value": "Viewer", "display": "Viewer", "type": "Role"}],
    "meta": {"resourceType": "User"},
    "groups": [{"value": "x"}],
    ENTERPRISE: {
        "department": "Board",
        "employeeNumber": "7",
        "manager": {"value": "x", "$ref": "y", "displayName": "z"},
    },
}


class TestNames:
    @pytest.mark.parametrize(
        "body",
        [
            DEFAULT_MAPPING,
            {CORE: DEFAULT_MAPPING},
            {"NAME.GIVENNAME": "Eve", f"{ENTERPRISE}:manager": "x", "manager": "x"},
            {'emails[type eq "work"].value': "x", f"{CORE}:roles": []},
            {"otherMails": None, CUSTOM: {"CustomAttribute": ""}},
            ["otherMails"],
            None,
        ],
    )
    def test_what_is_kept_or_empty_is_not_named(self, body):
        assert unknown_in_resource(body) == set()
        operation = {"op": "add", "value": body}
        assert unknown_in_operations([operation, None]) == set()

    @pytest.mark.parametrize(
        ("body", "names"),
        [
            ({CUSTOM: {"CustomAttribute": "1"}}, {f"{CUSTOM}:CustomAttribute"}),
            ({f"{CUSTOM}:CustomAttribute": "1"}, {f"{CUSTOM}:CustomAttribute"}),
            ({"otherMails": ["a@x.example"], "disPlayNmae": "x"}, {"otherMails", "disPlayNmae"}),
            ({"name": {"givenName": "x", "nickName": "x"}}, {"name.nickName"}),
            ({"emails": [{"type": "work", "verified": True}]}, {"emails.verified"}),
            ({ENTERPRISE: {"team": "x"}}, {f"{ENTERPRISE}:team"}),
            ({"password": "Ab1!"}, {"password"}),
            ({'emails[type eq "work"].note': "x"}, {'emails[type eq "work"].note'}),
            ({'emails[value eq "eve@x.example"].note': "x"}, {"emails.note"}),
            ({"x" * 999: "x"}, {"x" * 199 + "…"}),
        ],
    )  # fmt: skip
    def test_what_is_not_kept_is_named_as_the_mapping_shows_it(self, body, names):
        assert unknown_in_resource(body) == names
        assert unknown_in_operations([{"op": "Add", "value": body}]) == names

    def test_paths_of_operations(self):
        path = f"{CUSTOM}:CustomAttribute"
        operations = [
            {"op": "Replace", "path": path, "value": "x"},
            {"OP": "Add", "PATH": CUSTOM, "VALUE": {"Second": "x"}},
            {"op": "Replace", "path": "name", "value": {"middle": "x"}},
            {"op": "Replace", "path": "title", "value": "x"},
        ]

        assert unknown_in_operations(operations) == {
            path,
            f"{CUSTOM}:Second",
            "name.middle",
        }
        assert unknown_in_operations("nonsense") == set()

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{ENTERPRISE}:manager", {"value": "1f556bd0"}),
            (f"{ENTERPRISE}:manager", {"$ref": "../Users/7", "value": "7"}),
            (f"{CORE}:name", {"givenName": "Eve"}),
        ],
    )
    def test_a_path_with_its_schema_has_parts_too(self, path, value):
        """As Entra sends a manager: its default mapping has nothing to correct."""
        operation = {"op": "Add", "path": path, "value": value}

        assert unknown_in_operations([operation]) == set()
        assert unknown_in_resource({path: value}) == set()
        operation["value"] = {"wrong": "x"}
        assert unknown_in_operations([operation]) == {f"{path}.wrong"}

    def test_the_extension_as_a_whole_is_known(self):
        removed = {"op": "Remove", "path": ENTERPRISE}

        assert unknown_in_operations([removed, {**removed, "value": "x"}]) == set()

    def test_names_are_few_however_many_are_sent(self):
        assert len(unknown_in_resource({f"a{n}": "x" for n in range(5000)})) == 20


@pytest.mark.django_db
class TestTab:
    BODY = {"userName": "eve@contoso.example", "otherMails": ["a@x.example"]}

    def listed(self, environment):
        def facts_of(environment):
            return Facts(
                connection=connection_of(environment),
                usable_keys=[],
                breakage=None,
                observed=observations.observe(environment),
            )

        for finding in findings(facts_of(environment)):
            if finding.code == "unknown_attributes":
                assert "delete the rows" in str(finding.remedy)
                return list(finding.details)
        return []

    def test_they_are_listed_until_entra_sends_them_no_more(
        self, several_environments, contoso, fabrikam, scim
    ):
        eve = scim.post("/Users", self.BODY).json()["id"]
        path = f"{CUSTOM}:CustomAttribute"
        scim.patch(f"/Users/{eve}", {"op": "Replace", "path": path, "value": "1"})

        assert self.listed(contoso) == ["otherMails", path]
        assert self.listed(fabrikam) == []
        assert "a@x.example" not in str(list(UnknownAttribute.objects.values()))
        past = timezone.now() - datetime.timedelta(days=8)
        UnknownAttribute.objects.filter(name="otherMails").update(seen_at=past)
        assert self.listed(contoso) == [path]
        scim.put(f"/Users/{eve}", self.BODY)
        assert self.listed(contoso) == ["otherMails", path]

    def test_nothing_is_written_when_nothing_is_new(self, contoso, scim):
        eve = scim.post("/Users", self.BODY).json()["id"]
        again = {"op": "Replace", "path": "otherMails", "value": ["b@x.example"]}

        with CaptureQueriesContext(connection) as queries:
            scim.patch(f"/Users/{eve}", again)

        touching = [q["sql"] for q in queries if "unknownattribute" in q["sql"]]
        assert len(touching) == 1
        assert touching[0].startswith("SELECT")
        with CaptureQueriesContext(connection) as queries:
            scim.patch(f"/Users/{eve}", {**again, "path": "title", "value": "Boss"})
        assert not [q for q in queries if "unknownattribute" in q["sql"]]

    def test_they_are_bounded(self, contoso):
        """Names that are sent no more make room for others."""
        past = timezone.now() - datetime.timedelta(days=8)
        for number in range(10):
            unknown_attributes.note(contoso, [f"old{number}"])
        UnknownAttribute.objects.update(seen_at=past)
        for number in range(100):
            unknown_attributes.note(contoso, [f"new{number}"])

        assert len(unknown_attributes.names_of(contoso)) == 50
        assert UnknownAttribute.objects.count() == 50

    def test_what_is_refused_is_no_matter_of_the_mapping(self, contoso, scim, admin):
        scim.post("/Users", {**self.BODY, "userName": admin.email})

        assert self.listed(contoso) == []


def test_the_extension_as_a_whole_is_known():
    operations = [
        {"op": "add", "path": ENTERPRISE, "value": {"department": "Sales"}},
        {"op": "add", "path": f"{ENTERPRISE}.department", "value": "Sales"},
    ]

    assert list(unknown_in_operations(operations)) == [f"{ENTERPRISE}.department"]


def test_a_database_that_takes_no_names_refuses_no_request(
    scim, caplog, django_capture_on_commit_callbacks
):
    """They are noted when Entra sends them again."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and UnknownAttribute._meta.db_table in sql:
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(refuse),
        django_capture_on_commit_callbacks(execute=True),
    ):
        response = scim.post(
            "/Users", {"userName": "max@contoso.example", "shoeSize": "7"}
        )

    assert response.status_code == 201
    assert "Could not note unknown attributes" in caplog.text
    assert not UnknownAttribute.objects.exists()
