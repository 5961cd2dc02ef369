"""The backend that signs in people by their ID token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from entra_scim.accounts import links
from entra_scim.connection import authorities
from entra_scim.connection.credentials import Credentials
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.people import drift
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.sign_in import sign_ins

from . import client, metadata
from .id_token import ClocksDiffer, TokenRefused, verify
from .problems import SignInProblem


@dataclass(frozen=True, kw_only=True)
class CodeAnswer:
    """Entra's answer to a request of ours, with what that request had."""

    environment: AnyEnvironment
    credentials: Credentials
    code: Secret
    code_verifier: Secret
    nonce: Secret
    redirect_uri: str


class EntraBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Sign in provisioned people by their ID token of Entra.

    Takes nothing but an answer that belongs to a request of ours. So a password
    login never reaches it, whatever ``code`` and ``state`` somebody adds to its
    URL. No account is created, revived or found by e-mail address.
    """

    is_entra = True
    """A person that it returns has come in by the way that the gate leaves open."""

    def __init__(self) -> None:
        # The superclass reads settings of one provider. Here, each environment has
        # its own, and Django makes a backend for every request.
        self.UserModel = get_user_model()

    def authenticate(
        self, request: HttpRequest | None, *, entra_answer: CodeAnswer
    ) -> AbstractBaseUser | None:
        """Return the person that an answer stands for.

        Raises:
            SignInProblem: Says why it stands for nobody who may come in.
        """
        claims = self.claims_of(entra_answer)
        name = str(claims.get("preferred_username") or claims["oid"])
        name = "".join(letter for letter in name if letter.isprintable())[:200]
        person = sign_ins.person_of(entra_answer.environment, claims["oid"])
        if person is None:
            raise SignInProblem("not_provisioned", name=name)
        if not person.active or not self.user_can_authenticate(person.user):
            drift.mend(person.user)
            raise SignInProblem("inactive", name=name, user_id=person.user_id)
        if not links.is_in_force(person):
            raise SignInProblem("not_managed", name=name, user_id=person.user_id)
        user: Any = person.user
        user.entra_claims = claims
        return user  # type: ignore[no-any-return]

    @without_variables
    def claims_of(self, answer: CodeAnswer) -> dict[str, Any]:
        """Return the verified claims of an answer's ID token.

        Raises:
            SignInProblem: Entra refused, did not answer, or the token is not right.
        """
        credentials = answer.credentials
        try:
            token = self.get_token(
                {
                    "client_id": str(credentials.client_id),
                    "grant_type": "authorization_code",
                    "code": answer.code,
                    "code_verifier": answer.code_verifier,
                    "redirect_uri": answer.redirect_uri,
                },
                credentials,
            )
            return verify(
                token.get("id_token") or Secret(""),
                key_of=lambda kid: metadata.signing_key(credentials, kid),
                issuer=authorities.issuer_of(credentials.cloud, credentials.tenant_id),
                client_id=credentials.client_id,
                tenant_id=credentials.tenant_id,
                nonce=answer.nonce,
            )
        except client.ProviderDown as error:
            raise SignInProblem("down", detail=str(error)) from None
        except ClocksDiffer as error:
            raise SignInProblem("clock", detail=str(error)) from None
        except TokenRefused as error:
            raise SignInProblem("token", detail=str(error)) from None

    @without_variables
    def get_token(
        self, payload: dict[str, Secret | str], credentials: Credentials
    ) -> dict[str, Any]:
        """Exchange a code for tokens (RFC 6749 §4.1.3)."""
        endpoint = metadata.configuration(credentials)["token_endpoint"]
        payload |= client.authentication(credentials, endpoint)
        status, answer = client.fetch("POST", endpoint, payload)
        if status == 200:
            return answer
        raise SignInProblem(
            code_of(
                str(answer.get("error", "")), str(answer.get("error_description", ""))
            ),
            # What Microsoft's support asks for.
            detail=f"Entra's correlation_id {answer.get('correlation_id')!r:.50}",
        )

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the user of a session, unless the account or Entra says inactive.

        The superclass would let the inactive stay.
        """
        people = self.UserModel._default_manager.exclude(provisioned_user__active=False)
        user = people.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
