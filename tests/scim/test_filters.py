"""Filters find what they say, in their environment only."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import Context, InvalidFilterException, ScimFilter

from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.scim.filters import MAX_DEPTH, MAX_LENGTH, MAX_SCANS, q_of
from entra_scim.scim.resources import POLICY, schemas_of
from entra_scim.scim.schema import EntraUser
from tests.support.factories import make_environment
from tests.support.population import store

pytestmark = pytest.mark.django_db


def found(text, environment):
    people = ProvisionedUser.objects.for_environment(environment)
    return set(people.filter(q_of(text, environment)).values_list("pk", flat=True))


@pytest.fixture
def people(contoso, fabrikam):
    """Three people, and a foreign one who would match everything."""
    ann = store(
        contoso,
        userName="Ann@Contoso.example",
        externalId="A-1",
        displayName="Ann O'Brien",
        active=True,
        name={"familyName": "O'Brien", "givenName": "Ann"},
        emails=[
            {"type": "work", "primary": True, "value": "Ann@Contoso.example"},
            {"type": "home", "value": "ann@home.example"},
        ],
    )
    eva = store(
        contoso,
        userName="eva@contoso.example",
        displayName='\u00c9va 100%_\\ "x"',
        active=False,
        emails=[{"type": "home", "value": "eva@contoso.example"}],
    )
    bob = store(contoso, userName="bob@contoso.example", externalId="a-1")
    store(
        fabrikam,
        userName="ann@contoso.example",
        externalId="A-1",
        displayName="Ann O'Brien",
        active=True,
        name={"familyName": "O'Brien"},
        emails=[{"type": "work", "primary": True, "value": "ann@contoso.example"}],
    )
    return {"ann": ann.pk, "eva": eva.pk, "bob": bob.pk}


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


CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def whole_person(scim):
    """Return a document with a value of its own in each published attribute."""

    def filled(attributes, prefix):
        return {
            item["name"]: value
            for item in attributes
            if (value := sample(item, f"{prefix}.{item['name']}")) is not None
        }

    def sample(item, path):
        if item.get("mutability") == "readOnly" or item["name"] in ("active", "ref"):
            return None
        if item["type"] == "complex":
            value = filled(item["subAttributes"], path)
            return [value] if item["multiValued"] else value
        if item["type"] == "boolean":
            return True
        return "work" if item["name"] == "type" else f"Value of {path}"

    schemas = {
        schema["id"]: schema for schema in scim.get("/Schemas").json()["Resources"]
    }
    return {
        **filled(schemas[CORE]["attributes"], ""),
        ENTERPRISE: filled(schemas[ENTERPRISE]["attributes"], "enterprise"),
        "userName": "whole@contoso.example",
        "externalId": "ID of the whole person",
        "emails": [
            {
                "type": "work",
                "value": "whole@contoso.example",
                "display": "D",
                "primary": True,
            }
        ],
    }


def strings_of(document, urn):
    """Return the filters that ask for each string of a document, in every form."""
    for name, value in document.items():
        if name == ENTERPRISE:
            yield from strings_of(value, ENTERPRISE)
        elif isinstance(value, str):
            yield f"{urn}:{name}", value
        elif isinstance(value, dict):
            for part, text in value.items():
                yield f"{urn}:{name}.{part}", text
        elif isinstance(value, list):
            [item] = value
            for part, text in item.items():
                if isinstance(text, str):
                    yield f"{urn}:{name}.{part}", text
                if part not in ("type", "primary"):
                    yield f'{urn}:{name}[type eq "work"].{part}', text
                    yield f'{urn}:{name}[primary eq "True" and {part} pr].{part}', text
            if "value" in item:
                yield f"{urn}:{name}", item["value"]
                yield f'{urn}:{name}[type eq "work"]', item["value"]


def test_every_attribute_that_is_kept_can_be_filtered(scim, foreign_scim):
    """Any may be the matching attribute of Entra, whatever its name's case."""
    document = whole_person(scim)
    person = scim.post("/Users", document).json()["id"]
    scim.post("/Users", {"userName": "other@contoso.example", "title": "Other"})
    foreign_scim.post(
        "/Users",
        {
            **document,
            "userName": "whole@fabrikam.example",
            "emails": [{"type": "work", "value": "whole@fabrikam.example"}],
        },
    )
    filters = dict(strings_of(document, CORE))

    assert len(filters) > 100
    for path, value in filters.items():
        quoted = ScimFilter.quote(value)
        for name in (path, path.removeprefix(f"{CORE}:"), path.upper()):
            if "[" in path and name == path.upper():
                continue  # the operators inside are not what is tested
            assert scim.filter(f"{name} eq {quoted}") == [person], name
        assert scim.filter(f'{path} eq "nobody"') == []
        assert person in scim.filter(f"{path} pr") or "[" in path, path
    for text in (
        f'schemas eq "{ENTERPRISE}"',
        'meta.version eq "W/\\"1\\"" and title pr and department pr',
        'meta.resourceType eq "User" and title co "title"',
        'title sw "VALUE" and title ew "title"',
        f'{ENTERPRISE}:department ne "x" and employeeNumber pr',
        'phoneNumbers.value co "phonenumbers" and addresses.locality sw "value"',
        'addresses[type eq "work" and country eq "value of .addresses.country"]',
        f'schemas eq "{CORE}" and profileUrl pr',
    ):
        assert scim.filter(text) == [person], text
    assert scim.filter('meta.resourceType eq "Group"') == []
    assert scim.filter('meta.version eq "W/\\"7\\""') == []


