"""People who exchange their names: Entra changes one of them at a time."""

from __future__ import annotations

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from entra_emulator import ProvisioningJob
from entra_emulator.tenant import Tenant
from entra_scim.connection import access_keys
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from entra_scim.testing import DjangoServer
from tests.support.races import just_before

pytestmark = pytest.mark.django_db


REPLACED_TITLE = {"op": "Replace", "path": "title", "value": "Boss"}


def address(name):
    return f"{name}@contoso.example"


def create(scim, name):
    response = scim.post(
        "/Users",
        {
            "userName": address(name),
            "displayName": name,
            "emails": [{"type": "work", "value": address(name)}],
        },
    )
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def rename(scim, path, name, *operations):
    return scim.patch(
        path,
        {"op": "Replace", "path": "userName", "value": address(name)},
        {
            "op": "Replace",
            "path": 'emails[type eq "work"].value',
            "value": address(name),
        },
        *operations,
    ).status_code


def names():
    """Return who has which address, by the first name that they came with."""
    people = ProvisionedUser.objects.select_related("user")
    for person in people:
        [mail] = [email["value"] for email in person.attributes["emails"]]
        assert mail == person.attributes["userName"] == person.user.email
        assert mail == person.user.get_username()
    return {
        person.display_name: person.user.email.partition("@")[0] for person in people
    }


def test_two_people_exchange_addresses(scim, contoso):
    """The second request changes both; each has an event."""
    cee, dee = create(scim, "cee"), create(scim, "dee")

    assert rename(scim, cee, "dee") == 409
    assert names() == {"cee": "cee", "dee": "dee"}
    assert rename(scim, dee, "cee") == 200

    assert names() == {"cee": "dee", "dee": "cee"}
    for path in (cee, dee):
        assert scim.get(path).json()["meta"]["version"] == 'W/"2"'
    assert rename(scim, cee, "dee") == 200
    events = ProvisioningEvent.objects.filter(kind="updated")
    assert {sentence_of(event) for event in events} == {
        "cee: emails, userName changed",
        "dee: emails, userName changed",
    }


def test_a_name_that_has_become_free_closes_no_circle(scim):
    """Bob wished Eve's, who is gone: he gets it, before Ann gets his."""
    ann, bob, eve = (create(scim, name) for name in ("ann", "bob", "eve"))
    assert rename(scim, bob, "eve") == 409
    wished_at = ProvisionedUser.objects.get(user__email=address("bob")).wished_at
    assert rename(scim, bob, "eve") == 409
    assert (
        ProvisionedUser.objects.get(user__email=address("bob")).wished_at == wished_at
    )
    assert scim.delete(eve).status_code == 204

    assert rename(scim, ann, "bob") == 409

    assert names() == {"ann": "ann", "bob": "bob"}
    assert rename(scim, bob, "eve") == 409  # a former person's account has it


def test_a_name_that_was_taken_back_closes_no_circle(scim):
    """Somebody corrected Ann's name in Entra, before Bob got hers."""
    ann, bob = create(scim, "ann"), create(scim, "bob")
    assert rename(scim, ann, "bob") == 409
    assert scim.patch(ann, REPLACED_TITLE).status_code == 200
    assert ProvisionedUser.objects.get(user__email=address("ann")).wish

    assert rename(scim, ann, "ann") == 200
    assert rename(scim, bob, "ann") == 409

    assert names() == {"ann": "ann", "bob": "bob"}


def test_three_people_exchange_addresses_in_a_circle(scim, contoso):
    paths = {name: create(scim, name) for name in ("ann", "bea", "cee")}

    assert rename(scim, paths["ann"], "bea") == 409
    assert rename(scim, paths["bea"], "cee") == 409
    assert rename(scim, paths["cee"], "ann") == 200

    assert names() == {"ann": "bea", "bea": "cee", "cee": "ann"}


def test_a_chain_of_renames_converges(scim, contoso):
    """Whose next name becomes free is changed when Entra tries again."""
    ann, bea = create(scim, "ann"), create(scim, "bea")

    assert rename(scim, ann, "bea") == 409
    assert rename(scim, bea, "zoe") == 200
    assert rename(scim, ann, "bea") == 200

    assert names() == {"ann": "bea", "bea": "zoe"}


