"""A changed account is saved as Django saves it, whatever the product listens to."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db.models import F, Value
from django.db.models.signals import post_save, pre_save

from entra_scim.accounts import profile
from entra_scim.database import prepared_saves
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


def test_nobody_s_password_is_another_s(monkeypatch):
    """It is unusable and as long as Django's, unless the product has its own way."""
    model = get_user_model()
    one, other = model(), model()
    for user in (one, other):
        prepared_saves.set_unusable_password(user)
    assert not one.has_usable_password()
    assert len(one.password) == len(make_password(None))
    assert one.password != other.password

    monkeypatch.setattr(
        model, "set_unusable_password", lambda user: setattr(user, "password", "!own")
    )
    prepared_saves.set_unusable_password(one)
    assert one.password == "!own"


def test_receivers_are_told_of_somebody_new_as_by_django(scim, told):
    model = get_user_model()
    name = {"givenName": "Eve", "familyName": "Jones"}
    scim.post("/Users", {"userName": "eve@contoso.example", "name": name})

    eve = model.objects.get(**{model.USERNAME_FIELD: "eve@contoso.example"})
    assert (eve.first_name, eve.last_name) == ("EVE", "Jones")
    assert not eve.has_usable_password()
    ours = [(sender, kwargs) for sender, _, _, kwargs in told]
    told.clear()
    model.objects.create(**{model.USERNAME_FIELD: "bob@contoso.example"})
    assert ours[:2] == [(sender, kwargs) for sender, _, _, kwargs in told]


def test_somebody_new_is_there_as_by_django():
    model = get_user_model()
    ours, usual = (
        model(**{model.USERNAME_FIELD: f"{name}@contoso.example"})
        for name in ("ann", "bob")
    )
    if not prepared_saves.save_new(ours):
        pytest.skip("This product's users are saved by Django alone.")
    usual.save()

    assert ours._state.adding is usual._state.adding
    assert ours._state.db == usual._state.db
    for user in (ours, usual):
        read = model.objects.get(pk=user.pk)
        assert profile.snapshot(read) == profile.snapshot(user)
    ours.first_name = "Anna"
    ours.save()
    assert model.objects.get(pk=ours.pk).first_name == "Anna"


def test_somebody_with_a_key_or_an_expression_is_saved_by_django():
    model = get_user_model()
    name = {model.USERNAME_FIELD: "ann@contoso.example"}
    assert not prepared_saves.save_new(model(pk=uuid.uuid4().int >> 70, **name))
    assert not prepared_saves.save_new(model(first_name=Value("Ann"), **name))
