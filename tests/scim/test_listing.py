"""Lists of people: pages, order and attributes."""

from __future__ import annotations

import pytest

from tests.support.population import store
from tests.support.resources import CORE, ENTERPRISE, create

pytestmark = pytest.mark.django_db


def names(response):
    return [
        resource["userName"].partition("@")[0]
        for resource in response.json()["Resources"]
    ]


class TestListing:
    @pytest.fixture
    def people(self, scim):
        for name in ("eve", "ann", "bob", "Carl"):
            create(scim, name, displayName=name.upper())

    @pytest.mark.parametrize("also", ["", " and active eq true"])
    def test_who_changed_comes_in_the_order_of_that(self, scim, people, also):
        """An index has this order: in that of pages, SQLite would look at everybody."""
        [first] = scim.get("/Users", {"count": 1}).json()["Resources"]
        scim.patch(
            f"/Users/{first['id']}",
            {"op": "Replace", "path": "displayName", "value": "Eve"},
        )

        found = scim.get(
            "/Users", {"filter": f'meta.lastModified gt "2001-01-01T00:00:00Z"{also}'}
        )

        assert names(found) == ["ann", "bob", "Carl", "eve"]

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
