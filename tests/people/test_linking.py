"""People are linked to the accounts that they have."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from entra_scim.models import ProvisionedUser
from entra_scim.sign_in import sign_ins
from tests.support.factories import UserFactory
from tests.support.linking import assert_refused, body, email_of, refusals

pytestmark = pytest.mark.django_db


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


def test_a_user_name_that_is_no_address_links_nobody(scim, ann):
    """It would be their username, which the account has already."""
    model = get_user_model()
    model.objects.filter(pk=ann.pk).update(**{model.USERNAME_FIELD: "ann"})

    assert_refused(scim.post("/Users", {"userName": "ann"}), "address_held")


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
    """Neither customer may manage somebody that they share."""
    for client in (scim, foreign_scim):
        response = client.post("/Users", body(email_of(dave)))
        assert response.status_code == HTTPStatus.CONFLICT

    assert not ProvisionedUser.objects.exists()


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


@pytest.mark.parametrize("code", [1366, 1406])
def test_what_a_column_cannot_keep_is_refused(scim, contoso, code):
    """Such as an emoji, in a table of the product's that MariaDB has in utf8mb3."""
    table = connection.ops.quote_name(get_user_model()._meta.db_table)

    def refuse(execute, sql, *arguments):
        if sql.startswith(f"INSERT INTO {table}"):
            raise OperationalError(code, "Incorrect string value")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        refused = scim.post("/Users", body("eve@contoso.example"))

    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "cannot keep a value of this person" in refused.json()["detail"]
    assert refusals()[0].reason == "not_storable"
    assert scim.post("/Users", body("eve@contoso.example")).status_code == 201
