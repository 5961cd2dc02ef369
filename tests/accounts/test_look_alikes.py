"""Addresses and usernames that look like one that somebody has."""

from __future__ import annotations

from copy import copy
from http import HTTPStatus

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from entra_scim.accounts import look_alikes
from entra_scim.models import LookAlike, ProvisionedUser
from tests.support.factories import UserFactory
from tests.support.linking import assert_refused, body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "look_alike",
    [
        "bo\U0001d41b@contoso.example",
        "\u24d1ob@contoso.example",
    ],
)
def test_a_look_alike_is_refused(scim, bob, look_alike):
    """An address that only looks like somebody's gets neither them nor an account."""
    assert_refused(scim.post("/Users", body(look_alike)), "address_looks_alike")


def test_a_dotless_i_is_a_look_alike(scim, contoso):
    """PostgreSQL's upper case makes m\u0131ke of mike; nobody must inherit by that."""
    scim.post("/Users", body("mike@contoso.example"))

    response = scim.post("/Users", body("m\u0131ke@contoso.example"))

    assert_refused(response, "address_looks_alike")


LOOK_ALIKES = [
    ("fiona@contoso.example", "\ufb01ona@contoso.example"),
    ("ste\ufb03@contoso.example", "steffi@contoso.example"),
    ("stra\u00dfe@contoso.example", "strasse@contoso.example"),
    ("jos\u00e9@contoso.example", "jose\u0301@contoso.example"),
    ("ali@contoso.example", "al\u0130@contoso.example"),
    ("al\u0131@contoso.example", "ali@contoso.example"),
    ("kim@contoso.example", "\u212aim@contoso.example"),
    ("zoe@m\u00fcnchen.example", "zoe@xn--mnchen-3ya.example"),
    ("zoe@XN--MNCHEN-3YA.example", "zoe@m\u00fcnchen.example"),
    ("\u00c9va@contoso.example", "\u00e9va@contoso.example"),
]


@pytest.mark.parametrize("addresses", LOOK_ALIKES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("linked", [False, True])
def test_look_alikes_are_one_account_in_any_order(
    scim, contoso, addresses, turned, linked
):
    """Whichever comes first, as an account here or from Entra, the other is refused."""
    first, second = reversed(addresses) if turned else addresses
    if linked:
        assert scim.post("/Users", body(first)).status_code == HTTPStatus.CREATED
    else:
        UserFactory(email=first, environment=contoso)
    third = scim.post("/Users", body("third@contoso.example")).json()

    created = scim.post("/Users", body(second))
    renamed = scim.patch(
        f"/Users/{third['id']}",
        {"op": "Replace", "path": "userName", "value": second},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": second},
    )

    for response in (created, renamed):
        assert response.status_code == HTTPStatus.CONFLICT
        assert response.json()["scimType"] == "uniqueness"
    assert get_user_model().objects.count() == 2


MANY_ODD_LETTERS = "\ufb01ona.\ufb02ower@contoso.example"


SEVERAL_SPELLINGS = [
    (MANY_ODD_LETTERS, "fiona.flower@contoso.example"),
    ("\u24d2arol@contoso.example", "carol@contoso.example"),
    ("ste\ufb03.stra\u00dfe@contoso.example", "STEFFI.strasse@contoso.example"),
    ("K\u0131rk.\u212aim@contoso.example", "kirk.kim@contoso.example"),
    ("\U0001d41b\U0001d428b@m\u00fcnchen.example", "bob@xn--mnchen-3ya.example"),
]


@pytest.mark.skipif(
    connection.vendor != "mysql", reason="Others have an index on LOWER."
)
@pytest.mark.django_db(transaction=True)
def test_a_column_that_compares_with_case(scim, contoso):
    """MariaDB's collation of the product's may tell ``Eve`` from ``eve``."""
    model = get_user_model()
    field = model._meta.get_field(model.get_email_field_name())
    with_case = copy(field)
    with_case.db_collation = "utf8mb4_bin"
    with connection.schema_editor() as editor:
        editor.alter_field(model, field, with_case, strict=True)
    try:
        eve = UserFactory(
            username="eve", email="Eve@Contoso.example", environment=contoso
        )
        linked = scim.post("/Users", body("eve@contoso.example"))
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(model, with_case, field, strict=True)

    assert linked.status_code == HTTPStatus.CREATED
    assert ProvisionedUser.objects.get().user == eve


@pytest.mark.parametrize("field", ["email", "username", "both"])
@pytest.mark.parametrize(("local", "sent"), SEVERAL_SPELLINGS, ids=ascii)
def test_an_account_whose_name_has_several_odd_letters(
    scim, contoso, local, sent, field
):
    """No index of the product's finds it by what it looks like."""
    model = get_user_model()
    names = {model.get_email_field_name(): local, model.USERNAME_FIELD: local}
    if field == "email":
        names |= {model.USERNAME_FIELD: "local"} if len(names) == 2 else {}
    elif field == "username" and len(names) == 2:
        names[model.get_email_field_name()] = ""
    account = model.objects.create(**names)
    if hasattr(contoso, "members"):
        contoso.members.add(account)
    other = scim.post("/Users", body("third@contoso.example")).json()

    assert_refused(scim.post("/Users", body(sent)), "address_looks_alike")
    renamed = scim.patch(
        f"/Users/{other['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": sent},
    )

    assert renamed.status_code == HTTPStatus.CONFLICT
    assert model.objects.count() == 2