def test_what_is_filtered_follows_what_is_changed(scim):
    """By key as well: the former value finds nobody, the new one does."""
    person = scim.post("/Users", {"userName": "ann@contoso.example"}).json()["id"]
    number = f"{ENTERPRISE}:employeeNumber"
    work, mobile = (
        f'phoneNumbers[type eq "{kind}"].value' for kind in ("work", "mobile")
    )

    def replace(path, value):
        operation = {"op": "Replace", "path": path, "value": value}
        assert scim.patch(f"/Users/{person}", operation).status_code == 200

    for path in (number, work, mobile, "nickName"):
        replace(path, "One")
        assert scim.filter(f'{path} eq "one"') == [person]
        replace(path, "Two")
        assert scim.filter(f'{path} eq "one"') == []
        assert scim.filter(f'{path} eq "TWO"') == [person]
    replace(work, "")
    assert scim.filter(f'{work} eq "two"') == []
    assert scim.filter(f'{mobile} eq "two"') == [person]
    replace(
        "phoneNumbers", [{"type": "work", "value": "1"}, {"type": "fax", "value": "1"}]
    )
    assert scim.filter('phoneNumbers.type eq "fax" and phoneNumbers eq "1"') == [person]
    assert scim.filter(f'{mobile} eq "two"') == []


def test_a_filter_that_is_refused_leaves_an_event_with_its_attribute(scim):
    """The mapping that made Entra ask so can be named."""
    extension = "urn:ietf:params:scim:schemas:extension:Custom:2.0:User"
    for attribute in ("otherMails", f"{extension}:badge", "x" * 500):
        response = scim.get("/Users", {"filter": f'{attribute} eq "secret"'})

        reference = response["X-Correlation-Id"]
        event = ProvisioningEvent.objects.get(correlation_id=reference)
        assert event.kind == ProvisioningEvent.Kind.REFUSED
        assert event.reason == "invalidFilter"
        [named] = event.changes["refused"]
        assert named.rstrip("\u2026") == attribute[:100]
        assert "secret" not in event.detail


def test_what_no_index_has_is_compared_so_often_and_no_more(scim):
    """Each such term looks at each person."""
    term = 'title co "x"'

    for number, status in ((MAX_SCANS, 200), (MAX_SCANS + 1, 400)):
        text = " or ".join([term] * number + ['nickName eq "x"'] * 30)
        assert scim.get("/Users", {"filter": text}).status_code == status


