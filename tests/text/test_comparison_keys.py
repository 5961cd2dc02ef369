"""Which names and addresses are the same, and which only look so."""

from __future__ import annotations

import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.document import compared_strings
from entra_scim.text import comparison_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@contoso.example", "Ann@CONTOSO.example"),
        ("josé@contoso.example", "JOSé@contoso.example"),
    ],
)
def test_addresses_that_differ_in_a_to_z_only_are_the_same(one, other):
    """Case of A to Z does not count in an address."""
    assert comparison_keys.same_address(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mike@contoso.example", "m\u0131ke@contoso.example"),
        ("mike@contoso.example", "mi\u212ae@contoso.example"),
        ("\u00e9va@contoso.example", "\u00c9VA@contoso.example"),
        ("strasse@contoso.example", "stra\u00dfe@contoso.example"),
        ("ann@contoso.example", "\uff41nn@contoso.example"),
    ],
)
def test_look_alikes_are_not_the_same(one, other):
    """What is equal under Unicode's folding only is a look-alike, never the same."""
    assert not comparison_keys.same_address(one, other)
    assert comparison_keys.looks_like(one, other)


def test_an_accent_makes_another_address():
    """``josé@`` and ``jose@`` are two people's, whatever MariaDB's collation says."""
    one, other = "jos\u00e9@contoso.example", "jose@contoso.example"

    assert not comparison_keys.same_address(one, other)
    assert not comparison_keys.looks_like(one, other)


@given(st.text() | st.text(string.printable))
def test_nothing_but_a_to_z_is_lowered(text):
    """Whether a text has other letters or not."""
    lowered = [one.lower() if one in string.ascii_uppercase else one for one in text]

    assert comparison_keys.lower_address(text) == "".join(lowered)


@given(st.text(min_size=1))
def test_a_look_alike_is_among_the_candidates(address):
    """The spellings that are looked for contain the address and its lower case."""
    variants = comparison_keys.address_variants(address)

    assert address in variants
    assert comparison_keys.lower_address(address) in variants


@pytest.mark.parametrize(
    "value", ["x@corp.local", "o'brien@contoso.com", "ann@localhost", "m\u0131ke@x.y"]
)
def test_what_entra_sends_is_an_address(value):
    """A directory's addresses count, however odd."""
    assert comparison_keys.is_address(value)


@pytest.mark.parametrize("value", ["ann", "@x", "ann@", "a b@x", "a@b@c", "", "a@b c"])
def test_a_name_is_no_address(value):
    """A userName that is not an address links nobody."""
    assert not comparison_keys.is_address(value)


def test_user_names_compare_without_case_and_external_ids_with():
    """RFC 7643: userName is not caseExact, externalId is."""
    assert comparison_keys.user_name_key("ANN@x.y") == comparison_keys.user_name_key(
        "ann@x.y"
    )
    assert comparison_keys.external_id_key("A") != comparison_keys.external_id_key("a")
    assert comparison_keys.external_id_key(None) is None


@given(st.text())
def test_keys_of_searched_strings_are_uuids_of_the_standard(value):
    """MariaDB takes no others in its columns of UUIDs."""
    key = compared_strings.key("userName", value)

    assert (key.variant, key.version) == (uuid.RFC_4122, 5)


@pytest.mark.parametrize("domain", ["xn--", "xn--\u00e9.example", "xn--9999999999.ex"])
def test_a_domain_that_only_looks_like_punycode(domain):
    """It is compared as it is."""
    assert comparison_keys.looks_like(f"ann@{domain}", f"ANN@{domain}")
    assert not comparison_keys.looks_like(f"ann@{domain}", "ann@contoso.example")
