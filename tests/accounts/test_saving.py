"""A changed account is saved as Django saves it, whatever the product listens to."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.signals import post_save, pre_save

from entra_scim.accounts import profile
from entra_scim.database.transactions import StaleWrite

pytestmark = pytest.mark.django_db

GIVEN_NAME = {"op": "Replace", "path": "name.givenName", "value": "Anna"}


@pytest.fixture(autouse=True)
def names():
    if not hasattr(get_user_model(), "first_name"):
        pytest.skip("This product keeps no first name.")


@pytest.fixture
def told():
    """What receivers are told, the first of which changes what is saved."""
    told = []

    def shout(instance, **kwargs):
        instance.first_name = instance.first_name.upper()

    def note(sender, instance, signal, **kwargs):
        told.append((sender, instance.pk, signal is post_save, kwargs))

    model = get_user_model()
    for signal, receiver in ((pre_save, shout), (pre_save, note), (post_save, note)):
        signal.connect(receiver, model)
    yield told
    for signal, receiver in ((pre_save, shout), (pre_save, note), (post_save, note)):
        signal.disconnect(receiver, model)


def test_receivers_are_told_as_by_django(scim, ann, told):
    path = f"/Users/{scim.post('/Users', {'userName': ann.email}).json()['id']}"
    told.clear()

    assert scim.patch(path, GIVEN_NAME).status_code == 200

    ann.refresh_from_db()
    assert ann.first_name == "ANNA"
    ours = [*told]
    told.clear()
    ann.save(update_fields=["first_name"])
    assert ours == told
    assert len(ours) == 2


def test_only_what_changed_is_saved(ann):
    stale = get_user_model().objects.get(pk=ann.pk)
    before = profile.snapshot(ann)
    ann.first_name = "Anna"
    get_user_model().objects.filter(pk=ann.pk).update(last_name="Jones")

    profile.save_changes(ann, before)

    stale.refresh_from_db()
    assert (stale.first_name, stale.last_name) == ("Anna", "Jones")


def test_an_expression_is_saved(ann):
    """Which only Django's own ``save`` understands."""
    before = profile.snapshot(ann)
    ann.first_name = F("email")

    profile.save_changes(ann, before)

    ann.refresh_from_db()
    assert ann.first_name == ann.email


def test_an_account_that_is_gone_is_not_saved():
    model = get_user_model()
    user = model.objects.create(**{model.USERNAME_FIELD: "eve@contoso.example"})
    before = profile.snapshot(user)
    model.objects.filter(pk=user.pk).delete()
    user.first_name = "Eve"

    with pytest.raises(StaleWrite):
        profile.save_changes(user, before)
