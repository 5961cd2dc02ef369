"""A password that Entra is made to send is dropped, and no report of an error has it."""

from __future__ import annotations

import logging
import sys

import pytest

pytestmark = pytest.mark.django_db

PASSWORD = "hunter2-hunter2"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def reported():
    """The variables of all frames in reports of errors, as services collect them."""
    found = []

    class Catcher(logging.Handler):
        def emit(self, record):
            sys.settrace(None)
            traceback = record.exc_info and record.exc_info[2]
            while traceback:
                found.append(repr(traceback.tb_frame.f_locals))
                traceback = traceback.tb_next

    handler = Catcher()
    logging.getLogger("entra_scim").addHandler(handler)
    yield found
    logging.getLogger("entra_scim").removeHandler(handler)


@pytest.fixture
def failing():
    """Return a function that lets the next call of another one fail."""
    before = sys.gettrace()

    def fail_at(name):
        def trace(frame, event, argument):
            if frame.f_code.co_name == name:
                raise ZeroDivisionError

        sys.settrace(trace)

    yield fail_at
    sys.settrace(before)


@pytest.mark.parametrize("name", ["read_operations", "check_schemas", "_change"])
@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Add", "path": "password", "value": PASSWORD},
        {"op": "add", "path": f"{CORE}:Password", "value": [{"value": PASSWORD}]},
        {"op": "replace", "value": {"password": PASSWORD}},
        {"op": "replace", "value": {CORE: {"PASSWORD": PASSWORD}}},
        {"op": "replace", "value": {"urn:x:2.0:User": {"userPassword": PASSWORD}}},
    ],
    ids=str,
)
def test_no_report_has_it(scim, ann, failing, reported, name, operation):
    """Wherever something fails that has the body in its hands."""
    created = scim.post("/Users", {"userName": ann.email, "password": PASSWORD})
    path = f"/Users/{created.json()['id']}"
    title = {"op": "Replace", "path": "title", "value": "Boss"}
    answer = scim.patch(path, operation, title)
    assert answer.json()["title"] == "Boss"
    assert PASSWORD not in answer.content.decode()

    failing(name)
    response = scim.patch(path, operation, {**title, "value": "Chief"})

    assert response.status_code == 500
    assert any("Operations" in frame for frame in reported) or name == "_change"
    assert not any(PASSWORD in frame for frame in reported)
