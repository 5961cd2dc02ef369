"""Whether Entra knows our application and its credentials, without a person."""

from __future__ import annotations

from entra_scim.connection import calls
from entra_scim.connection.credentials import Credentials
from entra_scim.secrecy.hiding import without_variables

from . import tokens
from .problems import SignInProblem

_GRAPH = {
    "us_government": "https://graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}
"""https://learn.microsoft.com/en-us/graph/deployments"""


@without_variables
def check(credentials: Credentials) -> None:
    """Ask Entra for a token of the application's own, which is thrown away.

    That proves the tenant, the application and its secret or certificate. The scope
    grants nothing that was not granted before: an application of ours has no
    permissions but a person's. Source: RFC 6749 §4.4.

    Raises:
        SignInProblem: Entra refused, did not answer, or nothing vouches for the product.
    """
    host = _GRAPH.get(credentials.cloud, "https://graph.microsoft.com")
    try:
        tokens.exchanged(
            credentials,
            {
                "client_id": str(credentials.client_id),
                "grant_type": "client_credentials",
                "scope": f"{host}/.default",
            },
        )
    except calls.ProviderDown as error:
        raise SignInProblem(error.code, detail=str(error)) from None
