"""The product's own user admin."""

from __future__ import annotations

from django.urls import reverse

from entra_scim.models import ProvisionedUser


def provision(scim, user, **attributes):
    response = scim.post("/Users", {"userName": user.email, **attributes})
    assert response.status_code == 201, response.content
    user.refresh_from_db()
    return ProvisionedUser.objects.get(user=user)


def page_of(user):
    return reverse("admin:product_user_change", args=[user.pk])


LISTING = "admin:product_user_changelist"


def posted(user, **changes):
    data = {
        "date_joined_0": "2026-01-01",
        "date_joined_1": "12:00:00",
        "username": user.username,
        "email": user.email,
        "groups": [group.pk for group in user.groups.all()],
        **({"is_active": "on"} if user.is_active else {}),
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}