@pytest.mark.parametrize(
    "form",
    [
        "id eq {0} and manager eq {1}",
        'id eq "{0}" and manager eq "{1}"',
        'manager.value eq "{1}" and id eq "{0}"',
        'id eq "{0}" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
        ':manager eq "{1}"',
    ],
)
def test_a_reference_can_be_asked_for(contoso, fabrikam, scim, form):
    """As Microsoft's older samples do, before a manager is named."""
    manager, other = str(uuid.uuid4()), str(uuid.uuid4())
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    person = scim.post(
        "/Users",
        {"userName": "dan@contoso.example", enterprise: {"manager": manager}},
    ).json()["id"]
    key = uuid.UUID(person)

    assert found(form.format(person, manager), contoso) == {key}
    assert found(form.format(person, other), contoso) == set()
    assert found(form.format(person, manager), fabrikam) == set()


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


TEXTS = st.text(
    alphabet="aAb\u00e9\u00c9eE\u0131iI\u00df%_\\'\" ", min_size=1, max_size=4
)
NAMES = ["displayName", "externalId", "name.familyName", "name.givenName"]


@st.composite
def documents(draw):
    document = {"active": draw(st.booleans())}
    for name in ("displayName", "externalId"):
        if draw(st.booleans()):
            document[name] = draw(TEXTS)
    name = {
        key: draw(TEXTS) for key in ("familyName", "givenName") if draw(st.booleans())
    }
    if name:
        document["name"] = name
    emails = [
        {
            "value": draw(TEXTS),
            **(
                {"type": draw(st.sampled_from(["work", "Home"]))}
                if draw(st.booleans())
                else {}
            ),
            **({"primary": False} if draw(st.booleans()) else {}),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    if emails:
        document["emails"] = emails
    return document


@st.composite
def comparisons(draw):
    kind = draw(st.sampled_from(["text", "present", "active", "email", "inside"]))
    operator = draw(
        st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
    )
    value = ScimFilter.quote(draw(TEXTS))
    equality = draw(st.sampled_from(["eq", "ne"]))
    match kind:
        case "text":
            return f"{draw(st.sampled_from(NAMES))} {operator} {value}"
        case "present":
            return f"{draw(st.sampled_from([*NAMES, 'emails', 'emails.type']))} pr"
        case "active":
            return f"active {equality} {draw(st.sampled_from(['true', 'false']))}"
        case "email":
            return f"emails.value {operator} {value}"
    kind = draw(st.sampled_from(["work", "home"]))
    return f'emails[type {equality} "{kind}" and value {operator} {value}]'


FILTERS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=4,
)


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(documents(), min_size=1, max_size=4),
    st.lists(FILTERS, min_size=1, max_size=6),
)
def test_sql_finds_what_the_standard_says(db, stored, filters):
    """The oracle is scim2-models, which evaluates the same filter in Python."""
    environment, other = make_environment(name="One"), make_environment(name="Other")
    external_ids = set()
    people = {}
    for document in stored:
        if document.get("externalId") in external_ids:  # they are unique
            del document["externalId"]
        if "externalId" in document:
            external_ids.add(document["externalId"])
        people[store(environment, **document).pk] = document
        store(other, **document)

    for text in filters:
        expected = {
            pk
            for pk, document in people.items()
            if ScimFilter[EntraUser](text).match(
                EntraUser.model_validate(
                    {"schemas": schemas_of(document), "userName": "x", **document},
                    scim_ctx=Context.DEFAULT,
                    scim_policy=POLICY,
                )
            )
        }
        assert found(text, environment) == expected, text


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='()[]" andornoteqpr.:', max_size=40))
def test_any_text_is_a_filter_or_an_error(text):
    """Nothing else happens, whatever is asked."""
    environment = apps.get_model(conf.ENVIRONMENT_MODEL)(pk=1)

    with contextlib.suppress(InvalidFilterException):
        q_of(text, environment)
