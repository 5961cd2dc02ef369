"""Accounts that a product undoes and the middleware mends."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from entra_scim.models import ProvisioningEvent


def add(settings, name):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"tests.support.middleware.{name}"]


def assert_mended(user):
    """The account says again what Entra said, and the story tells so once."""
    assert not get_user_model().objects.get(pk=user.pk).is_active
    again = ProvisioningEvent.objects.filter(kind="deactivated_again")
    assert [event.user_id for event in again] == [user.pk]
