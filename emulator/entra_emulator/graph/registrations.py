"""An application and its service principal, in Graph's form.

https://learn.microsoft.com/en-us/graph/api/resources/application
https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal
"""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from entra_emulator.applications import Application, AppRole, Certificate
from entra_emulator.loopback import is_loopback
from entra_emulator.tenant import Tenant

from .errors import GraphError, bad_request
from .queries import Document

NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
_ROLE_VALUE = re.compile(r"(?!\.)[!#-\[\]-~]{1,120}")
_AS_IT_CAME = ("requiredResourceAccess", "optionalClaims")


def application_document(application: Application) -> Document:
    """Return an application object."""
    return {
        "id": application.object_id,
        "appId": application.client_id,
        "displayName": application.display_name,
        "applicationTemplateId": NON_GALLERY,
        "appRoles": [
            {
                "allowedMemberTypes": ["User"],
                "description": role.description or role.display_name,
                "displayName": role.display_name,
                "id": role.id,
                "isEnabled": role.is_enabled,
                "origin": "Application",
                "value": role.value,
            }
            for role in application.app_roles
        ],
        "web": {
            "homePageUrl": None,
            "logoutUrl": application.logout_url or None,
            "redirectUris": list(application.redirect_uris),
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": False,
                "enableIdTokenIssuance": False,
            },
        },
        "requiredResourceAccess": application.registration.get(
            "requiredResourceAccess", []
        ),
        "optionalClaims": _optional_claims(application),
        "keyCredentials": [
            {
                "displayName": one.certificate.subject.rfc4514_string(),
                "endDateTime": _text(one.certificate.not_valid_after_utc),
                "key": _base64(one.certificate),
                "keyId": one.id,
                "type": "AsymmetricX509Cert",
                "usage": "Verify",
            }
            for one in application.certificates
        ],
        "passwordCredentials": [
            {
                "displayName": secret.description,
                "endDateTime": _text(secret.expires_at),
                "hint": secret.value[:3],
                "keyId": secret.id,
                "secretText": None,
            }
            for secret in application.secrets
        ],
    }


def principal_document(application: Application, tenant: Tenant) -> Document:
    """Return the service principal of an application."""
    return {
        "id": application.service_principal_id,
        "appId": application.client_id,
        "displayName": application.display_name,
        "applicationTemplateId": NON_GALLERY,
        "appOwnerOrganizationId": tenant.id,
        "appRoleAssignmentRequired": application.assignment_required,
        "accountEnabled": application.is_enabled,
    }


def change_application(application: Application, changes: Document) -> None:
    """Change an application as a PATCH says: all of it, or nothing.

    Raises:
        GraphError: Entra refuses a value, or nothing like it is played here.
    """
    steps = {
        "web": _web,
        "appRoles": _app_roles,
        "keyCredentials": _certificates,
    }
    apply: list[Callable[[], None]] = []
    for name, value in changes.items():
        if name in steps:
            apply.append(steps[name](application, value))
        elif name in _AS_IT_CAME:
            apply.append(_kept(application, name, value))
        else:
            raise bad_request(f"The local Entra does not change '{name}'.")
    for change in apply:
        change()


def change_principal(application: Application, changes: Document) -> None:
    """Change a service principal as a PATCH says.

    Raises:
        GraphError: Nothing like it is played here.
    """
    required = changes.get("appRoleAssignmentRequired")
    if set(changes) != {"appRoleAssignmentRequired"} or not isinstance(required, bool):
        raise bad_request("The local Entra changes appRoleAssignmentRequired only.")
    application.assignment_required = required


def add_password(tenant: Tenant, application: Application, wanted: Any) -> Document:
    """Make a client secret, and return it with its value, for this once.

    Raises:
        GraphError: The end is not a date.
    """
    wanted = wanted if isinstance(wanted, dict) else {}
    now = tenant.clock.now()
    try:
        ends = datetime.datetime.fromisoformat(str(wanted["endDateTime"]))
    except KeyError:
        ends = now + datetime.timedelta(days=2 * 365)
    except ValueError:
        raise bad_request(
            "Invalid value specified for property 'endDateTime'."
        ) from None
    secret = tenant.add_secret(
        application,
        str(wanted.get("displayName") or ""),
        ends.astimezone(datetime.UTC) - now,
    )
    document: Document = application_document(application)["passwordCredentials"][-1]
    return {**document, "secretText": secret.value}


def _setting(application: Application, members: Document) -> Callable[[], None]:
    def change() -> None:
        for name, value in members.items():
            setattr(application, name, value)

    return change


