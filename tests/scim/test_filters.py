"""Filters find who was asked for, or say what is wrong with them."""

from __future__ import annotations

import pytest

from entra_scim.scim.filters import MAX_DEPTH, MAX_LENGTH
from tests.support.filters import found

pytestmark = pytest.mark.django_db


def test_a_filter_in_a_filter_of_values(scim):
    response = scim.get("/Users", {"filter": 'emails[emails[value eq "x"]]'})

    assert response.status_code == 400
    assert response.json()["scimType"] == "invalidFilter"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('userName eq "ANN@contoso.EXAMPLE"', "ann"),
        ('USERNAME EQ "ann@contoso.example"', "ann"),
        (
            'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@contoso.example"',
            "ann",
        ),
        ('userName ne "ann@contoso.example"', "eva bob"),
        ('not (userName eq "ann@contoso.example")', "eva bob"),
        ('userName sw "a" or userName eq "nobody"', "ann"),
        (
            'userName eq "ann@contoso.example" or userName sw "b" and active eq false',
            "ann",
        ),
        ('externalId eq "A-1"', "ann"),
        ('externalId eq "a-1"', "bob"),
        ('externalId sw "A"', "ann"),
        ('externalId ne "A-1"', "eva bob"),
        ('externalId eq null or userName eq "ann@contoso.example"', "ann eva"),
        ('externalId eq "A-1" or userName eq "bob@contoso.example"', "ann bob"),
        ('id eq "x" or emails eq "ann@home.example" or externalId eq "a-1"', "ann bob"),
        ('userName eq "x" or id eq "x" or displayName eq "x"', ""),
        ('id eq "x" or id eq "y"', ""),
        ('emails eq "ann@home.example" or emails[type eq "home"]', "ann eva"),
        ('active eq false and (externalId eq "A-1" or nickName eq "x")', ""),
        ('active eq true and (externalId eq "A-1" or nickName eq "x")', "ann"),
        ('id eq "x" or emails[not (value eq "ann@home.example")]', "ann eva"),
        # Nobody has an empty value: what is empty is absent.
        ('externalId eq ""', ""),
        ('externalId eq "" or userName eq "ann@contoso.example"', "ann"),
        ('active eq true and externalId eq ""', ""),
        ('not (externalId eq "")', "ann eva bob"),
        ('externalId ne "" and active eq true', "ann bob"),
        ('userName eq ""', ""),
        ('userName eq "" or externalId eq "a-1"', "bob"),
        ('userName ne "" and active eq true', "ann bob"),
        ('id eq "" or userName eq "" or displayName eq ""', ""),
        ('id ne "" and active eq true', "ann bob"),
        ('emails[type eq "home"].value eq ""', ""),
        ('emails[type eq "home" and value eq ""]', ""),
        ('emails.value eq "" or userName eq "ann@contoso.example"', "ann"),
        ('emails[type eq "home"].value eq "" or externalId eq "A-1"', "ann"),
        ('meta.version eq "" or nickName eq "" or externalId eq "A-1"', "ann"),
        ("externalId pr", "ann bob"),
        ("not (externalId pr)", "eva"),
        ("externalId eq null", "eva"),
        ("externalId eq A-1", "ann"),
        ("userName eq bob@contoso.example", "bob"),
        ('displayName eq "\u00e9va 100%_\\\\ \\"x\\""', "eva"),
        ('displayName co "%"', "eva"),
        ('displayName co "_"', "eva"),
        ('displayName ew "\\"x\\""', "eva"),
        ('displayName sw "\u00e9"', "eva"),
        ('displayName sw "e"', ""),
        ('displayName sw ""', "ann eva"),
        ('displayName eq ""', ""),
        ('displayName ne "x"', "ann eva bob"),
        ('name.familyName eq "o\'brien"', "ann"),
        ('name.familyName gt "O"', "ann"),
        ('name.familyName lt "O"', ""),
        ("name.givenName pr", "ann"),
        ("active eq true", "ann bob"),
        ("active eq false", "eva"),
        ('active eq "False"', "eva"),
        ("active eq False", "eva"),
        ("not (active eq true)", "eva"),
        ('emails eq "ann@contoso.example"', "ann"),
        ('emails.value eq "ANN@contoso.example"', "ann"),
        ('emails[type eq "work"].value eq "ann@contoso.example"', "ann"),
        ('emails[type eq "work"].value eq "ann@home.example"', ""),
        ('emails[type eq "work" and value co "@contoso"]', "ann"),
        ('emails[type eq "home" and value co "@contoso"]', "eva"),
        ('emails.type eq "home"', "ann eva"),
        ('emails.type ne "work"', "eva bob"),
        ("emails.primary eq true", "ann"),
        ('emails[primary eq "True"].value ew "example"', "ann"),
        ("emails pr", "ann eva"),
        ("not (emails pr)", "bob"),
        ('emails co "HOME.example"', "ann"),
        ("id pr", "ann eva bob"),
        ('id eq "no-uuid"', ""),
        ('id ne "no-uuid"', "ann eva bob"),
        ('meta.created gt "2020-01-01T00:00:00Z"', "ann eva bob"),
        ('meta.lastModified lt "2020-01-01T00:00:00"', ""),
        ('meta.created eq "2020-01-01T00:00:00Z"', ""),
        ('meta.created ne "2020-01-01T00:00:00Z"', "ann eva bob"),
        ('(active eq true) and not (userName sw "b")', "ann"),
    ],
)
def test_a_filter_finds_just_these(contoso, people, text, names):
    """Every operator, in this environment only."""
    assert found(text, contoso) == {people[name] for name in names.split()}


