"""Whatever the filter, SQL finds what the standard says."""

from __future__ import annotations

import contextlib

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import Context, InvalidFilterException, ScimFilter

from entra_scim.conf import conf
from entra_scim.scim.filters import q_of
from entra_scim.scim.resources import POLICY, schemas_of
from entra_scim.scim.schema import EntraUser
from tests.support.factories import make_environment
from tests.support.filters import found
from tests.support.population import store

pytestmark = pytest.mark.django_db


TEXTS = st.text(
    alphabet="aAb\u00e9\u00c9eE\u0131iI\u00df%_\\'\" ", min_size=1, max_size=4
)


NAMES = ["displayName", "externalId", "name.familyName", "name.givenName"]


@st.composite
def documents(draw):
    document = {"active": draw(st.booleans())}
    for name in ("displayName", "externalId"):
        if draw(st.booleans()):
            document[name] = draw(TEXTS)
    name = {
        key: draw(TEXTS) for key in ("familyName", "givenName") if draw(st.booleans())
    }
    if name:
        document["name"] = name
    emails = [
        {
            "value": draw(TEXTS),
            **(
                {"type": draw(st.sampled_from(["work", "Home"]))}
                if draw(st.booleans())
                else {}
            ),
            **({"primary": False} if draw(st.booleans()) else {}),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    if emails:
        document["emails"] = emails
    return document


@st.composite
def comparisons(draw):
    kind = draw(st.sampled_from(["text", "present", "active", "email", "inside"]))
    operator = draw(
        st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
    )
    value = ScimFilter.quote(draw(TEXTS))
    equality = draw(st.sampled_from(["eq", "ne"]))
    match kind:
        case "text":
            return f"{draw(st.sampled_from(NAMES))} {operator} {value}"
        case "present":
            return f"{draw(st.sampled_from([*NAMES, 'emails', 'emails.type']))} pr"
        case "active":
            return f"active {equality} {draw(st.sampled_from(['true', 'false']))}"
        case "email":
            return f"emails.value {operator} {value}"
    kind = draw(st.sampled_from(["work", "home"]))
    return f'emails[type {equality} "{kind}" and value {operator} {value}]'


FILTERS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=4,
)


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(documents(), min_size=1, max_size=4),
    st.lists(FILTERS, min_size=1, max_size=6),
)
def test_sql_finds_what_the_standard_says(db, stored, filters):
    """The oracle is scim2-models, which evaluates the same filter in Python."""
    environment, other = make_environment(name="One"), make_environment(name="Other")
    external_ids = set()
    people = {}
    for document in stored:
        if document.get("externalId") in external_ids:  # they are unique
            del document["externalId"]
        if "externalId" in document:
            external_ids.add(document["externalId"])
        people[store(environment, **document).pk] = document
        store(other, **document)

    for text in filters:
        expected = {
            pk
            for pk, document in people.items()
            if ScimFilter[EntraUser](text).match(
                EntraUser.model_validate(
                    {"schemas": schemas_of(document), "userName": "x", **document},
                    scim_ctx=Context.DEFAULT,
                    scim_policy=POLICY,
                )
            )
        }
        assert found(text, environment) == expected, text


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='()[]" andornoteqpr.:', max_size=40))
def test_any_text_is_a_filter_or_an_error(text):
    """Nothing else happens, whatever is asked."""
    environment = apps.get_model(conf.ENVIRONMENT_MODEL)(pk=1)

    with contextlib.suppress(InvalidFilterException):
        q_of(text, environment)