def _kept(application: Application, name: str, value: Any) -> Callable[[], None]:
    claims = application.optional_claims
    if name == "optionalClaims":
        try:
            claims = {str(claim["name"]) for claim in (value or {})["idToken"]}
        except (KeyError, TypeError):
            raise bad_request("Invalid value for property 'optionalClaims'.") from None

    def change() -> None:
        application.registration[name] = value
        application.optional_claims = claims

    return change


def _optional_claims(application: Application) -> Any:
    """Return what was sent, with the claims that somebody chose in the portal."""
    kept = application.registration.get("optionalClaims")
    told = {claim["name"]: claim for claim in (kept or {}).get("idToken", ())}
    if told.keys() == application.optional_claims:
        return kept
    id_token = [
        told.get(name, {"name": name, "essential": False, "additionalProperties": []})
        for name in sorted(application.optional_claims)
    ]
    return {"accessToken": [], "saml2Token": [], **(kept or {}), "idToken": id_token}


def _web(application: Application, web: Any) -> Callable[[], None]:
    if not isinstance(web, dict):
        raise bad_request("Invalid value specified for property 'web'.")
    changed: Document = {}
    if "redirectUris" in web:
        uris = web["redirectUris"]
        if not isinstance(uris, list):
            raise bad_request("Invalid value specified for property 'redirectUris'.")
        changed["redirect_uris"] = [_address(uri) for uri in uris]
    if "logoutUrl" in web:
        changed["logout_url"] = _address(web["logoutUrl"]) if web["logoutUrl"] else ""
    return _setting(application, changed)


def _address(value: Any) -> str:
    """Return an address that Entra takes: plain http is for the own machine only."""
    try:
        parts = urlsplit(value)
        is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        is_right = parts.scheme == "https" or is_plain
    except (ValueError, TypeError, AttributeError):
        is_right = False
    if not is_right or not parts.hostname or parts.fragment or "*" in value:
        raise bad_request(f"Invalid value specified for property 'web': {value}.")
    return str(value)


def _app_roles(application: Application, wanted: Any) -> Callable[[], None]:
    if not isinstance(wanted, list):
        raise bad_request("Invalid value specified for property 'appRoles'.")
    existing = {role.id: role for role in application.app_roles}
    roles = [_app_role(one) for one in wanted]
    for name in ("id", "value"):
        values = [getattr(role, name) for role in roles if getattr(role, name)]
        if len(values) != len(set(values)):
            raise bad_request(f"Property appRoles has two entries of one {name}.")
    for role in existing.keys() - {role.id for role in roles}:
        if existing[role].is_enabled:
            raise GraphError(
                400,
                "CannotDeleteOrUpdateEnabledEntitlement",
                "Permission (scope or role) cannot be deleted or updated unless "
                "disabled first.",
            )

    def change() -> None:
        for role in roles:
            if role.id in existing:
                application.change_role(
                    existing[role.id],
                    value=role.value or "",
                    display_name=role.display_name,
                    is_enabled=role.is_enabled,
                )
                existing[role.id].description = role.description
        application.app_roles = [existing.get(role.id, role) for role in roles]

    return change


def _app_role(wanted: Any) -> AppRole:
    if not isinstance(wanted, dict) or "origin" in wanted:
        raise bad_request("Property 'origin' of appRoles is read-only.")
    value = wanted.get("value")
    if value is not None and not _ROLE_VALUE.fullmatch(str(value)):
        raise bad_request(f"Invalid value specified for property 'value': {value}.")
    if "User" not in wanted.get("allowedMemberTypes", ()):
        raise bad_request("The local Entra has app roles for users only.")
    if not wanted.get("id") or not wanted.get("displayName"):
        raise bad_request("An app role needs an id and a displayName.")
    return AppRole(
        id=str(wanted["id"]),
        display_name=str(wanted["displayName"]),
        description=str(wanted.get("description") or ""),
        value=value,
        is_enabled=wanted.get("isEnabled", True) is True,
    )


def _certificates(application: Application, wanted: Any) -> Callable[[], None]:
    existing = {_base64(one.certificate): one for one in application.certificates}
    certificates = []
    for one in wanted if isinstance(wanted, list) else [None]:
        key = one.get("key") if isinstance(one, dict) else None
        if not key:
            raise bad_request("Property 'key' of keyCredentials is required.")
        if key not in existing:
            try:
                der = base64.b64decode(key, validate=True)
                loaded = x509.load_der_x509_certificate(der)
            except ValueError:
                raise bad_request("The key credential is not a certificate.") from None
            existing[key] = Certificate(certificate=loaded)
        certificates.append(existing[key])
    return _setting(application, {"certificates": certificates})


def _base64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _text(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