def test_a_username_of_other_case_is_somebody_s(scim, contoso, ann):
    """Django compares usernames with case; people do not."""
    if get_user_model().USERNAME_FIELD == "email":
        pytest.skip("The username is the address.")
    UserFactory(username="Eve@Contoso.example", email="", environment=contoso)

    response = scim.post("/Users", body("eve@contoso.example"))

    assert_refused(response, "address_held")


def test_accounts_that_nobody_saved_one_by_one(scim, contoso):
    """They are found from the next ``migrate`` on."""
    model = get_user_model()
    names = {model.get_email_field_name(): MANY_ODD_LETTERS}
    names.setdefault(model.USERNAME_FIELD, "fiona")
    accounts = model.objects.bulk_create([model(**names)])
    if hasattr(contoso, "members"):
        contoso.members.add(*accounts)

    call_command("migrate", verbosity=0)

    response = scim.post("/Users", body("fiona.flower@contoso.example"))
    assert_refused(response, "address_looks_alike")


def test_accounts_of_another_release(contoso):
    """Users without an address yet, as a migration has them, have no names to note."""
    model = get_user_model()
    names = {model.get_email_field_name(): MANY_ODD_LETTERS}
    names.setdefault(model.USERNAME_FIELD, "fiona")
    model.objects.bulk_create([model(**names)])
    before = MigrationLoader(connection).project_state()
    before.remove_field(
        *settings.AUTH_USER_MODEL.lower().split("."), model.get_email_field_name()
    )

    look_alikes.note_all(before.apps)
    assert not LookAlike.objects.exists()

    look_alikes.note_all(apps)
    assert LookAlike.objects.exists()


def test_a_fixture_is_loaded_as_it_was_saved(contoso):
    """It brings what was noted along; ``migrate`` notes the rest."""
    model = get_user_model()
    UserFactory(email=MANY_ODD_LETTERS)
    saved = serializers.serialize("json", model.objects.all())
    LookAlike.objects.all().delete()

    for row in serializers.deserialize("json", saved):
        row.save()

    assert not LookAlike.objects.exists()


def test_an_account_that_was_renamed_is_compared_as_it_is_now(scim, contoso):
    """Who no longer looks like somebody is in nobody's way."""
    account = UserFactory(email=MANY_ODD_LETTERS, environment=contoso)
    account.email = "other@contoso.example"
    if account.USERNAME_FIELD != "email":
        account.username = "other"
    account.save()

    response = scim.post("/Users", body("fiona.flower@contoso.example"))

    assert response.status_code == HTTPStatus.CREATED


def test_a_look_alike_elsewhere_is_not_told(scim, carol):
    """Another customer's accounts are none of this one's business."""
    response = scim.post("/Users", body("\u24d2arol@fabrikam.example"))

    assert_refused(response, "address_elsewhere")
