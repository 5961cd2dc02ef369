"""What one request may cost: counted in calls of functions, since clocks differ."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial

import pytest

from entra_scim.scim.projection import MAX_NAMES

pytestmark = pytest.mark.django_db

LONG = 300_000
"""Characters: of a body that is within its own limit."""


def calls(function):
    """Return how often a function calls others of Python's, all in all."""
    counted = Counter()

    def count(frame, event, argument):
        counted[event] += 1

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


@pytest.fixture
def people(scim):
    for number in range(20):
        address = f"person{number}@contoso.example"
        response = scim.post(
            "/Users",
            {
                "userName": address,
                "emails": [{"type": "work", "value": address}],
                "phoneNumbers": [{"type": "mobile", "value": str(number)}],
            },
        )
        assert response.status_code == 201


@pytest.mark.parametrize(
    "query",
    [
        {"attributes": [f"a{number}" for number in range(5000)]},
        {"excludedAttributes": ["userName"] * (MAX_NAMES + 1)},
        {"attributes": "," * LONG},
        {"attributes": "[" * LONG},
        {"attributes": 'a["' * 50_000},
        {"attributes": ["[" * LONG]},
        {"attributes": ["a." * LONG]},
        {"sortBy": "x" * LONG},
        {"sortBy": "a." * LONG},
        {"sortBy": "emails[" * 40_000},
        {"sortOrder": "x" * LONG},
        {"count": "9" * LONG},
        {"startIndex": [1] * LONG},
        {"filter": "x" * LONG},
        {"filter": "(" * LONG},
        {"filter": '"' * LONG},
    ],
    ids=lambda query: " ".join(f"{k} {str(v)[:12]}" for k, v in query.items()),
)
def test_a_query_beyond_its_limits_is_refused_before_it_is_read(scim, people, query):
    """As many calls as for any other refusal, but for what reading JSON takes."""
    usual = calls(lambda: scim.post("/Users/.search", {"count": "x"}))
    other = {"ignored": query}

    reading = calls(lambda: scim.post("/Users/.search", other))
    cost = calls(lambda: scim.post("/Users/.search", query))

    assert scim.post("/Users/.search", query).status_code == 400
    assert cost < reading + 2 * usual


@pytest.mark.parametrize("parameter", ["attributes", "excludedAttributes"])
def test_names_cost_what_a_set_costs(scim, people, parameter):
    """However many are asked for, each resource is walked once."""
    few = {parameter: ["emails.value"]}
    many = {parameter: [f"emails.value{number}" for number in range(MAX_NAMES)]}

    costs = [calls(partial(scim.post, "/Users/.search", body)) for body in (few, many)]

    assert costs[1] < costs[0] + 20 * MAX_NAMES


def test_the_cost_of_a_filter_grows_with_its_length(scim, people):
    """Twice the terms are twice the work at most, not four times."""

    def cost(number):
        text = " or ".join(f'phoneNumbers[type eq "x"] eq "{n}"' for n in range(number))
        return calls(lambda: scim.get("/Users", {"filter": text}))

    base = cost(1)
    assert cost(40) - base < 2.5 * (cost(20) - base)


def test_a_long_list_of_entity_tags_is_refused(scim, people):
    """No client has that many versions of one resource."""
    [person] = scim.filter('userName eq "person7@contoso.example"')
    tags = 'W/"9",' * 10_000

    for name in ("If_Match", "If_None_Match"):
        assert scim.get(f"/Users/{person}", **{name: tags}).status_code == 400
        assert scim.delete(f"/Users/{person}", **{name: tags}).status_code == 400
