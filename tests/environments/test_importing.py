"""The command that links people whom another library knows by their object ID."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from entra_scim.models import ProvisionedUser
from entra_scim.policy import get_policy
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

ANN, BOB, EVE = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
DIRECTORY = f"""userPrincipalName,displayName,mail,id
Ann.New@contoso.example,Ann,,{ANN}
bob@contoso.onmicrosoft.com,Bob,bob@contoso.example,{BOB}
eve@contoso.example,Eve,,{EVE}
"""


@pytest.fixture
def run(contoso, tmp_path):
    """Run the command with accounts and identities, and return what it says of each."""

    def run(*known, link=False, directory=DIRECTORY):
        files = tmp_path / "accounts.csv", tmp_path / "directory.csv"
        rows = [f"{account},{identity}" for account, identity in known]
        # As Windows writes it.
        files[0].write_text("\n".join(["account,identity", *rows]), "utf-8-sig")
        files[1].write_text(directory, "utf-8-sig")
        output, errors = io.StringIO(), io.StringIO()
        try:
            call_command(
                "entra_import",
                contoso.pk,
                *map(str, files),
                *(["--link"] if link else []),
                stdout=output,
                stderr=errors,
            )
        except CommandError:
            assert "refused" in output.getvalue()
        rows = list(csv.DictReader(io.StringIO(output.getvalue())))
        return [row["reason"] or row["result"] for row in rows]

    return run


def again(user):
    return get_user_model().objects.get(pk=user.pk)


def test_first_it_says_what_would_happen(run, ann):
    assert run((ann.pk, ANN)) == ["links"]

    assert not ProvisionedUser.objects.exists()
    assert again(ann).email == "ann@contoso.example"


def test_by_the_object_id(run, scim, ann):
    """Entra's first cycle finds her, though her address is another one by now."""
    assert run((ann.pk, ANN), link=True) == ["links"]

    assert again(ann).email == "Ann.New@contoso.example"
    found = scim.get("/Users", {"filter": 'userName eq "Ann.New@contoso.example"'})
    [resource] = found.json()["Resources"]
    assert resource["externalId"] == ANN


def test_it_can_be_repeated(run, ann, bob):
    assert run((ann.pk, ANN), link=True) == ["links"]

    assert run((ann.pk, ANN), (bob.pk, BOB), link=True) == ["linked already", "links"]


def test_by_the_user_principal_name(run, bob):
    """Such as the username of an account that an ADFS library made."""
    assert run((bob.pk, "BOB@contoso.onmicrosoft.com"), link=True) == ["links"]

    link = ProvisionedUser.objects.get()
    assert link.attributes["externalId"] == BOB
    assert again(bob).email == "bob@contoso.example"


def test_groups_and_names_stay_until_entra_speaks(run, ann, roles):
    group = roles["Viewer"].group
    ann.groups.add(group)

    run((ann.pk, ANN), link=True)

    assert list(ann.groups.all()) == [group]


def test_nobody_gets_access_back(run, ann):
    get_user_model().objects.filter(pk=ann.pk).update(is_active=False)

    assert run((ann.pk, ANN), link=True) == ["links"]

    assert not again(ann).is_active
    assert not ProvisionedUser.objects.get().active


class TestRefused:
    def test_somebody_that_the_directory_does_not_have(self, run, ann):
        """An address is not enough, even if it is the right one."""
        [reason] = run((ann.pk, "ann@contoso.example"), link=True)

        assert "Nobody in the directory" in reason
        assert not ProvisionedUser.objects.exists()

    def test_several_accounts_of_one_person(self, run, ann, bob):
        reasons = run((ann.pk, ANN), (bob.pk, ANN), link=True)

        assert reasons == ["Several accounts are named for this person."] * 2
        assert not ProvisionedUser.objects.exists()

    def test_several_people_of_one_account(self, run, ann):
        reasons = run((ann.pk, ANN), (ann.pk, BOB), link=True)

        assert reasons == ["The account is named several times."] * 2

    def test_accounts_of_others(self, run, carol):
        assert run((carol.pk, EVE), link=True) == [
            "The environment has no such account."
        ]

    @pytest.mark.parametrize("account", ["x", "", "0", "99999999999999999999999"])
    def test_no_account(self, run, account):
        assert run((account, EVE)) == ["The environment has no such account."]

    def test_the_admin(self, run, admin):
        [reason] = run((admin.pk, EVE), link=True)

        assert reason not in ("links", "linked already")
        assert not ProvisionedUser.objects.exists()

    def test_an_address_that_somebody_else_has(self, run, contoso, ann):
        UserFactory(email="ann.new@contoso.example", environment=contoso)

        [reason] = run((ann.pk, ANN), link=True)

        assert "uses this e-mail" in reason
        assert again(ann).email == "ann@contoso.example"

    def test_the_others_are_linked(self, run, ann, bob):
        results = run((ann.pk, "nobody"), (bob.pk, BOB), link=True)

        assert results[1] == "links"
        assert ProvisionedUser.objects.get().user == bob


def test_empty_lines_are_none(run, ann):
    """Spreadsheets leave some at the end."""
    assert run((ann.pk, ANN), directory=f"{DIRECTORY}\n,,,\n\n")


@pytest.mark.parametrize(
    ("directory", "said"),
    [
        ("mail,id\n", "no column 'userprincipalname'"),
        ("", "no column 'id'"),
        ("userPrincipalName,mail,id\nx,y\n", "Line 2 has too few columns"),
    ],
)
def test_a_file_that_lacks_something(contoso, tmp_path, directory, said):
    accounts, people = tmp_path / "accounts.csv", tmp_path / "directory.csv"
    accounts.write_text("account,identity\n")
    people.write_text(directory)

    with pytest.raises(CommandError, match=said):
        call_command("entra_import", contoso.pk, str(accounts), str(people))


def test_a_file_that_is_not_there(contoso):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("entra_import", contoso.pk, "none.csv", "none.csv")


def test_a_suspended_membership_stays_so(run, shared, consultant, contoso, fabrikam):
    """Where people are shared, the account says nothing of one environment."""
    fabrikam.members.add(consultant)
    get_policy().suspend(consultant, contoso)

    run((consultant.pk, ANN), link=True)

    assert not ProvisionedUser.objects.get(user=consultant).active
    assert not get_policy().is_member(consultant, contoso)
