"""The declarations of attributes, from which everything else follows."""

from __future__ import annotations

import pytest

from entra_scim.document.attribute import Attribute, Type
from entra_scim.document.catalogue import SCHEMAS


def test_each_name_is_declared_once():
    """Names have no case, and no two schemas have the same."""
    names = [each.name.lower() for schema in SCHEMAS for each in schema.attributes]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("contradiction", "problem"),
    [
        ({"multi_valued": True}, "several values have parts each"),
        (
            {"parts": (Attribute("value", "A value."),), "sortable": True},
            "say it of one of its parts",
        ),
        ({"type": Type.BOOLEAN}, "a field of a person has to keep it"),
    ],
    ids=["values without parts", "sorted by a whole", "kept nowhere"],
)
def test_what_contradicts_itself_is_refused(contradiction, problem):
    with pytest.raises(ValueError, match=f"shoeSize: {problem}"):
        Attribute("shoeSize", "The size of a shoe.", **contradiction)
