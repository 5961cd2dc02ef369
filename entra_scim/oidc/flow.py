"""A sign-in, from what was asked and what came back to who it is.

Nothing here reads a session or writes a page: the views do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from entra_scim.accounts import links
from entra_scim.connection import credentials
from entra_scim.connection.configuration import connection_of
from entra_scim.connection.credentials import Credentials
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.models import EntraConnection, ProvisionedUser
from entra_scim.sign_in import sign_ins

from . import states, tokens
from .answers import Answer
from .id_token import LEEWAY
from .problems import SignInProblem
from .states import Pending


class AnsweredBefore(SignInProblem):
    """An answer was sent again, as by somebody who goes back in their browser."""

    def __init__(self) -> None:
        super().__init__("expired")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person that an ID token of an environment's Entra vouches for."""

    connection: EntraConnection
    credentials: Credentials
    """What we proved ourselves with to learn it."""

    claims: Mapping[str, Any]
    person: ProvisionedUser | None
    """Who it is here; None if Entra has not provisioned them."""

    @property
    def name(self) -> str:
        """What to call the person, who may be unknown here."""
        name = str(self.claims.get("preferred_username") or self.claims["oid"])
        return "".join(letter for letter in name if letter.isprintable())[:200]

    @property
    def sid(self) -> str | None:
        """What Entra calls their session, to end it."""
        sid = self.claims.get("sid")
        return sid if isinstance(sid, str) else None

    @property
    def authenticated_at(self) -> float:
        """When the person showed Entra who they are; 0 if it does not say so."""
        auth_time: Any = self.claims.get("auth_time")
        return float(auth_time) if type(auth_time) in (int, float) else 0.0

    @property
    def obstacle(self) -> str:
        """The code of what keeps the person out, "" if they may sign in."""
        if self.person is None:
            return "not_provisioned"
        if not self.person.active or not self.person.user.is_active:
            return "inactive"
        return "" if links.is_in_force(self.person) else "not_managed"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A request to Entra with the answer that came back to the same browser."""

    asked: Pending
    answer: Answer
    environment: AnyEnvironment | None
    """That of the request; None if it is gone."""

    redirect_uri: str
    visitor: Any
    """Who is signed in here already, which matters for a test."""

    def identity(self) -> Identity:
        """Redeem the answer, and return who Entra says has signed in.

        Raises:
            AnsweredBefore: The request was answered already, by anyone.
            SignInProblem: Says why the answer stands for nobody.
        """
        if self.environment is None:
            raise SignInProblem("not_active")
        if self.asked.is_too_old:
            raise SignInProblem("expired")
        if not states.take(self.answer.state):
            raise AnsweredBefore
        if self.answer.is_cancelled:
            raise SignInProblem("cancel")
        if self.answer.error:
            raise SignInProblem(
                code_of(self.answer.error, self.answer.description), is_hearsay=True
            )
        connection = connection_of(self.environment)
        used = self._credentials(connection)
        claims = tokens.redeemed(
            used,
            code=self.answer.code,
            code_verifier=self.asked.code_verifier,
            nonce=self.asked.nonce,
            redirect_uri=self.redirect_uri,
        )
        return Identity(
            connection=connection,
            credentials=used,
            claims=claims,
            person=sign_ins.person_of(self.environment, claims["oid"]),
        )

    def _credentials(self, connection: EntraConnection) -> Credentials:
        if self.asked.is_test:
            if str(self.visitor.pk) != self.asked.tester:
                raise SignInProblem("not_allowed")
            used = credentials.newest(connection)
            if used is None:
                raise SignInProblem("credentials")
            return used
        used = credentials.in_use(connection)
        if not connection.is_active(timezone.now()) or used is None:
            raise SignInProblem("not_active")
        return used

    def is_proved(self, identity: Identity) -> bool:
        """Tell whether the person has shown anew who they are, if they were to."""
        return not self.asked.is_proof or (
            identity.authenticated_at >= self.asked.added_on - LEEWAY
        )
