"""What the endpoint says about itself, and which groups it has."""

from __future__ import annotations

import json
import uuid

import pytest

from entra_scim.models import ProvisioningEvent
from tests.support.resources import CORE, ENTERPRISE, create

pytestmark = pytest.mark.django_db


class TestDiscovery:
    def test_tells_what_is_supported(self, scim):
        """Patch, filters, sorting and ETags; no bulk, no passwords."""
        config = scim.get("/ServiceProviderConfig").json()

        supported = {
            name: config[name]["supported"]
            for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag")
        }
        assert supported == {
            "patch": True,
            "bulk": False,
            "filter": True,
            "changePassword": False,
            "sort": True,
            "etag": True,
        }
        assert config["filter"]["maxResults"] == 200

    def test_resource_types_and_schemas(self, scim):
        """Users only, with what is kept of them: no password, no groups."""
        types = scim.get("/ResourceTypes").json()
        assert [item["endpoint"] for item in types["Resources"]] == ["/Users"]
        assert scim.get("/ResourceTypes/User").json() == types["Resources"][0]
        schemas = scim.get("/Schemas").json()
        assert {item["id"] for item in schemas["Resources"]} == {CORE, ENTERPRISE}
        for item in schemas["Resources"]:
            assert scim.get(f"/Schemas/{item['id']}").json() == item
        core = schemas["Resources"][0]
        attributes = {attribute["name"] for attribute in core["attributes"]}
        assert "userName" in attributes
        assert not {"password", "groups"} & attributes
        [roles] = [a for a in core["attributes"] if a["name"] == "roles"]
        exact = {a["name"] for a in roles["subAttributes"] if a["caseExact"]}
        assert exact == {"value"}
        assert "null" not in json.dumps(schemas)

    def test_schemas_say_what_the_server_does(self, scim):
        """Uniqueness, the names of types, and the descriptions of RFC 7643."""
        [user] = scim.get("/ResourceTypes").json()["Resources"]
        core, extension = scim.get("/Schemas").json()["Resources"]
        attributes = {item["name"]: item for item in core["attributes"]}
        parts = {
            name: {part["name"]: part for part in item["subAttributes"]}
            for name, item in attributes.items()
            if item["multiValued"]
        }

        assert user["description"] == core["description"] == "User Account"
        assert extension["description"] == "Enterprise User"
        assert {
            name
            for name, item in attributes.items()
            if item.get("uniqueness") == "server"
        } == {"externalId", "userName"}
        assert {
            name
            for name, item in parts.items()
            if item.get("value", {}).get("uniqueness") == "server"
        } == {"emails"}
        for item in parts.values():
            assert item["type"]["canonicalValues"]
            assert item["type"]["description"].startswith("What the value is for")
        for name in ("emails", "addresses", "phoneNumbers"):
            assert {"work", "other"} <= set(parts[name]["type"]["canonicalValues"])

    def test_head_works_where_get_does(self, scim):
        """With the same status and headers, and without a body."""
        person = f"/Users/{create(scim, 'eve').json()['id']}"
        for path in (
            "/ServiceProviderConfig",
            "/ResourceTypes",
            "/ResourceTypes/User",
            "/Schemas",
            f"/Schemas/{CORE}",
            "/Users",
            person,
            "/Groups",
        ):
            got, head = scim.get(path), scim.send("head", path, "")
            assert head.status_code == got.status_code == 200, path
            assert head.content == b""
            assert head.get("ETag") == got.get("ETag")
        assert scim.send("head", f"/Users/{uuid.uuid4()}", "").status_code == 404

    @pytest.mark.parametrize("path", ["/Schemas/urn:nothing", "/ResourceTypes/Group"])
    def test_what_is_not_there_is_not_found(self, scim, path):
        """404 in SCIM's form."""
        assert scim.get(path).status_code == 404

    def test_filters_are_forbidden(self, scim):
        """RFC 7644 §4."""
        assert scim.get("/Schemas", {"filter": "id pr"}).status_code == 403


class TestGroups:
    def test_answer_as_empty(self, scim):
        """Entra probes groups even if it provisions none."""
        response = scim.get(
            "/Groups",
            {"filter": 'displayName eq "x"', "excludedAttributes": "members"},
        )

        assert response.status_code == 200
        assert response.json()["totalResults"] == 0
        assert response.json()["Resources"] == []
        assert scim.post("/Groups/.search", {}).json()["Resources"] == []

    def test_cannot_be_written(self, scim):
        """The refusal says what to turn off in Entra."""
        assert scim.get("/Groups/1").status_code == 404
        assert scim.delete("/Groups/1").status_code == 404
        response = scim.post("/Groups", {"displayName": "Sales"})
        assert response.status_code == 405
        assert "Groups are not provisioned here" in response.json()["detail"]
        assert ProvisioningEvent.objects.get(reason="groups").name == "Sales"
