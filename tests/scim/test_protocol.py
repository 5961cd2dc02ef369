"""Resources and their versions."""

from __future__ import annotations

import gzip
import io
import json
import uuid

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.test.client import FakePayload

from entra_scim.models import ProvisionedUser, ProvisioningEvent
from tests.support.client import MEDIA_TYPE
from tests.support.resources import CORE, ENTERPRISE, create

pytestmark = pytest.mark.django_db


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

    def test_a_resource_has_one_location(self, scim):
        """However the request spells it."""
        location = create(scim, "eve")["Location"]
        key = location.rpartition("/")[2]

        for path in (f"/Users/{key}", f"/Users/{key}/", f"/Users/{key.upper()}/"):
            assert scim.get(path).json()["meta"]["location"] == location
        for path in ("/Users", "/Users/?count=1"):
            [listed] = scim.get(path).json()["Resources"]
            assert listed["meta"]["location"] == location

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
        """Neither version nor time change, and no event is left."""
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


class TestBodyInChunks:
    """It has no Content-Length, which Django takes for no body."""

    BODY = json.dumps({"userName": "eve@contoso.example"}).encode()

    def test_from_a_server_that_ends_the_stream_with_the_body(self, scim):
        response = Client(headers={"authorization": f"Bearer {scim.key}"}).generic(
            "POST",
            f"{scim.base}/Users",
            headers={"content-type": MEDIA_TYPE},
            **{"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(self.BODY)},
        )

        assert response.status_code == 201, response.content

    def test_over_asgi(self, scim):
        headers = {"authorization": f"Bearer {scim.key}", "content-type": MEDIA_TYPE}
        response = async_to_sync(AsyncClient().request)(
            method="POST",
            path=f"{scim.base}/Users",
            headers=[(k.encode(), v.encode()) for k, v in headers.items()],
            _body_file=FakePayload(self.BODY),
        )

        assert response.status_code == 201, response.content


class TestBodyThatDoesNotArrive:
    """What each server makes of it, ``tests.topologies.bodies`` asks real ones."""

    BODY = TestBodyInChunks.BODY

    @pytest.fixture
    def send(self, scim):
        def post(**environ):
            headers = {
                "authorization": f"Bearer {scim.key}",
                "content-type": MEDIA_TYPE,
            }
            return Client(headers=headers).generic(
                "POST", f"{scim.base}/Users", **environ
            )

        return post

    def assert_refused(self, response):
        assert response.status_code == 400, response.content
        assert response.json()["scimType"] == "invalidSyntax"
        assert "did not arrive whole" in response.json()["detail"]
        assert not ProvisionedUser.objects.exists()
        assert not ProvisioningEvent.objects.filter(kind="failed").exists()

    def test_shorter_than_its_length(self, send):
        """Even where what has arrived is a document."""
        response = send(
            **{"CONTENT_LENGTH": "500", "wsgi.input": io.BytesIO(self.BODY)}
        )

        self.assert_refused(response)

    @pytest.mark.parametrize("error", [ConnectionResetError, ValueError])
    @pytest.mark.parametrize(
        "environ", [{"CONTENT_LENGTH": "500"}, {"wsgi.input_terminated": True}]
    )
    def test_broken_off(self, send, error, environ):
        """Each server has its own exceptions, in chunks and without."""
        self.assert_refused(send(**{"wsgi.input": BrokenStream(error), **environ}))


class BrokenStream(io.BytesIO):
    """A body of which a server can read nothing."""

    def __init__(self, error):
        super().__init__()
        self._error = error

    def read(self, *args):
        raise self._error


class TestContentEncoding:
    def test_a_compressed_body_is_refused(self, scim):
        """In words, not as broken JSON."""
        response = scim.send(
            *("post", "/Users", gzip.compress(TestBodyInChunks.BODY)),
            Content_Encoding="gzip",
        )

        assert response.status_code == 415
        assert "without Content-Encoding" in response.json()["detail"]

    def test_identity_is_no_encoding(self, scim):
        response = scim.send(
            "post", "/Users", TestBodyInChunks.BODY, Content_Encoding="Identity"
        )

        assert response.status_code == 201
