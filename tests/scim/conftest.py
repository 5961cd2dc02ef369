"""A directory of three people, for filters and listings."""

from __future__ import annotations

import pytest

from tests.support.population import store


@pytest.fixture
def people(contoso, fabrikam):
    """Three people, and a foreign one who would match everything."""
    ann = store(
        contoso,
        userName="Ann@Contoso.example",
        externalId="A-1",
        displayName="Ann O'Brien",
        active=True,
        name={"familyName": "O'Brien", "givenName": "Ann"},
        emails=[
            {"type": "work", "primary": True, "value": "Ann@Contoso.example"},
            {"type": "home", "value": "ann@home.example"},
        ],
    )
    eva = store(
        contoso,
        userName="eva@contoso.example",
        displayName='\u00c9va 100%_\\ "x"',
        active=False,
        emails=[{"type": "home", "value": "eva@contoso.example"}],
    )
    bob = store(contoso, userName="bob@contoso.example", externalId="a-1")
    store(
        fabrikam,
        userName="ann@contoso.example",
        externalId="A-1",
        displayName="Ann O'Brien",
        active=True,
        name={"familyName": "O'Brien"},
        emails=[{"type": "work", "primary": True, "value": "ann@contoso.example"}],
    )
    return {"ann": ann.pk, "eva": eva.pk, "bob": bob.pk}
