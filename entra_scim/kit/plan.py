"""The wanted state of an environment in Entra, and the steps that lead to it.

A plan is a document of JSON, in Graph's own shapes where those exist, so that every
form of the kit is made from the same words. It holds no secret.
"""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entra_scim.connection import authorities
from entra_scim.dialect import app_role_problem

from .steps import STEPS

Document = dict[str, Any]

NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
"""The template of "Create your own application", of which alone jobs can be made.

https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api
"""

_GRAPH = {
    "global": "https://graph.microsoft.com",
    "us_government": "https://graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}
"""https://learn.microsoft.com/en-us/graph/deployments"""

_GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
"""https://learn.microsoft.com/en-us/graph/permissions-reference#userread"""

_SECRET_LIFETIME = timedelta(days=365)


class KitError(Exception):
    """No plan can be made; the message says what to do first."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Wanted:
    """What the product knows of an environment, and what somebody chose."""

    environment_id: str
    tenant_url: str
    redirect_uri: str
    logout_url: str
    roles: tuple[str, ...]
    cloud: str
    client_id: str
    tenant_id: str
    certificate: str
    """The public part, as PEM."""
    has_secret: bool
    federated: tuple[str, str, str] | None
    """Issuer, subject and audience of what vouches for the product."""
    today: date
    notification_address: str = ""
    any_recipient: bool = False
    """Whether the address is only a guess, so that another one will do."""
    deletion_threshold: int = 50


def plan(wanted: Wanted) -> Document:
    """Return the plan for an environment.

    Raises:
        KitError: Entra could not have a role of that name, or refuses the address.
    """
    _check(wanted)
    host = urlsplit(wanted.tenant_url).netloc
    name = f"{host} ({wanted.environment_id})"
    return {
        "name": name,
        "key": uuid.uuid5(uuid.NAMESPACE_URL, wanted.tenant_url).hex,
        "templateId": NON_GALLERY,
        "templates": ["scim", "customappsso"],
        "clientId": wanted.client_id,
        "tenantId": wanted.tenant_id,
        "graph": _graph_of(wanted.cloud),
        "signIn": authorities.hosts()[wanted.cloud],
        "application": {
            "redirectUri": wanted.redirect_uri,
            "logoutUrl": wanted.logout_url,
            "permission": {
                "name": "User.Read",
                "id": _USER_READ,
                "resourceAppId": _GRAPH_APP,
            },
            # Sign-out at Entra finds the session to end by sid; auth_time proves that
            # Entra asked a person for their credentials again:
            # https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
            "idTokenClaims": [
                {"name": name, "essential": False, "additionalProperties": []}
                for name in ("sid", "auth_time")
            ],
            "appRoles": [_app_role(wanted, value) for value in wanted.roles],
        },
        "consent": {
            "resourceAppId": _GRAPH_APP,
            "scope": "User.Read openid profile email",
        },
        "needsSecret": not (
            wanted.certificate or wanted.has_secret or wanted.federated
        ),
        "hasSecret": wanted.has_secret,
        "federated": _federated(wanted),
        "secretName": f"Sign-in to {host}",
        "secretEnds": f"{wanted.today + _SECRET_LIFETIME}T00:00:00Z",
        "certificate": _base64_of(wanted.certificate),
        "credentials": _credentials(wanted),
        "anyRecipient": wanted.any_recipient,
        "schema": wanted_schema(),
        "steps": [step.document() for step in STEPS],
    }


def _check(wanted: Wanted) -> None:
    for value in wanted.roles:
        if problem := app_role_problem(value):
            raise KitError(
                _("Entra cannot have the role %(role)s. %(problem)s")
                % {"role": value, "problem": problem}
            )
    url = wanted.tenant_url
    if not url.startswith("https:") and not authorities.is_loopback(url):
        raise KitError(
            _("Entra takes https only, and the address begins with http: %(url)s")
            % {"url": url}
        )


def _graph_of(cloud: str) -> str:
    if cloud == authorities.LOCAL:
        return f"{authorities.hosts()[cloud]}/graph"
    return _GRAPH[cloud]


def _app_role(wanted: Wanted, value: str) -> Document:
    """https://learn.microsoft.com/en-us/graph/api/resources/approle"""
    return {
        # The same at each run, so that the application is known again by its roles.
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{wanted.tenant_url}#{value}")),
        "allowedMemberTypes": ["User"],
        "value": value,
        "displayName": value,
        "description": value,
        "isEnabled": True,
    }


def _base64_of(certificate: str) -> str:
    if not certificate:
        return ""
    loaded = load_pem_x509_certificate(certificate.encode())
    return b64encode(loaded.public_bytes(Encoding.DER)).decode()


def _federated(wanted: Wanted) -> Document | None:
    """https://learn.microsoft.com/en-us/graph/api/application-post-federatedidentitycredentials"""
    if wanted.federated is None:
        return None
    issuer, subject, audience = wanted.federated
    text = " ".join(wanted.federated)
    return {
        # The name cannot change, so another issuer has another one.
        "name": f"sign-in-{uuid.uuid5(uuid.NAMESPACE_URL, text).hex[:12]}",
        "issuer": issuer,
        "subject": subject,
        "audiences": [audience],
    }


def _credentials(wanted: Wanted) -> list[Document]:
    """Return the settings that are saved with the access key; the address is first.

    https://learn.microsoft.com/en-us/graph/api/synchronization-serviceprincipal-put-synchronization
    """
    notification: Document = {
        "Enabled": bool(wanted.notification_address),
        "Recipients": wanted.notification_address,
        "DeleteThresholdEnabled": True,
        "DeleteThresholdValue": wanted.deletion_threshold,
    }
    if not wanted.notification_address:
        del notification["Recipients"]
    return [
        {"key": "BaseAddress", "value": wanted.tenant_url},
        # Of those who are not assigned, Entra sends no roles.
        {"key": "SyncAll", "value": "false"},
        {
            "key": "SyncNotificationSettings",
            "value": json.dumps(notification, separators=(",", ":")),
        },
    ]


def wanted_schema() -> Document:
    """Return what changes in the synchronization schema; all else stays.

    https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationschema
    """
    roles = "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"
    assignments = _attribute("appRoleAssignments")
    return {
        "sourceObject": "User",
        "leftOut": "Group",
        "flowTypes": "Add,Update,Delete",
        "attribute": {
            "name": "roles",
            "type": "String",
            "multivalued": True,
            "required": False,
            "anchor": False,
            "caseExact": False,
            "defaultValue": None,
            "flowNullValues": False,
            "mutability": "ReadWrite",
            "apiExpressions": [],
            "metadata": [],
            "referencedObjects": [],
        },
        "mappings": [
            _mapping("externalId", _attribute("objectId")),
            _mapping(
                "roles",
                {
                    "type": "Function",
                    "name": "AssertiveAppRoleAssignmentsComplex",
                    "expression": roles,
                    "parameters": [{"key": "source", "value": assignments}],
                },
            ),
        ],
    }


def _attribute(name: str) -> Document:
    return {
        "type": "Attribute",
        "name": name,
        "expression": f"[{name}]",
        "parameters": [],
    }


def _mapping(target: str, source: Document) -> Document:
    return {
        "targetAttributeName": target,
        "flowType": "Always",
        "flowBehavior": "FlowWhenChanged",
        "matchingPriority": 0,
        "defaultValue": None,
        "exportMissingReferences": False,
        "source": source,
    }
