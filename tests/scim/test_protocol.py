"""What RFC 7644 says of resources, listings, versions and errors."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from entra_scim.connection import access_keys
from entra_scim.dialect.operations import MAX_OPERATIONS
from entra_scim.models import AccessKey, ProvisionedUser, ProvisioningEvent
from entra_scim.scim.http import MAX_BODY
from tests.support.population import store

pytestmark = pytest.mark.django_db

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def create(scim, who, /, **attributes):
    response = scim.post(
        "/Users",
        {"schemas": [CORE], "userName": f"{who}@contoso.example", **attributes},
    )
    assert response.status_code == 201, response.content
    return response


def names(response):
    return [
        resource["userName"].partition("@")[0]
        for resource in response.json()["Resources"]
    ]


class TestResource:
    def test_create_read_replace_delete(self, scim):
        """The life of a resource, with Location, ETag and meta."""
        created = create(scim, "eve", title="Boss")
        body = created.json()
        path = f"/Users/{body['id']}"

        assert uuid.UUID(body["id"])
        assert body["schemas"] == [CORE]
        assert body["meta"]["resourceType"] == "User"
        assert body["meta"]["location"] == f"http://testserver{scim.base}{path}"
        assert created["Location"] == body["meta"]["location"]
        assert created["ETag"] == body["meta"]["version"] == 'W/"1"'
        assert body["meta"]["created"].endswith("Z")
        assert scim.get(path).json() == body

        replaced = scim.put(path, {"userName": "eve@contoso.example"})
        assert replaced.status_code == 200
        assert replaced["ETag"] == 'W/"2"'
        assert "title" not in replaced.json()
        assert replaced.json()["meta"]["created"] == body["meta"]["created"]

        assert scim.delete(path).status_code == 204
        assert scim.get(path).status_code == 404

    def test_every_path_takes_a_slash_at_its_end(self, scim):
        """Never a redirect, which loses the body of a POST."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"

        assert scim.get("/Users/").status_code == 200
        assert scim.get(f"{path}/").status_code == 200
        assert (
            scim.post("/Users/", {"userName": "x@contoso.example"}).status_code == 201
        )
        assert (
            scim.patch(f"{path}/", {"op": "remove", "path": "title"}).status_code == 200
        )
        for endpoint in ("Groups", "Schemas", "ResourceTypes", "ServiceProviderConfig"):
            assert scim.get(f"/{endpoint}/").status_code == 200

    def test_unknown_parameters_are_ignored(self, scim):
        """The flag may end up in any URL."""
        create(scim, "eve")

        assert scim.get("/Users?aadOptscim062020&x=1").json()["totalResults"] == 1

    def test_the_extension_is_announced(self, scim):
        """schemas has what the resource has."""
        body = create(scim, "eve", **{ENTERPRISE: {"department": "D"}}).json()

        assert body["schemas"] == [CORE, ENTERPRISE]

    def test_a_patch_that_changes_nothing_writes_nothing(
        self, scim, django_assert_num_queries
    ):
        """Neither version nor moment change, and no event is left."""
        created = create(scim, "eve", title="Boss").json()
        events = ProvisioningEvent.objects.count()

        response = scim.patch(
            f"/Users/{created['id']}",
            {"op": "Replace", "path": "title", "value": "Boss"},
            {"op": "Replace", "path": "active", "value": "True"},
        )

        assert response.json() == created
        assert ProvisioningEvent.objects.count() == events

    @pytest.mark.parametrize(
        "spelling", ["{{{}}}", "urn:uuid:{}", "{}x", "x{}"], ids=str
    )
    def test_a_resource_has_one_address(self, scim, spelling):
        """Other spellings of its id are not found."""
        resource_id = create(scim, "eve").json()["id"]

        assert scim.get(f"/Users/{spelling.format(resource_id)}").status_code == 404
        assert scim.get(f"/Users/{resource_id.replace('-', '')}").status_code == 404


