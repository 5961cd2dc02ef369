"""What ends while it is used."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from entra_scim.environments import emptying
from entra_scim.exceptions import NotProvisioned
from entra_scim.models import (
    ProvisionedUser,
    ReleasedUser,
)
from entra_scim.people import provisioning
from tests.conftest import client_of
from tests.support.factories import RoleFactory, UserFactory, make_environment
from tests.support.races import (
    ROUNDS,
    SET_UP_ROUNDS,
    by_product,
    create,
    mail,
    replace,
    together,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_patch_against_a_delete(scim):
    """Changed and gone, or gone and not found: never half of it."""
    for number in range(ROUNDS):
        path = create(scim, number)

        patched, deleted = together(
            lambda: scim.patch(
                path, replace("displayName", "Changed"), replace("active", "True")
            ),
            lambda: scim.delete(path),
        )

        assert deleted.status_code == 204
        assert patched.status_code in (200, 404)
        assert scim.get(path).status_code == 404
        user = get_user_model().objects.get(email=f"p{number}@contoso.example")
        assert not user.is_active


def test_a_patch_against_an_account_that_the_product_deletes(scim, settings):
    """A product that may delete linked people never fails for a request of Entra's."""
    settings.ENTRA_SCIM_PROTECTION = []
    for number in range(ROUNDS):
        path = create(scim, number, emails=[{"type": "work", "value": f"{number}@x.y"}])
        user = ProvisionedUser.objects.get(pk=path.rpartition("/")[2]).user

        _deleted, patched = together(
            partial(by_product, user.delete),
            lambda: scim.patch(path, mail("new@x.y"), replace("title", "Boss")),
        )

        assert patched.status_code in (200, 404)
        assert scim.get(path).status_code == 404
        assert not get_user_model().objects.exists()


def test_a_link_against_an_account_that_the_product_deletes(scim, contoso, settings):
    """The product never fails, whichever is first, and nothing is left of the account."""
    settings.ENTRA_SCIM_PROTECTION = []
    RoleFactory(environment=contoso, value="Viewer")
    for number in range(ROUNDS):
        address = f"p{number}@contoso.example"
        names = {"email": address, get_user_model().USERNAME_FIELD: address}
        user = UserFactory(**names, environment=contoso)

        post = partial(
            scim.post, "/Users", {"userName": address, "roles": [{"value": "Viewer"}]}
        )

        _deleted, linked = together(partial(by_product, copy(user).delete), post)

        if linked.status_code == 409:  # it was found just before; Entra comes again
            linked = post()
        assert linked.status_code == 201, linked.content
        assert not get_user_model().objects.filter(pk=user.pk).exists()
        assert not ProvisionedUser.objects.filter(user_id=user.pk).exists()


def environment_with_people(roles):
    """Return an environment, what Entra and an administrator do there, and keys."""
    environment = make_environment(name="Tailspin")
    for value in roles:
        RoleFactory(environment=environment, value=value)
    client, second = client_of(environment), client_of(environment)
    number = environment.pk
    path = create(client, f"{number}", roles=[{"value": roles[0]}])
    left = ProvisionedUser.objects.get(
        pk=create(client, f"{number}-left").rpartition("/")[2]
    ).user
    assert client.delete(f"/Users/{left.provisioned_user.pk}").status_code == 204
    former = ReleasedUser.objects.select_related("environment", "user").get(user=left)
    return environment, [
        lambda: client.patch(path, replace("roles", [{"value": roles[1]}])),
        lambda: client.post("/Users", {"userName": f"n{number}@contoso.example"}),
        lambda: second.get("/Users"),
        lambda: provisioning.forget(former),
    ]


def assert_nothing_is_left(environment):
    models = apps.get_app_config("entra_scim").get_models()
    for model in (one for one in models if hasattr(one, "environment")):
        assert not model._default_manager.filter(environment=environment.pk).exists()
    assert not type(environment).objects.filter(pk=environment.pk).exists()


def test_an_environment_deleted_in_use(several_environments):
    """It goes whatever happens in it, and what happens is done or not found."""
    for number in range(SET_UP_ROUNDS):
        environment, acts = environment_with_people([f"A{number}", f"B{number}"])

        _, patched, posted, listed, _ = together(
            partial(emptying.delete, copy(environment)),
            *acts[:3],
            lambda forget=acts[3]: suppressing(NotProvisioned, forget),
        )

        assert patched.status_code in (200, 401, 404), patched.content
        assert posted.status_code in (201, 401, 404), posted.content
        assert listed.status_code in (200, 401)
        assert_nothing_is_left(environment)


def test_an_environment_that_the_product_deletes_in_use(several_environments):
    """What Entra adds after Django has looked what there is goes with it."""
    for number in range(SET_UP_ROUNDS):
        environment, acts = environment_with_people([f"A{number}", f"B{number}"])

        _, patched, listed, _ = together(
            partial(by_product, copy(environment).delete),
            acts[0],
            acts[2],
            lambda forget=acts[3]: suppressing(NotProvisioned, forget),
        )

        assert patched.status_code in (200, 401, 404), patched.content
        assert listed.status_code in (200, 401)
        assert_nothing_is_left(environment)


def suppressing(refusal, act):
    with suppress(refusal):
        act()
