"""Bad requests get an error that says what to do."""

from __future__ import annotations

import uuid

import pytest

from entra_scim.connection import configuration, pausing
from entra_scim.dialect.operations import MAX_OPERATIONS
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.scim.http import MAX_BODY
from tests.support.resources import ENTERPRISE, create

pytestmark = pytest.mark.django_db


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
            *(
                ("options", path, 405)
                for path in ("", "/Users", "/Groups/x", "/Me", "/Bulk", "/x")
            ),
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

            assert response.status_code == 400
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

    @pytest.mark.parametrize("is_paused", [True, False])
    def test_what_is_meant_is_no_failure(self, scim, contoso, caplog, is_paused):
        """Django mails each error that it logs to the product's own staff."""
        if is_paused:
            pausing.pause(configuration.connection_of(contoso))

        response = scim.get("/Users" if is_paused else "/Me")

        assert response.status_code == (503 if is_paused else 501)
        assert [record.levelname for record in caplog.records] == ["WARNING"]

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
