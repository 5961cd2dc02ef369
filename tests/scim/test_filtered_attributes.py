"""Each attribute that is kept can be filtered by."""

from __future__ import annotations

import uuid

import pytest
from scim2_models import ScimFilter

from entra_scim.models import ProvisioningEvent
from entra_scim.scim.filters import MAX_SCANS
from tests.support.filters import found

pytestmark = pytest.mark.django_db


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
