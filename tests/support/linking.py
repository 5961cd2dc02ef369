"""People whom Entra sends for the first time, and how that is refused."""

from __future__ import annotations

from http import HTTPStatus

from entra_scim.models import ProvisioningEvent


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
