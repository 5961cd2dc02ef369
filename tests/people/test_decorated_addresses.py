"""Addresses with what nobody sees, or with what decorates them."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model

from entra_scim.models import ProvisionedUser
from tests.support.linking import body, email_of

pytestmark = pytest.mark.django_db


DECORATED = [
    ("ann@contoso.example ", "U+0020 SPACE at position 20"),
    (" ann@contoso.example", "U+0020 SPACE at position 1"),
    ("ann @contoso.example", "U+0020 SPACE at position 4"),
    ("\u00a0ann@contoso.example", "U+00A0 NO-BREAK SPACE at position 1"),
    ("SMTP:ann@contoso.example", "U+003A COLON at position 5"),
    ("mailto:ann@contoso.example", "U+003A COLON at position 7"),
    ("<ann@contoso.example>", "U+003C LESS-THAN SIGN at position 1"),
    ("Ann <ann@contoso.example>", "U+0020 SPACE at position 4"),
    ("ann@contoso.example;", "U+003B SEMICOLON at position 20"),
    ("ann\u200b@contoso.example", "U+200B ZERO WIDTH SPACE at position 4"),
    ("ann\u2060@contoso.example", "U+2060 WORD JOINER at position 4"),
    ("\ufeffann@contoso.example", "U+FEFF ZERO WIDTH NO-BREAK SPACE at position 1"),
    ("ann\u00ad@contoso.example", "U+00AD SOFT HYPHEN at position 4"),
    ("ann\u202e@contoso.example", "U+202E RIGHT-TO-LEFT OVERRIDE at position 4"),
    ("ann@contoso.example\t", "U+0009 CONTROL CHARACTER at position 20"),
    ("ann@contoso.example\r\n", "U+000D CONTROL CHARACTER at position 20"),
    ("ann\x7f@contoso.example", "U+007F CONTROL CHARACTER at position 4"),
    ("ann\u034f@contoso.example", "U+034F COMBINING GRAPHEME JOINER at position 4"),
    ("ann\ufe0f@contoso.example", "U+FE0F VARIATION SELECTOR-16 at position 4"),
    ("\uff41nn@contoso.example", "U+FF41 FULLWIDTH LATIN SMALL LETTER A at position 1"),
    ("ann\uff20contoso.example", "U+FF20 FULLWIDTH COMMERCIAL AT at position 4"),
    ("ann@contoso.example.", "U+002E FULL STOP at position 20"),
    ("ann@contoso\u3002example", "U+3002 IDEOGRAPHIC FULL STOP at position 12"),
    ("'ann@contoso.example'", "U+0027 APOSTROPHE at position 21"),
    ("ann@contoso.example@x", "U+0040 COMMERCIAL AT at position 20"),
]


@pytest.mark.parametrize(("address", "told"), DECORATED, ids=ascii)
@pytest.mark.parametrize("kind", [{"type": "work"}, {}, "userName"], ids=str)
def test_a_decorated_address_makes_no_second_account(scim, ann, address, told, kind):
    """The refusal names the character that nobody sees."""
    person = scim.post("/Users", body("eve@contoso.example")).json()
    if kind == "userName":
        sent = {"userName": address}
        renamed = {"userName": address}
    else:
        sent = {"userName": "ann.smith", "emails": [{**kind, "value": address}]}
        renamed = {"emails": [{**kind, "value": address}]}

    responses = [
        scim.post("/Users", sent),
        scim.patch(f"/Users/{person['id']}", {"op": "replace", "value": renamed}),
    ]

    for response in responses:
        assert response.status_code == HTTPStatus.BAD_REQUEST, response.content
        assert response.json()["scimType"] == "invalidValue"
        assert told in response.json()["detail"]
    assert get_user_model().objects.count() == 2
    assert scim.get(f"/Users/{person['id']}").json()["userName"] == person["userName"]


@pytest.mark.parametrize(
    "user_name",
    [
        "o'brien+x@contoso.example",
        "eve_fabrikam.example#EXT#@contoso.example",
        "CONTOSO\\eve",
        "eve smith",
        "\u00e9va@contoso.example",
        "\u738b@contoso.example",
        "eve@m\u00fcnchen-ost.\u4f8b\u3048.example",
        "eve@\u0939\u093f\u0928\u094d\u0926\u0940.example",
        "h\u00e9l\u00e8ne.d\u2019arc@contoso.example",
    ],
)
def test_odd_names_that_hide_nothing_are_taken(scim, contoso, user_name):
    response = scim.post("/Users", {"userName": user_name})

    assert response.status_code == HTTPStatus.CREATED, response.content


def test_a_decorated_private_address_hurts_nobody(scim, contoso):
    """It becomes no account's."""
    home = {"type": "home", "value": "<eve@home.example>"}

    response = scim.post(
        "/Users", {"userName": "eve@contoso.example", "emails": [home]}
    )

    assert response.status_code == HTTPStatus.CREATED


def test_deactivation_wins_over_a_decorated_address(scim, ann):
    path = f"/Users/{scim.post('/Users', body(email_of(ann))).json()['id']}"

    response = scim.patch(
        path,
        {"op": "Replace", "path": "userName", "value": f"{email_of(ann)}\u200b"},
        {"op": "Replace", "path": "active", "value": "False"},
    )

    assert response.status_code == HTTPStatus.OK
    assert response.json()["userName"] == email_of(ann)
    ann.refresh_from_db()
    assert not ann.is_active


def test_an_accent_makes_somebody_else(scim, contoso):
    """jos\u00e9 and jose are two people on every database that lets them be."""
    first = scim.post("/Users", body("jose@contoso.example"))

    second = scim.post("/Users", body("jos\u00e9@contoso.example"))

    assert first.status_code == HTTPStatus.CREATED
    assert second.status_code in (HTTPStatus.CREATED, HTTPStatus.CONFLICT)
    assert ProvisionedUser.objects.get(pk=first.json()["id"]).user_id not in (
        ProvisionedUser.objects.exclude(pk=first.json()["id"]).values_list(
            "user_id", flat=True
        )
    )