def test_an_id_is_found_in_its_own_environment_only(contoso, fabrikam, people):
    """A foreign id matches nothing."""
    assert found(f'id eq "{people["ann"]}"', contoso) == {people["ann"]}
    assert found(f'id eq "{people["ann"]}"', fabrikam) == set()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "userName",
        "userName eq",
        'userName eq "x" and',
        'userName eq "x',
        'userName xx "x"',
        'nosuch eq "x"',
        'userName eq "bob@contoso.example" and nosuch eq "x"',
        'userName eq "bob@contoso.example" or nosuch pr',
        'urn:example:userName eq "x"',
        'name eq "x"',
        'name[givenName eq "x"]',
        'password eq "x"',
        'groups eq "x"',
        'groups.value eq "x"',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:title eq "x"',
        'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:code eq "x"',
        'addresses eq "x"',
        'addresses[type eq "work"] eq "x"',
        'addresses[locality eq "x" and country eq "y"]',
        'addresses[not (locality eq "x")]',
        'addresses[type eq "work" and locality ne "x"]',
        'emails[value eq "x" and display eq "y"]',
        'emails[value.x eq "x"]',
        'photos.value co "x"',
        'roles.nosuch eq "x"',
        "name pr",
        "emails[nosuch pr]",
        'emails[value[type eq "work"]]',
        'meta.location eq "x"',
        'meta.resourceType gt "A"',
        'meta.version co "1"',
        'schemas sw "urn"',
        'active eq "maybe"',
        "active gt true",
        'active co "t"',
        "active eq 1",
        "userName eq 1",
        "userName gt null",
        "userName eq 'bob@contoso.example'",
        'id co "x"',
        'id gt "x"',
        'meta.created eq "yesterday"',
        'meta.created co "2020"',
        'meta.created co "2020-01-01T00:00:00Z"',
        "meta.created eq 2020",
        "meta pr",
        'emails[type eq "work"',
        'userName eq "\\ud800"',
        'userName eq "a\0b"',
        "(" * (MAX_DEPTH + 1) + "id pr" + ")" * (MAX_DEPTH + 1),
        "(" * 1000,
        "not (" * 40 + "id pr" + ")" * 40,
        'userName eq "' + "x" * MAX_LENGTH + '"',
    ],
)
def test_what_is_not_understood_is_an_error(contoso, scim, text):
    """Never an empty list, from which Entra would conclude that nobody is there."""
    response = scim.get("/Users", {"filter": text})

    assert response.status_code == 400
    assert response.json()["scimType"] == "invalidFilter"
    assert response.json()["detail"]


def test_many_terms_are_no_problem(contoso, people):
    """As many as fit in the limit."""
    terms = [f'id eq "{number}"' for number in range(140)]

    assert found(" or ".join(terms), contoso) == set()
    assert found(" or ".join([*terms[:-2], "active eq false"]), contoso) == {
        people["eva"]
    }
