"""Create, change, find, sort and describe what one declaration each makes known."""

from __future__ import annotations

import django
from django.core.management import call_command

django.setup()

from entra_scim.connection import access_keys
from entra_scim.models import Environment, ProvisionedElement, UnknownAttribute
from tests.support.client import ScimClient
from tests.support.resources import CORE, ENTERPRISE

call_command("migrate", verbosity=0)
contoso = Environment.objects.create(name="Contoso")
_key, secret = access_keys.create(contoso)
scim = ScimClient(f"/scim/{contoso.pk}", secret)


def create(name, **attributes):
    response = scim.post("/Users", {"userName": f"{name}@contoso.example"} | attributes)
    assert response.status_code == 201, response.content
    return response.json()["id"]


def patch(op, path, **value):
    response = scim.patch(f"/Users/{ann}", {"op": op, "path": path, **value})
    assert response.status_code == 200, response.content
    return response.json()


def found(text, **query):
    return scim.filter(text, **query)


# POST, with a value of a type that Entra sends where the mapping says Integer.
ann = create(
    "ann",
    shoeSize=38,
    pets=[{"value": "Rex", "type": "dog"}],
    **{ENTERPRISE: {"parkingLot": "B 7"}},
)
eve = create("eve", SHOESIZE="Forty")
bob = create("bob")
ours = scim.get(f"/Users/{ann}").json()
assert (ours["shoeSize"], ours["pets"]) == ("38", [{"value": "Rex", "type": "dog"}])
assert ours[ENTERPRISE] == {"parkingLot": "B 7"}
assert scim.get(f"/Users/{eve}").json()["shoeSize"] == "Forty"
assert not UnknownAttribute.objects.exists()

# PATCH.
assert patch("Add", "shoeSize", value="39")["shoeSize"] == "39"
assert patch("Replace", f"{CORE}:shoeSize", value="thirty-nine")["shoeSize"]
assert found('shoeSize eq "39"') == []
assert "shoeSize" not in patch("Remove", "shoeSize")
assert found("shoeSize pr") == [eve]
patch("Add", "pets", value=[{"value": "Tom", "type": "cat"}])
patch("Replace", 'pets[type eq "cat"].value', value="Kim")
assert found('pets[type eq "cat"].value eq "kim"') == [ann]
assert patch("Remove", 'pets[type eq "cat"]')["pets"] == ours["pets"]
place = f"{ENTERPRISE}:parkingLot"
assert patch("Replace", place, value="C")[ENTERPRISE] == {"parkingLot": "C"}
assert ENTERPRISE not in patch("Remove", place)
refused = scim.patch(f"/Users/{ann}", {"op": "Add", "path": "shoeSize", "value": {}})
assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")

# Filters, without regard to case, and by a row where that is declared.
patch("Add", "shoeSize", value="Thirty-eight")
patch("Add", place, value="b 7")
assert found('ShoeSize eq "THIRTY-EIGHT"') == [ann]
assert found('shoeSize ne "forty"') == [ann, bob]
assert found('shoeSize co "eight" or shoeSize sw "for"') == [ann, eve]
assert found('parkingLot eq "B 7"') == found(f'{place} eq "B 7"') == [ann]
assert found('pets.value eq "rex"') == found("pets pr") == [ann]
assert set(ProvisionedElement.objects.values_list("path", flat=True)) == {
    "shoeSize",
    "pets.value",
}

# Sorting: those who have none are last, or first where it descends.
query = {"sortBy": "shoeSize", "attributes": "shoeSize"}
assert found("active eq true", **query) == [eve, ann, bob]
assert found("active eq true", sortOrder="descending", **query) == [bob, ann, eve]
refused = scim.get("/Users", {"sortBy": "parkingLot"})
assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")
assert "shoeSize" in refused.json()["detail"]
listed = scim.get("/Users", query).json()["Resources"]
assert listed[0].keys() == {"schemas", "id", "shoeSize"}

# /Schemas.
core, extension = scim.get("/Schemas").json()["Resources"]
described = {each["name"]: each for each in core["attributes"]}
assert described["shoeSize"]["description"] == "The shoe size."
assert described["shoeSize"]["type"] == "string"
assert described["pets"]["multiValued"] is True
assert "value" in {part["name"] for part in described["pets"]["subAttributes"]}
assert "parkingLot" in {each["name"] for each in extension["attributes"]}
