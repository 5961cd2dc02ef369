"""What a tenant's issuer says of itself."""

from __future__ import annotations

from typing import Any

SCOPES = ("openid", "profile", "email", "offline_access")


def issuer_of(base: str) -> str:
    """Return the issuer; ``base`` is ``<scheme>://<host>/<tenant ID>``."""
    return f"{base}/v2.0"


def token_endpoint_of(base: str) -> str:
    """Return the token endpoint, which client assertions are addressed to."""
    return f"{base}/oauth2/v2.0/token"


def configuration(base: str) -> dict[str, Any]:
    """Return the metadata of OpenID Connect Discovery 1.0 §3, as Entra has it.

    ``code_challenge_methods_supported`` is missing although PKCE works: clients must
    not wait for it. https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
    """
    host = base.partition("://")[2].partition("/")[0]
    return {
        "token_endpoint": token_endpoint_of(base),
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": [
            "code",
            "id_token",
            "code id_token",
            "id_token token",
        ],
        "scopes_supported": list(SCOPES),
        "issuer": issuer_of(base),
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": [
            "sub",
            "iss",
            "cloud_instance_name",
            "cloud_instance_host_name",
            "cloud_graph_host_name",
            "msgraph_host",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "acr",
            "nonce",
            "preferred_username",
            "name",
            "tid",
            "ver",
            "at_hash",
            "c_hash",
            "email",
        ],
        "tenant_region_scope": "EU",
        "cloud_instance_name": host,
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
    }
