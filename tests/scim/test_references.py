"""The reference in a refusal, and the event that it leads to."""

from __future__ import annotations

import itertools

import pytest

from entra_scim.models import ProvisioningEvent

pytestmark = pytest.mark.django_db


def refused(response):
    assert response.status_code >= 400
    return response["X-Correlation-Id"]


def test_refusals_of_different_kinds_have_references_of_their_own(scim):
    """Whether they differ in the reason, the attribute, the text or the person."""
    ids = [
        scim.post("/Users", {"userName": f"{name}@contoso.example"}).json()["id"]
        for name in ("ann", "bob")
    ]

    def patch(number, **operation):
        return scim.patch(f"/Users/{ids[number]}", {"op": "Replace", **operation})

    attempts = [
        lambda: patch(0, path="title", value=["x", "y"]),
        lambda: patch(0, path="displayName", value=["x", "y"]),
        lambda: patch(1, path="displayName", value=["x", "y"]),
        lambda: patch(0, path="emails", value=[True]),
        lambda: patch(0, path="title[", value="x"),
        lambda: scim.patch(f"/Users/{ids[0]}"),
        lambda: scim.get(f"/Users/{ids[0]}/nothing"),
        lambda: scim.get("/Users", {"filter": 'otherMails eq "x"'}),
        lambda: scim.get("/Users", {"filter": 'badge eq "x"'}),
        lambda: scim.get("/Users", {"filter": "title"}),
        lambda: scim.get("/Users", {"sortBy": "photos"}),
        lambda: scim.get("/Users", {"count": "x"}),
        lambda: scim.get("/Nothing"),
        lambda: scim.post("/Users", {"displayName": "Ann"}),
        lambda: scim.post("/Users", {"displayName": "Bob"}),
        lambda: scim.post("/Users", {"userName": "ann@contoso.example"}),
    ]
    first = [refused(attempt()) for attempt in attempts]
    again = [refused(attempt()) for attempt in attempts]

    assert first == again
    for one, other in itertools.combinations(first, 2):
        assert one != other, (first.index(one), first.index(other))
    for reference in first:
        assert ProvisioningEvent.objects.get(correlation_id=reference).count == 2


def test_what_is_kept_of_a_refusal_has_a_limit(scim):
    """However long the texts in the request were."""
    long = "x" * 200_000
    for response in (
        scim.post("/Users", {"displayName": long, "title": 7, "emails": 7}),
        scim.post("/Users", {"userName": long, "displayName": 7, "emails": 7}),
        scim.get("/Users", {"sortBy": long[:5000]}),
        scim.get("/Users", {"filter": f'{long[:2000]} eq "x"'}),
        scim.get(f"/{long[:5000]}"),
    ):
        event = ProvisioningEvent.objects.get(correlation_id=refused(response))
        kept = [event.name, event.detail, *event.changes.get("refused", ())]
        assert sum(map(len, kept)) < 3000
        assert len(response.content) < 3000
