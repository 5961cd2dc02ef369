"""Characters that no address has, found without a look at each in nearly all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.text import characters


@given(st.from_regex(characters.USUAL, fullmatch=True))
def test_usual_addresses_have_no_odd_character(text):
    """A letter beyond A to Z makes each character be looked at."""
    assert characters.first_odd(text, is_address=True) is None
    assert characters.first_odd(f"\u00e9{text}", is_address=True) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        (" ann", 0),
        ("ann ", 3),
        ("\u2003ann", 0),
        ("ann smith", None),
        ("", None),
    ],
)
def test_a_blank_at_an_end_is_odd(text, index):
    """One within is none, unless the text is an address."""
    assert characters.first_odd(text, is_address=False) == index
