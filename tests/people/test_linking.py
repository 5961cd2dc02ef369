"""Who is linked to which account, and who never is."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.sign_in import sign_ins
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


def body(address, **attributes):
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": address,
        "emails": [{"type": "work", "primary": True, "value": address}],
        "active": True,
        **attributes,
    }


def refusals():
    return ProvisioningEvent.objects.filter(kind=ProvisioningEvent.Kind.REFUSED)


def assert_refused(response, reason):
    assert response.status_code == HTTPStatus.CONFLICT
    error = response.json()
    assert error["status"] == "409"
    assert error["scimType"] == "uniqueness"
    event = refusals().get(reason=reason)
    assert str(event.correlation_id) in error["detail"]


def email_of(user):
    return getattr(user, user.get_email_field_name())


def test_an_existing_person_is_linked_by_e_mail(scim, ann):
    """The account stays, and its username becomes the address."""
    response = scim.post("/Users", body(email_of(ann), externalId="a"))

    assert response.status_code == HTTPStatus.CREATED
    link = ProvisionedUser.objects.get(pk=response.json()["id"])
    assert link.user == ann
    assert link.user.get_username() == email_of(ann)
    assert link.user.has_usable_password()


def test_case_of_a_to_z_does_not_matter(scim, ann):
    """Entra's spelling of the same address links, and leads."""
    address = email_of(ann)

    scim.post("/Users", body(address.upper()))

    ann.refresh_from_db()
    assert ProvisionedUser.objects.get().user == ann
    assert email_of(ann) == address
    assert ann.get_username() == address


def test_a_user_name_that_is_an_address_links(scim, ann):
    """Without a work address, the userName counts."""
    scim.post("/Users", {"userName": email_of(ann)})

    assert ProvisionedUser.objects.get().user == ann


def test_the_work_address_leads_over_the_user_name(scim, ann):
    """A person whose UPN differs from their mail is found by their mail."""
    scim.post("/Users", body(email_of(ann), userName="a.smith@contoso.onmicrosoft.com"))

    assert ProvisionedUser.objects.get().user == ann


def test_a_home_address_links_nobody(scim, ann):
    """A private address in the directory gives nobody an account."""
    scim.post(
        "/Users",
        {
            "userName": "x@contoso.example",
            "emails": [{"type": "home", "primary": True, "value": email_of(ann)}],
        },
    )

    assert ProvisionedUser.objects.get().user != ann


def test_nobody_with_the_address_is_created(scim, contoso):
    """A new person has an unusable password and no rights."""
    response = scim.post(
        "/Users",
        body("eve@contoso.example", name={"givenName": "Eve", "familyName": "Jones"}),
    )

    assert response.status_code == HTTPStatus.CREATED
    user = get_user_model().objects.get(email="eve@contoso.example")
    assert user.get_username() == "eve@contoso.example"
    assert not user.has_usable_password()
    assert user.is_active
    assert not user.is_superuser
    assert not user.groups.exists()


def test_the_admin_is_never_linked(scim, admin):
    """The refusal says whose address it is, and nothing of the Admin changes."""
    columns = get_user_model().objects.filter(pk=admin.pk).values()
    before = columns.get()

    response = scim.post("/Users", body(email_of(admin), active=False))

    assert_refused(response, "address_exempt")
    assert "Admin" in response.json()["detail"]
    assert columns.get() == before


def test_that_an_address_is_another_s_admin_s_is_not_told(
    several_environments, foreign_scim, admin
):
    """Only the environment that the Admin belongs to hears of them."""
    response = foreign_scim.post("/Users", body(email_of(admin)))
    other = foreign_scim.post("/Users", body("eve@fabrikam.example")).json()
    renamed = foreign_scim.patch(
        f"/Users/{other['id']}",
        {"op": "replace", "value": {"emails": [{"value": email_of(admin)}]}},
    )

    for refused in (response, renamed):
        assert refused.status_code == HTTPStatus.CONFLICT
        assert "Admin" not in refused.json()["detail"]
    assert {event.reason for event in refusals()} == {"address_elsewhere"}


def test_a_person_of_another_environment_is_not_linked(scim, carol, foreign_scim):
    """The refusal tells nothing of whose the address is."""
    response = scim.post("/Users", body(email_of(carol)))

    assert_refused(response, "address_elsewhere")
    assert "Fabrikam" not in response.json()["detail"]
    assert not ProvisionedUser.objects.exists()


def test_a_person_of_two_environments_is_not_linked(scim, dave, foreign_scim):
    """Neither customer may manage somebody whom they share."""
    for client in (scim, foreign_scim):
        response = client.post("/Users", body(email_of(dave)))
        assert response.status_code == HTTPStatus.CONFLICT

    assert not ProvisionedUser.objects.exists()


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


def test_a_second_resource_for_the_same_user_name_is_refused(scim, ann):
    """RFC 7644 \u00a73.3: 409 uniqueness; case does not make another userName."""
    scim.post("/Users", body(email_of(ann)))

    response = scim.post("/Users", body(email_of(ann).upper()))

    assert_refused(response, "user_name_taken")


def test_a_second_resource_for_the_same_external_id_is_refused(scim, ann):
    """An object ID is one person's."""
    scim.post("/Users", body(email_of(ann), externalId="one"))

    response = scim.post("/Users", body("other@contoso.example", externalId="one"))

    assert_refused(response, "external_id_taken")


