"""The portal's page Graph Explorer."""

from __future__ import annotations

import re

from entra_emulator.graph.tokens import Permission, caller_of


def test_a_token_permits_what_was_chosen(visitor, home, entra, tenant):
    visitor.open(f"{home}graph/")

    page = visitor.press(
        "Show access token", permissions=[Permission.READ_APPLICATIONS]
    )

    token = re.search(r"eyJ[\w.-]+", page.text)[0]
    caller = caller_of(entra.keys, f"Bearer {token}")
    assert caller.tenant_id == tenant.id
    assert caller.permissions == {"Application.Read.All"}