def test_a_name_that_is_not_given_up_is_refused(scim, contoso):
    """Nobody is renamed who has not been renamed in Entra, or was long ago."""
    ann, bea = create(scim, "ann"), create(scim, "bea")
    assert rename(scim, ann, "bea") == 409
    assert names() == {"ann": "ann", "bea": "bea"}
    long_ago = timezone.now() - datetime.timedelta(days=3)
    ProvisionedUser.objects.update(wished_at=long_ago)

    assert rename(scim, bea, "ann") == 409

    assert names() == {"ann": "ann", "bea": "bea"}


def test_a_wish_ends_with_the_next_rename(scim, contoso):
    ann, bea = create(scim, "ann"), create(scim, "bea")
    assert rename(scim, ann, "bea") == 409
    assert rename(scim, ann, "amy") == 200
    assert rename(scim, ann, "ann") == 200

    assert rename(scim, bea, "ann") == 409

    assert names() == {"ann": "ann", "bea": "bea"}


def test_all_of_an_exchange_happens_or_nothing(scim, admin):
    """What the other one wishes may be refused for more than one reason."""
    cee, dee = create(scim, "cee"), create(scim, "dee")
    work = 'emails[type eq "work"].value'
    refused = scim.patch(
        cee,
        {"op": "Replace", "path": "userName", "value": address("dee")},
        {"op": "Replace", "path": work, "value": admin.email},
    )
    assert refused.status_code == 409
    assert ProvisionedUser.objects.exclude(wish=None).count() == 1

    assert rename(scim, dee, "cee") == 409

    assert names() == {"cee": "cee", "dee": "dee"}


def test_somebody_who_is_the_admin_now_is_not_renamed(scim, contoso):
    """Neither as the one who asks, nor as the other."""
    cee, dee = create(scim, "cee"), create(scim, "dee")
    rename(scim, cee, "dee")
    users = get_user_model().objects
    users.filter(email=address("cee")).update(is_superuser=True)

    assert rename(scim, dee, "cee") == 409

    assert names() == {"cee": "cee", "dee": "dee"}


def test_who_is_changed_while_the_circle_is_looked_for(scim):
    """The other request has decided about their name."""
    cee, dee = create(scim, "cee"), create(scim, "dee")
    assert rename(scim, cee, "dee") == 409

    with just_before(
        lambda sql: re.search(r"provisioneduser\W+id\W IN \(", sql),
        lambda: ProvisionedUser.objects.update(wish=None),
    ):
        assert rename(scim, dee, "cee") == 409

    assert names() == {"cee": "cee", "dee": "dee"}


def test_people_of_two_environments_exchange_nothing(
    several_environments, scim, foreign_scim
):
    """One customer's wishes move nobody else's people."""
    cee, dee = create(scim, "cee"), create(foreign_scim, "dee")

    assert rename(scim, cee, "dee") == 409
    assert rename(foreign_scim, dee, "cee") == 409

    assert names() == {"cee": "cee", "dee": "dee"}


def test_an_exchange_in_entra_converges(contoso):
    """As Entra's cycles send it."""
    tenant = Tenant()
    application = tenant.add_application("Product")
    role = application.add_role("Viewer")
    people = {name: tenant.add_person(address(name), name) for name in ("cee", "dee")}
    for person in people.values():
        application.assign(person, role)
    server = DjangoServer(
        reverse("entra_scim:base", kwargs={"environment_id": contoso.pk}) + "/",
        access_keys.create(contoso)[1],
    )
    job = ProvisioningJob(tenant, application, server)
    job.run_cycle()

    tenant.rename(people["cee"], address("tmp"))
    for one, other in (("dee", "cee"), ("cee", "dee")):
        tenant.rename(people[one], address(other))
        tenant.change_person(people[one], {"mail": address(other)})
    for _ in range(3):
        job.next_cycle()

    assert names() == {"cee": "dee", "dee": "cee"}