def test_an_object_id_is_the_same_in_upper_case(scim, ann, contoso):
    """A mapping that changes its case makes nobody else, here and at sign-in."""
    object_id = str(uuid.uuid4())
    person = scim.post("/Users", body(email_of(ann), externalId=object_id)).json()
    path = f"/Users/{person['id']}"

    for spelling in (object_id.upper(), object_id):
        rename = {"op": "Replace", "path": "externalId", "value": spelling}
        assert scim.patch(path, rename).json()["externalId"] == spelling
        assert scim.filter(f'externalId eq "{object_id}"') == [person["id"]]
        assert scim.filter(f'externalId eq "{object_id.upper()}"') == [person["id"]]
        assert sign_ins.person_of(contoso, object_id).user == ann
        other = body("other@contoso.example", externalId=object_id.upper())
        assert scim.post("/Users", other).status_code == HTTPStatus.CONFLICT


def test_the_address_of_a_provisioned_person_is_refused(scim, ann):
    """Two of Entra's people cannot share an address here."""
    scim.post("/Users", body(email_of(ann), userName="one"))

    response = scim.post("/Users", body(email_of(ann), userName="two"))

    assert_refused(response, "address_provisioned")


def test_several_people_with_the_address_are_refused(scim, contoso):
    """The app does not choose between two accounts."""
    if get_user_model().USERNAME_FIELD == "email":
        pytest.skip("Two accounts cannot have the same address in this user model.")
    for number in range(2):
        UserFactory(
            email="same@contoso.example", username=f"same{number}", environment=contoso
        )

    response = scim.post("/Users", body("same@contoso.example"))

    assert_refused(response, "address_ambiguous")


def test_that_one_of_several_is_elsewhere_is_not_told(scim, ann, fabrikam, carol):
    """An administrator hears nothing that another customer's accounts decide."""
    if get_user_model().USERNAME_FIELD == "email":
        pytest.skip("Two accounts cannot have the same address in this user model.")
    UserFactory(email=ann.email, username="elsewhere", environment=fabrikam)

    response = scim.post("/Users", body(ann.email))

    assert_refused(response, "address_elsewhere")


def test_repeated_refusals_are_one_event(scim, admin):
    """Entra repeats a 409 in every cycle; the story does not."""
    details = {
        scim.post("/Users", body(email_of(admin))).json()["detail"] for _ in range(3)
    }

    assert len(details) == 1
    assert refusals().get().count == 3


def test_two_people_of_one_name_are_two_events(scim, admin, bob):
    """Each of them is refused; the tab counts people by their events."""
    for user_name in ("one", "two"):
        response = scim.post(
            "/Users", body(email_of(admin), userName=user_name, displayName="Jan Smith")
        )
        assert response.status_code == HTTPStatus.CONFLICT

    assert [event.name for event in refusals()] == [
        "Jan Smith (two)",
        "Jan Smith (one)",
    ]


class TestReturn:
    def released(self, scim, address, external_id="same"):
        response = scim.post("/Users", body(address, externalId=external_id))
        scim.delete(f"/Users/{response.json()['id']}")
        return response.json()["id"]

    def test_the_same_external_id_brings_the_person_back(self, scim, ann):
        """The account is theirs again, as another resource."""
        former = self.released(scim, email_of(ann))
        ann.refresh_from_db()
        assert not ann.is_active

        response = scim.post("/Users", body(email_of(ann), externalId="same"))

        assert response.status_code == HTTPStatus.CREATED
        assert response.json()["id"] != former
        assert ProvisionedUser.objects.get().user == ann
        ann.refresh_from_db()
        assert ann.is_active
        assert not ReleasedUser.objects.exists()

    @pytest.mark.parametrize("external_id", ["another", "SAME", None])
    def test_nobody_else_inherits_the_account(self, scim, ann, external_id):
        """A new employee with a former one's address gets nothing of theirs."""
        self.released(scim, email_of(ann))
        attributes = {} if external_id is None else {"externalId": external_id}

        response = scim.post("/Users", body(email_of(ann), **attributes))

        assert_refused(response, "address_released")
        ann.refresh_from_db()
        assert not ann.is_active

    def test_somebody_released_without_external_id_stays_out(self, scim, ann):
        """Nothing tells whether it is the same person."""
        response = scim.post("/Users", body(email_of(ann)))
        scim.delete(f"/Users/{response.json()['id']}")

        assert_refused(scim.post("/Users", body(email_of(ann))), "address_released")


def kinds():
    return list(
        ProvisioningEvent.objects.exclude(user=None)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_an_inactive_local_person_is_reactivated(scim, ann):
    """Entra leads from the link on, and the story says so."""
    ann.is_active = False
    ann.save()

    scim.post("/Users", body(email_of(ann)))

    ann.refresh_from_db()
    assert ann.is_active
    assert kinds() == ["linked", "reactivated"]


def test_a_person_can_be_linked_as_inactive(scim, ann):
    """Somebody who is disabled in Entra is out here at once, with an event."""
    response = scim.post("/Users", body(email_of(ann), active=False))

    assert response.json()["active"] is False
    ann.refresh_from_db()
    assert not ann.is_active
    assert kinds() == ["linked", "deactivated"]


def test_linking_alone_is_one_event(scim, ann):
    """An active person who stays active is linked, and that is all."""
    scim.post("/Users", body(email_of(ann)))

    assert kinds() == ["linked"]


@pytest.mark.parametrize("attribute", ["userName", "name"])
def test_what_does_not_fit_names_the_limit(scim, contoso, attribute, settings):
    """SQLite would keep it, PostgreSQL would fail: the answer is the same."""
    if attribute == "name" and not hasattr(get_user_model(), "first_name"):
        pytest.skip("This user model keeps no first name.")
    long = "x" * 300
    attributes = {"name": {"givenName": long}} if attribute == "name" else {}
    address = f"{long}@contoso.example" if attribute == "userName" else "x@y.example"

    response = scim.post("/Users", body(address, **attributes))

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["scimType"] == "invalidValue"
    assert any(character.isdigit() for character in response.json()["detail"])
    assert not get_user_model().objects.filter(email=address).exists()
