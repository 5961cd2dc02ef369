"""What an ID token says of a person.

https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from entra_emulator.applications import Application
from entra_emulator.directory import Person

from .sessions import SignIn

LIFETIME = datetime.timedelta(hours=1)


def claims_of(
    sign_in: SignIn,
    application: Application,
    *,
    tenant_id: str,
    issuer: str,
    scopes: Iterable[str],
    now: datetime.datetime,
    has_max_age: bool = False,
) -> dict[str, Any]:
    """Return the claims of an ID token, without the nonce.

    ``auth_time`` is among them if the request had ``max_age`` (OpenID Connect Core
    §3.1.2.1), or if the application has it as an optional claim.
    """
    person = sign_in.person
    claims = {
        "aud": application.client_id,
        "iss": issuer,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "sub": _pairwise_subject(tenant_id, application, person),
        "tid": tenant_id,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
        # Of disabled roles too, as long as they are assigned.
        "roles": [r.value for r in application.roles_of(person) if r.value],
    }
    if person.is_guest:
        claims["idp"] = _home_of(person)
    if "profile" in scopes:
        claims |= {
            "oid": person.object_id,
            "preferred_username": person.provisioned_name,
            "name": person.display_name,
        }
    if "email" in scopes:
        claims["email"] = person.profile.get("mail")
    optional = _optional_claims(sign_in)
    names = application.optional_claims | ({"auth_time"} if has_max_age else set())
    claims |= {name: optional.get(name) for name in names}
    return {name: value for name, value in claims.items() if value not in (None, [])}


def login_hint_of(person: Person) -> str:
    """Return the opaque value that the logout endpoint takes as ``logout_hint``."""
    return "O." + base64.urlsafe_b64encode(person.object_id.encode()).decode()


def _optional_claims(sign_in: SignIn) -> dict[str, Any]:
    person = sign_in.person
    country = person.profile.get("country", "")
    return {
        "acct": int(person.is_guest),
        "auth_time": int(sign_in.at.timestamp()),
        # Entra leaves out what is not a two-letter code.
        "ctry": country if len(country) == 2 else None,
        "family_name": person.profile.get("surname"),
        "given_name": person.profile.get("givenName"),
        "login_hint": login_hint_of(person),
        "sid": sign_in.sid,
        # Entra leaves it out for guests, unless told otherwise.
        "upn": None if person.is_guest else person.user_principal_name,
        # Whether the domain of the claim email is verified, which a guest's is not.
        "xms_edov": not person.is_guest if person.profile.get("mail") else None,
    }


def _pairwise_subject(tenant_id: str, application: Application, person: Person) -> str:
    """Return an identifier that no other application has for the person."""
    parts = f"{tenant_id}/{application.client_id}/{person.object_id}"
    digest = hashlib.sha256(parts.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _home_of(guest: Person) -> str:
    """Return the issuer of a guest's own tenant, the same for all of a domain."""
    domain = guest.provisioned_name.rpartition("@")[2].lower()
    return f"https://sts.windows.net/{uuid.uuid5(uuid.NAMESPACE_DNS, domain)}/"