class TestEntityTags:
    def test_a_write_with_an_old_version_is_refused(self, scim):
        """If-Match is compared weakly; 412 leaves everything as it was."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"
        change = {"op": "Replace", "path": "title", "value": "Boss"}

        assert scim.patch(path, change, If_Match='W/"7"').status_code == 412
        assert scim.put(path, {"userName": "x"}, If_Match='"7"').status_code == 412
        assert scim.delete(path, If_Match='W/"7"').status_code == 412
        assert scim.get(path)["ETag"] == 'W/"1"'
        assert scim.patch(path, change, If_Match='W/"7", W/"1"')["ETag"] == 'W/"2"'
        assert scim.patch(path, change, If_Match='"2"').status_code == 200
        assert scim.patch(path, change, If_Match="*").status_code == 200
        assert scim.patch(path, change, If_None_Match="*").status_code == 412
        assert scim.patch(path, change, If_None_Match='W/"9"').status_code == 200
        assert scim.delete(path, If_Match='W/"2"').status_code == 204

    def test_a_read_of_a_known_version_has_no_body(self, scim):
        """If-None-Match spares the body."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"

        known = scim.get(path, If_None_Match='W/"1"')
        assert known.status_code == 304
        assert known.content == b""
        assert known["ETag"] == 'W/"1"'
        assert scim.get(path, If_None_Match='W/"2"').status_code == 200

    def test_a_read_of_another_version_is_refused(self, scim):
        """If-Match holds for reading too (RFC 9110 §13.1.1)."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"

        assert scim.get(path, If_Match='W/"7"').status_code == 412
        assert scim.get(path, If_Match='W/"7", "1"').status_code == 200
        assert scim.get(path, If_Match="*").status_code == 200


class TestListing:
    @pytest.fixture
    def people(self, scim):
        for name in ("eve", "ann", "bob", "Carl"):
            create(scim, name, displayName=name.upper())

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["eve", "ann", "bob", "Carl"]),
            ({"startIndex": 2, "count": 2}, ["ann", "bob"]),
            ({"startIndex": 0, "count": 1}, ["eve"]),
            ({"startIndex": -5, "count": 1}, ["eve"]),
            ({"startIndex": 4}, ["Carl"]),
            ({"startIndex": 5}, []),
            ({"startIndex": 10**30}, []),
            ({"count": 0}, []),
            ({"count": -1}, []),
            ({"count": 10**30}, ["eve", "ann", "bob", "Carl"]),
            ({"sortBy": "userName"}, ["ann", "bob", "Carl", "eve"]),
            (
                {"sortBy": "USERNAME", "sortOrder": "descending"},
                ["eve", "Carl", "bob", "ann"],
            ),
            ({"sortBy": f"{CORE}:userName", "count": 1}, ["ann"]),
            ({"sortBy": "meta.lastModified"}, ["eve", "ann", "bob", "Carl"]),
            (
                {"sortBy": "meta.created", "sortOrder": "Descending"},
                ["Carl", "bob", "ann", "eve"],
            ),
            ({"sortBy": "meta.created"}, ["eve", "ann", "bob", "Carl"]),
            ({"sortBy": "userName", "filter": 'userName sw "A"'}, ["ann"]),
        ],
    )
    def test_pages_and_orders(self, scim, people, query, expected):
        """The same by GET and by POST to .search, with the total of all matches."""
        response = scim.get("/Users", query)
        body = response.json()

        assert names(response) == expected
        assert body["itemsPerPage"] == len(expected)
        assert body["totalResults"] == (1 if "filter" in query else 4)
        assert body["startIndex"] == min(max(query.get("startIndex", 1), 1), 2**31)
        schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
        for path in ("/Users/.search", "/.search"):
            searched = scim.post(path, {"schemas": [schema], **query})
            assert searched.status_code == 200
            assert searched.json() == body

    def test_sorting_goes_by_code_points_and_tells_what_it_goes_by(self, scim):
        """On every database, whatever the language of the server."""
        # MySQL and MariaDB take "\u00e4" for "a" where a value is unique.
        for name in ("b", "\u00e4c", "Z", "a_", "a-", "aB", "a"):
            create(scim, name)

        found = names(scim.get("/Users", {"sortBy": "userName"}))
        refused = scim.get("/Users", {"sortBy": "displayName"}).json()

        assert found == ["a-", "a", "a_", "aB", "b", "Z", "\u00e4c"]
        assert "userName, meta.created, meta.lastModified" in refused["detail"]

    @pytest.mark.parametrize("sort", [{}, {"sortBy": "userName"}])
    def test_deep_pages_are_as_the_first_ones(self, contoso, scim, sort):
        """Nobody is missing, nobody is there twice."""
        people = [f"person{number:04}" for number in range(430)]
        for name in people:
            store(contoso, userName=f"{name}@contoso.example")

        found = []
        for start in range(1, 500, 70):
            response = scim.get("/Users", {"startIndex": start, "count": 70, **sort})
            assert response.json()["totalResults"] == 430
            found += names(response)

        assert sorted(found) == people

    @pytest.mark.parametrize(
        ("query", "scim_type"),
        [
            ({"startIndex": "one"}, "invalidValue"),
            ({"count": "1.5"}, "invalidValue"),
            ({"count": "1_0"}, "invalidValue"),
            ({"startIndex": "\u0663"}, "invalidValue"),
            ({"count": ""}, "invalidValue"),
            ({"count": "9" * 5000}, "invalidValue"),
            ({"sortOrder": "upwards"}, "invalidValue"),
            ({"sortBy": "title"}, "invalidValue"),
            ({"sortBy": "displayName"}, "invalidValue"),
            ({"sortBy": "name"}, "invalidValue"),
            ({"sortBy": "["}, "invalidValue"),
            ({"sortBy": ""}, "invalidValue"),
            ({"sortBy": 'emails[type eq "work"]'}, "invalidValue"),
            ({"sortBy": "urn:example:userName"}, "invalidValue"),
            ({"attributes": "["}, "invalidValue"),
            ({"attributes": "a b"}, "invalidValue"),
            ({"attributes": "a" * 301}, "invalidValue"),
            ({"excludedAttributes": "a," * 201}, "invalidValue"),
            ({"attributes": "a", "excludedAttributes": "b"}, "invalidValue"),
        ],
    )
    def test_what_is_no_query_is_refused(self, scim, people, query, scim_type):
        """Never a guess."""
        response = scim.get("/Users", query)

        assert response.status_code == 400
        assert response.json()["scimType"] == scim_type

    @pytest.mark.parametrize(
        "body",
        [
            {"count": "x"},
            {"count": True},
            {"count": 1.5},
            {"filter": 7},
            {"sortBy": []},
            {"attributes": 7},
            {"attributes": [7]},
            {"schemas": ["urn:other"]},
        ],
    )
    def test_search_refuses_wrong_types(self, scim, body):
        """A body has types, and they are checked."""
        assert scim.post("/Users/.search", body).status_code == 400

    def test_attributes_are_chosen(self, scim):
        """RFC 7644 §3.9, on every answer with a resource."""
        path = f"/Users/{create(scim, 'eve', title='T', name={'givenName': 'E'}).json()['id']}"

        chosen = scim.get(path, {"attributes": "userName,name.givenName"}).json()
        assert set(chosen) == {"schemas", "id", "userName", "name"}
        without = scim.get(path, {"excludedAttributes": "title,meta,members"}).json()
        assert "title" not in without
        assert "meta" not in without
        assert without["userName"]
        [listed] = scim.get("/Users", {"attributes": "id"}).json()["Resources"]
        assert set(listed) == {"schemas", "id"}
        patched = scim.patch(
            path + "?attributes=title", {"op": "Replace", "path": "title", "value": "B"}
        ).json()
        assert patched["title"] == "B"
        assert set(patched) == {"schemas", "id", "title"}

    @pytest.mark.parametrize(
        ("parameter", "names", "expected"),
        [
            ("attributes", 'emails[type eq "work"]', {"emails": ["value", "type"]}),
            ("attributes", 'emails[type eq "a,b]"].value,X', {"emails": ["value"]}),
            ("attributes", f"{CORE}:Emails.VALUE", {"emails": ["value"]}),
            ("attributes", f"{ENTERPRISE}:department", {ENTERPRISE: ["department"]}),
            (
                "attributes",
                ENTERPRISE.upper(),
                {ENTERPRISE: ["department", "division"]},
            ),
            ("attributes", "Division", {ENTERPRISE: ["division"]}),
            ("attributes", "meta.version", {"meta": ["version"]}),
            ("attributes", "urn:example:title,nothing.there", {}),
            (
                "excludedAttributes",
                f"schemas,id,meta,title,userName,active,{ENTERPRISE}:department,emails.type",
                {"emails": ["value"], ENTERPRISE: ["division"]},
            ),
            (
                "excludedAttributes",
                f"meta,title,userName,active,{ENTERPRISE},emails.value,emails.type",
                {},
            ),
        ],
    )
    def test_any_form_of_a_name_chooses(self, scim, parameter, names, expected):
        """A selected value stands for its attribute, by GET and by POST to .search."""
        create(
            scim,
            "eve",
            title="T",
            emails=[{"value": "eve@contoso.example", "type": "work"}],
            **{ENTERPRISE: {"department": "D", "division": "V"}},
        )

        found = scim.get("/Users", {parameter: names}).json()
        [resource] = found["Resources"]

        assert {"schemas", "id"} <= resource.keys()
        chosen = {
            name: set(value[0] if isinstance(value, list) else value)
            for name, value in resource.items()
            if name not in ("schemas", "id")
        }
        assert chosen == {name: set(parts) for name, parts in expected.items()}
        if "[" not in names:
            body = {parameter: names.split(",")}
            assert scim.post("/Users/.search", body).json() == found

    def test_a_foreign_environment_is_invisible(self, scim, foreign_scim, people):
        """Nothing of one customer's is in another's list, total or search."""
        assert foreign_scim.get("/Users").json()["totalResults"] == 0
        assert foreign_scim.filter('userName sw "e" or active eq true') == []


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


class TestErrors:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("get", "/Me", 501),
            ("post", "/Bulk", 501),
            ("delete", "/Me/x", 501),
            ("get", "", 404),
            ("get", "/", 404),
            ("get", "/Nothing", 404),
            ("post", "/Nothing/at/all", 404),
            ("get", "/Users/1", 404),
            ("get", "/Users/%00", 404),
            ("patch", "/Users/not-a-uuid", 404),
            ("delete", "/Users", 405),
            ("put", "/Users", 405),
            ("patch", "/Users", 405),
            ("post", f"/Users/{uuid.uuid4()}", 405),
            ("head", "/Users/.search", 405),
            ("options", "/Users", 405),
            ("get", "/Users/.search", 405),
            ("post", "/Schemas", 405),
            ("get", "/Users%0A/x", 404),
        ],
    )
    def test_are_scim_whatever_is_asked(self, scim, method, path, status):
        """Status as a string, schemas, a detail, and a reference to the event."""
        response = scim.send(method, path, "{}")

        assert response.status_code == status
        if method == "head":
            return
        error = response.json()
        assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert error["status"] == str(status)
        reference = response["X-Correlation-Id"]
        assert reference in error["detail"]
        assert ProvisioningEvent.objects.filter(correlation_id=reference).exists()

    @pytest.mark.parametrize("method", ["post", "put", "patch"])
    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"null", 400),
            (b"[]", 400),
            (b'"text"', 400),
            (b"1", 400),
            (b"\xff\xfe", 400),
            (b'{"userName": "a\\u0000b"}', 400),
            (b'{"a\\u0000b": 1}', 400),
            (b'{"userName": "\\ud800"}', 400),
            (b'{"userName": NaN}', 400),
            (b'{"userName": 1e999}', 400),
            (b'{"userName": ' + b"9" * 5000 + b"}", 400),
            (b'{"userName": "a", "userName": "b"}', 400),
            (b'{"userName": "a", "title": "b", "Title": "c"}', 400),
            (b'{"userName": "a", "active": true, "Active": true}', 400),
            (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
            (b"[" * 100_000, 400),
            (b'{"userName": "' + b"x" * MAX_BODY + b'"}', 413),
        ],
    )
    def test_bad_bodies_are_refused(self, scim, method, data, status):
        """Never a 500, and nothing changes."""
        path = "/Users"
        if method != "post":
            path += f"/{create(scim, 'eve').json()['id']}"
        before = list(ProvisionedUser.objects.values())

        response = scim.send(method, path, data)

        assert response.status_code == status
        if status == 400:
            assert response.json()["scimType"] in ("invalidSyntax", "invalidValue")
        assert list(ProvisionedUser.objects.values()) == before

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""],
    )
    def test_other_media_types_are_refused(self, scim, content_type):
        """415, for forms and what a page in a browser could send."""
        response = scim.send("post", "/Users", b'{"userName":"x"}', content_type)

        assert response.status_code == 415

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "application/scim+json; charset=utf-8",
            "Application/SCIM+JSON",
        ],
    )
    def test_json_by_any_name_is_taken(self, scim, content_type):
        """Entra adds the charset."""
        response = scim.send(
            "post", "/Users", b'{"userName":"x@contoso.example"}', content_type
        )

        assert response.status_code == 201

    def test_more_parameters_than_django_takes_are_refused(self, scim):
        """400 as for anything else that is wrong, and not 500."""
        for endpoint in ("Users", "Groups", "Schemas", f"Users/{uuid.uuid4()}"):
            response = scim.get(f"/{endpoint}?" + "a=1&" * 1001)

            assert response.status_code in (400, 404)
            assert response.json()["status"] == str(response.status_code)

    def test_any_accept_gets_scim(self, scim):
        """A browser's Accept gets JSON all the same."""
        assert scim.get("/Users", Accept="text/html").status_code == 200

    @pytest.mark.parametrize(
        ("operation", "detail"),
        [
            ({"path": "displayName", "value": {}}, "displayName must be a string."),
            ({"path": "name", "value": "x"}, "name must be an object."),
            ({"path": "userName", "value": ""}, "userName is required"),
            ({"path": "title[", "value": "x"}, "Operation 2: The path does not parse"),
            ({"path": "a" * 513, "value": "x"}, "longer than 512 characters"),
            ({"path": "active", "value": "no"}, "Operation 2: active must be true"),
            ({"value": {"emails": True}}, "Operation 2: emails must be a list"),
            (
                {"path": 'phoneNumbers[value eq "1"].display', "value": "x"},
                "No value of 'phoneNumbers' matches the path filter.",
            ),
            ({"path": "x509Certificates", "value": [{"value": {}}]}, "x509Certifi"),
        ],
    )
    def test_a_refusal_says_which_attribute_is_wrong(self, scim, operation, detail):
        """In the standard's names, and which operation of many it was."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"

        response = scim.patch(
            path,
            {"op": "Replace", "path": "title", "value": "x"},
            {"op": "Replace", **operation},
        )

        assert response.status_code == 400
        assert detail in response.json()["detail"]

    @pytest.mark.parametrize(
        "path",
        [
            'phoneNumbers[value eq "31205550100"].value',
            "phoneNumbers[value eq 31205550100].value",
            'phoneNumbers[value eq "31205550100"',
        ],
    )
    def test_a_refusal_keeps_no_phone_number(self, scim, path):
        """Neither does the event that keeps its text."""
        resource = f"/Users/{create(scim, 'eve').json()['id']}"

        response = scim.patch(resource, {"op": "replace", "path": path, "value": "1"})

        assert response.status_code == 400
        assert "3120555" not in response.json()["detail"]

    @pytest.mark.parametrize(
        ("attributes", "detail"),
        [
            ({"displayName": {}, "title": {}}, "displayName must be a string. title"),
            ({"emails": [{"value": {}}]}, "emails[0].value must be a string."),
            (
                {ENTERPRISE: {"manager": {"value": "x", "$ref": {}}}},
                f"{ENTERPRISE}:manager.$ref must be a string.",
            ),
        ],
    )
    def test_a_refused_person_tells_what_is_wrong_with_them(
        self, scim, attributes, detail
    ):
        """With the place in the resource."""
        response = scim.post("/Users", {"userName": "x@contoso.example", **attributes})

        assert response.status_code == 400
        assert response.json()["detail"].startswith(detail)

    def test_too_many_operations_are_refused(self, scim):
        """413 above the limit, 200 at it."""
        path = f"/Users/{create(scim, 'eve').json()['id']}"
        operation = {"op": "Replace", "path": "title", "value": "x"}

        assert scim.patch(path, *[operation] * MAX_OPERATIONS).status_code == 200
        assert scim.patch(path, *[operation] * (MAX_OPERATIONS + 1)).status_code == 413

    def test_too_many_values_are_refused(self, scim):
        """Whether they come at once or one after another."""
        numbers = [{"value": f"{number}"} for number in range(201)]
        path = f"/Users/{create(scim, 'eve', roles=numbers[:200]).json()['id']}"

        for response in (
            scim.post("/Users", {"userName": "x", "phoneNumbers": numbers}),
            scim.patch(path, {"op": "Replace", "path": "roles", "value": numbers}),
            scim.patch(path, {"op": "Add", "path": "roles", "value": numbers[200:]}),
            scim.patch(path, {"op": "Remove", "path": "roles", "value": numbers}),
        ):
            assert response.status_code == 400
            assert response.json()["scimType"] == "invalidValue"
            assert "more than 200 values" in response.json()["detail"]
        assert len(scim.get(path).json()["roles"]) == 200

    def test_an_error_of_ours_tells_nothing(self, scim, monkeypatch):
        """500 without the text of the exception; the event has the reference."""

        def fail(self, user):
            raise RuntimeError("the secret text")

        monkeypatch.setattr("entra_scim.policy.ProvisioningPolicy.is_exempt", fail)
        from tests.support.factories import UserFactory

        UserFactory(email="held@contoso.example")

        response = scim.post("/Users", {"userName": "held@contoso.example"})

        assert response.status_code == 500
        assert "secret text" not in response.content.decode()
        event = ProvisioningEvent.objects.get(kind=ProvisioningEvent.Kind.FAILED)
        assert str(event.correlation_id) in response.json()["detail"]
        assert not ProvisionedUser.objects.exists()


class TestAccess:
    def answers(self, contoso, fabrikam):
        """Return the answers to every kind of bad key."""
        _key, secret = access_keys.create(contoso)
        revoked, revoked_secret = access_keys.create(contoso)
        access_keys.revoke(revoked)
        expired, expired_secret = access_keys.create(contoso)
        AccessKey.objects.filter(pk=expired.pk).update(expires_at="2020-01-01T00:00Z")
        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
        foreign = reverse("entra_scim:base", kwargs={"environment_id": fabrikam.pk})
        unknown = reverse("entra_scim:base", kwargs={"environment_id": 987654321})
        for url, authorization in [
            (base, None),
            (base, ""),
            (base, "Bearer"),
            (base, "Bearer "),
            (base, f"Basic {secret}"),
            (base, f"Bearer {secret}x"),
            (base, f"Bearer {secret[:-1]}"),
            (base, "Bearer \u00e9"),
            (base, f"Bearer {revoked_secret}"),
            (base, f"Bearer {expired_secret}"),
            (foreign, f"Bearer {secret}"),
            (unknown, f"Bearer {secret}"),
            (f"{foreign[:-1]}not-a-number", f"Bearer {secret}"),
        ]:
            headers = {} if authorization is None else {"authorization": authorization}
            for method, path in [
                ("get", "/Users"),
                ("post", "/Users"),
                ("patch", f"/Users/{uuid.uuid4()}"),
                ("get", "/Groups"),
                ("get", "/Schemas"),
                ("get", "/nothing"),
                ("trace", "/Users"),
            ]:
                yield getattr(Client(headers=headers), method)(url + path)

    def test_every_bad_key_gets_the_same_answer(self, contoso, fabrikam):
        """Nobody learns which environments exist; no event is left."""
        answers = list(self.answers(contoso, fabrikam))

        assert {answer.status_code for answer in answers} == {401}
        assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}
        assert {answer["Content-Type"] for answer in answers} == {
            "application/scim+json"
        }
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].json()["status"] == "401"
        kinds = ProvisioningEvent.Kind
        assert not ProvisioningEvent.objects.filter(
            kind__in=(kinds.REFUSED, kinds.FAILED)
        ).exists()

    def test_a_session_opens_nothing(self, contoso, admin):
        """Not even the Admin's, and no login page is offered."""
        client = Client()
        client.force_login(admin)
        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})

        assert client.get(f"{base}/Users").status_code == 401
        assert client.post(f"{base}/Users").status_code == 401

    def test_no_login_page_and_no_csrf(self, scim, settings):
        """LoginRequiredMiddleware and CSRF checks leave the endpoint alone."""
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE,
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
        scim._client.handler.enforce_csrf_checks = True

        assert create(scim, "eve").status_code == 201
        assert scim.get("/Nothing").status_code == 404

    def test_the_host_s_settings_of_rest_framework_change_nothing(self, scim, settings):
        """Its permissions, throttles and renderers are for other views."""
        settings.REST_FRAMEWORK = {
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
            "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
            "DEFAULT_THROTTLE_RATES": {"anon": "1/day"},
            "EXCEPTION_HANDLER": "nothing.there",
        }

        assert create(scim, "eve").status_code == 201
        assert create(scim, "ann").status_code == 201
        assert scim.get("/Nothing").status_code == 404

    def test_a_paused_environment_asks_to_come_back(self, scim, contoso):
        """503 with Retry-After for everything; it never answers as if all were well."""
        if not hasattr(contoso, "provisioning_paused"):
            pytest.skip("This product cannot pause.")
        contoso.provisioning_paused = True
        contoso.save()

        for response in (
            scim.get("/Users"),
            scim.get("/Groups"),
            scim.get("/Schemas"),
            scim.post("/Users", {"userName": "x"}),
            scim.delete(f"/Users/{uuid.uuid4()}"),
        ):
            assert response.status_code == 503
            assert int(response["Retry-After"]) > 0
            assert response.json()["status"] == "503"
