"""Values that Entra might send, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from entra_scim.document.documents import ENTERPRISE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


PATHS = st.sampled_from(
    [
        "active",
        "roles",
        "name",
        "name.givenName",
        "userName",
        "externalId",
        "emails",
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        'roles[primary eq "True"].value',
        "emails.value",
        f"{ENTERPRISE}:manager",
        f"{ENTERPRISE}:manager.value",
        ENTERPRISE,
        "schemas",
        "meta",
        "id",
        "manager",
        "photos",
    ]
) | st.text(max_size=10)


OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace", "remove", "x"]) | JSON},
        optional={
            "path": PATHS | JSON,
            "value": JSON | st.dictionaries(PATHS, JSON, max_size=3),
        },
    )
    | JSON,
    max_size=4,
)
