"""People are counted as far as it matters."""

from __future__ import annotations

import re
import uuid

import pytest
from django.utils import timezone

from entra_scim.diagnosis import headcount
from entra_scim.models import ProvisionedUser
from tests.support.factories import (
    UserFactory,
)
from tests.support.tab import OBJECT_ID, ROLE, provision, tab, text_of

pytestmark = pytest.mark.django_db


def test_many_people_are_counted_as_far_as_it_matters(
    client, contoso, roles, scim, monkeypatch
):
    """What is wrong is found among any number, and no page reads everybody."""
    role = {**ROLE, "value": "Viewer", "display": "Viewer"}
    provision(scim, "eve", externalId=OBJECT_ID, active=True, roles=[role])
    provision(scim, "max", externalId="max", active=True, roles=[role])
    provision(scim, "may", active=False)
    unknown = {**role, "value": "Nobody"}
    provision(scim, "zoe", externalId=str(uuid.uuid4()), roles=[unknown])

    def facts():
        page = client.get(tab(contoso))
        findings = {finding.code for finding in page.context["findings"]}
        proof = client.get(tab(contoso, "guide/")).context["proof"]
        done = {step.code for step in page.context["steps"] if step.done}
        unknown = page.context["traffic"].unknown_roles
        return findings, proof, done, unknown, page

    exact = facts()
    monkeypatch.setattr(headcount, "EXACT", 2)
    monkeypatch.setattr(headcount, "HOLDERS", 1)
    probed = facts()

    assert probed[:4] == exact[:4]
    assert "(4 people, active: 3)" in text_of(exact[-1])
    text = text_of(probed[-1])
    assert "(more than 2 people)" in text
    assert re.search(r"Viewer Viewer has no permissions: [\w ]+ more than 1 ", text)


@pytest.mark.parametrize("waiting", ["", OBJECT_ID])
def test_whether_entra_sent_roles_of_many(contoso, scim, monkeypatch, waiting):
    """Also where the only one with roles has an object ID that waits for a decision."""
    for name in ("eve", "max"):
        provision(scim, name, externalId=name)
    monkeypatch.setattr(headcount, "EXACT", 1)

    def roles_received():
        counted = headcount.Headcount()
        headcount.count(counted, contoso)
        return counted.roles_received

    assert not roles_received()

    one = ProvisionedUser.objects.first().pk
    ProvisionedUser.objects.filter(pk=one).update(
        roles_received_at=timezone.now(), waiting_object_id=waiting
    )
    assert roles_received()


def test_the_number_of_people_costs_no_statement(
    client, contoso, roles, scim, django_assert_max_num_queries
):
    """The pages open with 50,000 people as with five."""
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    def costs():
        paths = ("", "guide/", "people/", "people/local/", "events/", "sign-in/")
        paths += ("later/", "codes/")
        counts = []
        for path in paths:
            with CaptureQueriesContext(database) as collected:
                assert client.get(tab(contoso, path)).status_code == 200
            counts.append(len(collected))
        return counts

    def join(provisioned, local):
        for number in provisioned:
            role = {**ROLE, "value": f"Viewer,R{number}"}
            provision(scim, f"p{number}", roles=[role])
        for number in local:
            UserFactory(email=f"local{number}@contoso.example", environment=contoso)

    # As many as the sign-in page names. Of each, it asks for the link and the policy.
    named = 21
    join(range(3), range(named))
    few = costs()
    join(range(3, 30), range(named, 2 * named))

    assert costs() == few
    sign_in = few.pop(5)
    assert max(few) <= 21  # with the two of a request that is a transaction
    assert sign_in <= 22 + 2 * named


def test_roles_of_an_environment_that_has_none(client, contoso, scim):
    """Each that Entra sends to somebody active is unknown."""
    provision(scim, "eve", roles=[{**ROLE, "value": "Viewer", "display": "Viewer"}])
    provision(
        scim, "max", active=False, roles=[{**ROLE, "value": "Gone", "display": "Gone"}]
    )

    unknown = client.get(tab(contoso)).context["traffic"].unknown_roles

    assert [(role.value, role.people) for role in unknown] == [("Viewer", 1)]
