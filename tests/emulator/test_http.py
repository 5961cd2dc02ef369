"""How the local Entra asks a server by HTTP."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
import time

import pytest
from django.urls import reverse

from entra_emulator import HttpServer, ProvisioningJob
from entra_emulator.provisioning.logs import ErrorCode, Status
from entra_emulator.provisioning.servers import NoAnswer, TenantUrl
from entra_scim.connection import access_keys
from entra_scim.models import ProvisionedUser


class Recorder(http.server.ThreadingHTTPServer):
    """A server that notes what arrives, and answers always the same."""

    def __init__(self, status=200, body=b"{}", headers=()):
        recorder = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                recorder.seen.append(
                    (self.command, self.path, self.headers, self.rfile.read(length))
                )
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *args):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/scim/1"

    def __exit__(self, *args):
        self.shutdown()
        self.thread.join()
        super().__exit__(*args)


def test_requests_look_like_entras():
    """A bearer token, SCIM's media type, and no User-Agent at all."""
    with Recorder() as recorder:
        server = HttpServer(f"{recorder.url}/?aadOptscim062020", "the-key")
        server.send("POST", "/Users", {"userName": "ann"})

    [(method, path, headers, body)] = recorder.seen
    assert (method, path) == ("POST", "/scim/1/Users")
    assert headers["Authorization"] == "Bearer the-key"
    assert headers["Content-Type"] == "application/scim+json; charset=utf-8"
    assert "User-Agent" not in headers
    assert json.loads(body) == {"userName": "ann"}


def test_requests_can_be_limited():
    """To so many a second, among all threads that share the server."""
    with Recorder() as recorder:
        server = HttpServer(recorder.url, "x", requests_per_second=50)
        began = time.monotonic()
        for _ in range(6):
            server.send("GET", "/Users")

        assert time.monotonic() - began >= 5 / 50
    assert len(recorder.seen) == 6


@pytest.mark.parametrize(
    ("text", "base", "is_flagged"),
    [
        ("https://a.example/scim/1", "https://a.example/scim/1", False),
        (" https://a.example/scim/1/ ", "https://a.example/scim/1", False),
        ("https://a.example/scim/1?aadOptscim062020", "https://a.example/scim/1", True),
        (
            "https://a.example/scim/1/?AADOPTSCIM062020",
            "https://a.example/scim/1",
            True,
        ),
    ],
)
def test_the_flag_is_taken_off_the_tenant_url(text, base, is_flagged):
    assert TenantUrl.parse(text) == TenantUrl(base, is_flagged)


def test_a_tenant_url_has_nothing_else_after_the_question_mark():
    """Entra appends paths to it."""
    with pytest.raises(ValueError, match="aadOptscim062020 only"):
        TenantUrl.parse("https://a.example/scim/?aadOptscim062020&page=2")


@pytest.mark.parametrize("text", ["", "a.example/scim", "ftp://a.example", "https://"])
def test_a_tenant_url_is_an_http_address(text):
    with pytest.raises(ValueError, match="https"):
        TenantUrl.parse(text)


def test_nobody_there_is_no_answer():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = HttpServer(f"http://127.0.0.1:{unused.getsockname()[1]}", "x")

        with pytest.raises(NoAnswer, match="NewConnection") as caught:
            server.send("GET", "/Users")
    assert not caught.value.is_timeout


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>Welcome</html>", ErrorCode.INCOMPATIBLE),
        (200, b'{"totalResults": 0, "Resources": null}', ErrorCode.INCOMPATIBLE),
        (404, b"{}", ErrorCode.INCOMPATIBLE),
        (302, b"", ErrorCode.INCOMPATIBLE),
        (401, b"{}", ErrorCode.CREDENTIALS),
        (403, b"<html>Who are you?</html>", ErrorCode.CREDENTIALS),
        (429, b"{}", ErrorCode.TOO_MANY_REQUESTS),
        (503, b"{}", ErrorCode.SERVER_ERROR),
        (400, b'{"scimType": "invalidFilter"}', ErrorCode.BAD_FILTER),
        (400, b"{}", ErrorCode.BAD_REQUEST),
    ],
)
def test_servers_that_speak_no_scim_are_recognised(tenant, app, status, body, code):
    """By Entra's names, and the job goes into quarantine."""
    with Recorder(status, body, [("Location", "/login/")]) as recorder:
        job = ProvisioningJob(tenant, app, HttpServer(recorder.url, "x"))
        report = job.run_cycle()

    assert job.log[-1].error_code == code
    assert code in report.failure
    assert job.quarantine is not None
    assert len(recorder.seen) == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_provision_at_once(live_server, contoso, roles, tenant, app):
    """Over real HTTP, as Entra does with 25 requests a second and more."""
    _key, secret = access_keys.create(contoso)
    base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
    for number in range(40):
        app.assign(tenant.add_person(f"p{number}@contoso.example", f"P {number}"))
    done = []
    with contextlib.closing(HttpServer(live_server.url + base, secret)) as server:
        job = ProvisioningJob(tenant, app, server, workers=4)
        report = job.run_cycle(lambda finished, total: done.append((finished, total)))

    assert report.people == 40
    assert done == [(number, 40) for number in range(41)]
    assert {entry.status for entry in job.log} == {Status.SUCCESS}
    assert ProvisionedUser.objects.count() == 40
