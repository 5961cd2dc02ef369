"""What filters and searches find of somebody is what their document says now."""

from __future__ import annotations

import pytest

from entra_scim.document.compared_strings import Element, elements
from entra_scim.models import ProvisionedElement, ProvisionedUser

pytestmark = pytest.mark.django_db

CHANGES = [
    {"path": "displayName", "value": "Bo van Smith"},
    {"path": "name.familyName", "value": "van Jones"},
    {"path": "name", "value": {"givenName": "Bo", "formatted": "Bo van Jones"}},
    {"path": "title", "value": "Boss"},
    {"path": 'emails[type eq "work"].value', "value": "bo@contoso.example"},
    {"path": "roles", "value": [{"value": "Uploader"}, {"value": "Viewer"}]},
    {"path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
    {"path": "roles", "value": [{"value": "Uploader", "display": "Up"}]},
    {"path": "displayName", "value": ""},
    {"path": "nickName", "value": "Bo van Jones"},
]


def test_rows_follow_the_document(scim):
    """Change by change, also where several names have a word in common."""
    sent = {
        "userName": "ann@contoso.example",
        "displayName": "Ann van Smith",
        "name": {"givenName": "Ann", "familyName": "van Smith"},
    }
    path = f"/Users/{scim.post('/Users', sent).json()['id']}"

    for change in CHANGES:
        response = scim.patch(path, {"op": "Replace", **change})
        assert response.status_code == 200, response.content

        rows = ProvisionedElement.objects.values_list(*Element._fields)
        kept = [Element(*row) for row in rows]
        attributes = ProvisionedUser.objects.get().attributes
        assert len(kept) == len(set(kept))
        assert set(kept) == set(elements(attributes)), change
