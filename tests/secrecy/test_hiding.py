"""Secrets show in no report, session or cache."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import traceback

import pytest

from entra_scim.models import Turn
from entra_scim.oidc import turns
from entra_scim.secrecy.hiding import (
    Secret,
    hidden_query,
    hide_query,
    without_variables,
)

SECRET = Secret("the secret")


@pytest.mark.parametrize("show", [str, repr, "{}".format, "%s".__mod__, "%r".__mod__])
def test_a_secret_hides_itself(show):
    assert "the secret" not in show(SECRET)
    assert "the secret" not in show([SECRET])


@pytest.mark.parametrize("keep", [pickle.dumps, json.dumps])
def test_nothing_keeps_a_secret_in_the_open(keep):
    """Sessions and caches serialize what they are given."""
    with pytest.raises(TypeError):
        keep(SECRET)


def test_a_secret_is_a_value():
    assert SECRET.reveal() == "the secret"
    assert copy.copy(SECRET) == copy.deepcopy(SECRET) == SECRET == Secret("the secret")
    assert SECRET != 7
    assert {SECRET} == {Secret("the secret")}
    assert Secret("another") != SECRET
    assert not Secret("")


def test_frames_are_cleared_but_their_lines_stay():
    """Those of causes too."""

    def inner(text):
        raise KeyError

    @without_variables
    def outer(text):
        upper = text.upper()
        try:
            inner(upper)
        except KeyError as error:
            raise LookupError from error

    with pytest.raises(LookupError) as caught:
        outer("the secret")

    frames = [
        frame
        for error in (caught.value, caught.value.__cause__)
        for frame, _line in traceback.walk_tb(error.__traceback__)
    ]
    assert {"inner", "outer"} <= {frame.f_code.co_name for frame in frames}
    for frame in frames:
        if frame.f_code.co_name in ("inner", "outer", "wrapper"):
            assert "the secret" not in repr(frame.f_locals).lower()


@pytest.mark.django_db
class TestTurns:
    LONG = datetime.timedelta(hours=1)

    def test_one_gets_it(self):
        assert [turns.take("x", self.LONG) for _ in range(3)] == [True, False, False]
        assert turns.is_taken("x")
        assert turns.take("y", self.LONG)

    def test_it_is_free_again_when_it_is_over(self):
        assert turns.take("x", datetime.timedelta())
        assert not turns.is_taken("x")
        assert turns.take("x", self.LONG)

    def test_the_table_stays_small(self):
        for number in range(20):
            turns.take(f"{number}", datetime.timedelta())

        assert Turn.objects.count() <= 1


def test_a_query_is_hidden_in_each_copy_of_the_url(rf):
    """Servers keep the whole URL beside its parts, each under another name."""
    copies = {"RAW_URI": "/back?code=c", "REQUEST_URI": "/back?code=c"}
    request = rf.get("/back", {"code": "c"}, **copies)

    hide_query(request)

    assert {name: request.META[name] for name in copies} == dict.fromkeys(
        copies, "/back"
    )
    assert hidden_query(request)["code"] == "c"
    assert not request.GET
