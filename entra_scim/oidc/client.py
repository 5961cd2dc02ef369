"""How the product proves to Entra's token endpoint that it is the application."""

from __future__ import annotations

import base64
import time
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from entra_scim.connection import federation
from entra_scim.connection.credentials import Credentials
from entra_scim.secrecy.hiding import Secret, without_variables

from .problems import SignInProblem

_ASSERTION_LIFETIME = 5 * 60  # seconds


@without_variables
def authentication(
    credentials: Credentials, token_endpoint: str
) -> dict[str, Secret | str]:
    """Return what proves to the token endpoint that we are the client.

    A client secret, an assertion signed with the certificate's key, or one that an
    issuer made which the application trusts:
    https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
    https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation

    Raises:
        SignInProblem: The issuer's assertion cannot be had.
    """
    if credentials.federation:
        try:
            assertion = federation.assertion(credentials.federation)
        except federation.NoAssertion as error:
            raise SignInProblem("no_assertion", detail=str(error)) from None
    elif credentials.certificate:
        assertion = _signed(credentials, token_endpoint)
    else:
        return {"client_secret": credentials.client_secret}
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }


@without_variables
def _signed(credentials: Credentials, token_endpoint: str) -> Secret:
    certificate = x509.load_pem_x509_certificate(credentials.certificate.encode())
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(SHA256()))
    now = int(time.time())
    return Secret(
        jwt.encode(
            {
                "aud": token_endpoint,
                "iss": str(credentials.client_id),
                "sub": str(credentials.client_id),
                "jti": str(uuid.uuid4()),
                "nbf": now,
                "iat": now,
                "exp": now + _ASSERTION_LIFETIME,
            },
            credentials.certificate_key.reveal(),
            algorithm="PS256",
            headers={"x5t#S256": thumbprint.decode().rstrip("=")},
        )
    )
