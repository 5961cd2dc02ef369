"""How an application proves to the token endpoint what it is."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import unquote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1
from oauthlib.common import Request

from entra_emulator.applications import Application, Certificate
from entra_emulator.clock import Clock

from . import federated
from .refusals import SignInRefused

_LEEWAY = 5 * 60  # seconds
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def read_basic_authentication(request: Request) -> None:
    """Move credentials of an Authorization header to where forms have them.

    Source: RFC 6749 §2.3.1
    """
    scheme, _, value = (request.headers.get("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        client_id, _, secret = (
            base64.b64decode(value, validate=True).decode().partition(":")
        )
    except ValueError:
        raise SignInRefused(9002313, "Authorization") from None
    request.client_id = unquote_plus(client_id)
    request.client_secret = unquote_plus(secret)


def authenticate(
    application: Application, request: Request, *, clock: Clock, token_endpoint: str
) -> None:
    """Check the client secret or the client assertion of a token request.

    Raises:
        SignInRefused: It is missing, wrong or no longer valid.
    """
    assertion = getattr(request, "client_assertion", None)
    if assertion and getattr(request, "client_assertion_type", None) == _ASSERTION:
        if federated.is_of_another_issuer(application, assertion):
            federated.check(application, assertion, token_endpoint)
            return
        _check_assertion(application, assertion, clock, token_endpoint)
    elif request.client_secret:
        _check_secret(application, request.client_secret, clock)
    else:
        raise SignInRefused(7000218)


def _check_secret(application: Application, secret: str, clock: Clock) -> None:
    for known in application.secrets:
        if hmac.compare_digest(known.value.encode(), secret.encode()):
            if known.expires_at <= clock.now():
                raise SignInRefused(7000222, f"application {application.client_id}")
            return
    raise SignInRefused(7000215, f"application {application.client_id}")


def _check_assertion(
    application: Application, assertion: str, clock: Clock, token_endpoint: str
) -> None:
    """Check an assertion that is signed with the key of a certificate.

    https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
    """
    try:
        header = jwt.get_unverified_header(assertion)
        certificate = _certificate_of(application, header)
        if certificate is None:
            raise SignInRefused(700027, "no certificate has this thumbprint")
        if certificate.certificate.not_valid_after_utc <= clock.now():
            raise SignInRefused(700027, "the certificate has expired")
        key = certificate.certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise SignInRefused(700027, "the certificate has no RSA key")
        claims = jwt.decode(
            assertion,
            key,
            algorithms=["PS256", "RS256"],
            audience=token_endpoint,
            leeway=_LEEWAY,
            options={"require": ["aud", "exp", "iss", "jti", "sub"]},
        )
    except jwt.InvalidAudienceError:
        raise SignInRefused(700023, f"wanted {token_endpoint}") from None
    except (
        jwt.ExpiredSignatureError,
        jwt.ImmatureSignatureError,
        jwt.InvalidIssuedAtError,
    ):
        raise SignInRefused(700024) from None
    except jwt.PyJWTError as error:
        raise SignInRefused(700027, str(error)) from None
    if not claims["iss"] == claims["sub"] == application.client_id:
        raise SignInRefused(700027, "iss and sub must be the client ID")


def _certificate_of(
    application: Application, header: dict[str, str]
) -> Certificate | None:
    """Return the certificate that a header names; older libraries do it by SHA-1."""
    for certificate in application.certificates:
        sha1 = certificate.certificate.fingerprint(SHA1())  # noqa: S303
        if "x5t#S256" in header:
            if header["x5t#S256"].rstrip("=") == certificate.thumbprint:
                return certificate
        elif header.get("x5t", "").rstrip("=") == base64.urlsafe_b64encode(
            sha1
        ).decode().rstrip("="):
            return certificate
    return None
