"""A product's own rules."""

from __future__ import annotations


def create(scim, name, **attributes):
    return scim.post("/Users", {"userName": f"{name}@contoso.example", **attributes})
