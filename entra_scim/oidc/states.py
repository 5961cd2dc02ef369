"""Sign-ins that are under way, each in a cookie of the browser that began it.

Not in the session: of tabs that begin at the same time, one would overwrite what the
others noted there, and a browser without a session gets one for each of them, of which
it keeps the last.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from entra_scim.connection import encryption
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.text.comparison_keys import digest
from entra_scim.web import names

from . import turns

_PREFIX = "entra_scim_sign_in_"
_PURPOSE = "sign-in"
_MOST = 10
"""How many at once: some browsers open all their tabs at the start. Web servers refuse
cookies of more than 8 kB in all."""

_LIFETIME = 15 * 60  # seconds; Entra's own pages give up sooner


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A request to Entra that is not answered yet."""

    environment: str
    nonce: Secret
    code_verifier: Secret
    next: str
    tester: str
    """The primary key of who tests the settings; empty for a real sign-in."""
    added_on: float
    is_proof: bool = False
    """Whether the person has to show anew who they are."""
    is_set_up: bool = False
    """Whether it asks for what the set-up of Entra needs, and signs nobody in."""

    @property
    def is_test(self) -> bool:
        """Whether it tests the settings, and signs nobody in."""
        return bool(self.tester)

    @property
    def is_too_old(self) -> bool:
        """Whether the answer comes too late."""
        return time.time() - self.added_on > _LIFETIME


@without_variables
def add(
    request: HttpRequest, response: HttpResponseBase, state: Secret, pending: Pending
) -> None:
    """Note a request in the browser that it is sent to Entra with."""
    values = {
        field.name: getattr(pending, field.name)
        for field in dataclasses.fields(pending)
    }
    values |= {name: values[name].reveal() for name in ("nonce", "code_verifier")}
    options = _options()
    response.set_cookie(
        _cookie(state.reveal()),
        encryption.seal(_PURPOSE, json.dumps(values)),
        # What is too old is told so: to the second is not what it is about.
        max_age=2 * _LIFETIME,
        httponly=True,
        secure=request.is_secure() or bool(django_settings.SESSION_COOKIE_SECURE),
        **options,
    )
    others = [name for name in request.COOKIES if name.startswith(_PREFIX)]
    if len(others) >= _MOST:
        others.sort(key=lambda name: _age(request.COOKIES[name]))
        for name in others[_MOST - 1 :]:
            response.delete_cookie(name, **options)


@without_variables
def find(request: HttpRequest, state: Secret) -> Pending | None:
    """Return the request of this browser that an answer belongs to."""
    values = _read(request.COOKIES.get(_cookie(state.reveal()), ""))
    if values is None:
        return None
    for name in ("nonce", "code_verifier"):
        values[name] = Secret(values[name])
    return Pending(**values)


@without_variables
def take(state: Secret) -> bool:
    """Tell whether an answer is the first one to a request, of any that come at once.

    A cookie cannot tell: anyone who has it can send it again.
    """
    return turns.take(
        f"state {state.reveal()}", datetime.timedelta(seconds=2 * _LIFETIME)
    )


@without_variables
def forget(response: HttpResponseBase, state: Secret) -> None:
    """Let the browser forget a request that was answered."""
    response.delete_cookie(_cookie(state.reveal()), **_options())


def _cookie(state: str) -> str:
    return f"{_PREFIX}{digest(state)[:16]}"


def _options() -> dict[str, Any]:
    # Coming back from Entra is a navigation from another site, which "Strict" is
    # not for. A product within frames of another one has "None".
    same_site = django_settings.SESSION_COOKIE_SAMESITE
    if str(same_site).lower() == "strict":
        same_site = "Lax"
    path = reverse(names.full("entra_scim_oidc:callback")).removesuffix("callback/")
    return {"path": path, "samesite": same_site or "Lax"}


@without_variables
def _read(sealed: str) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = json.loads(encryption.unseal(_PURPOSE, sealed))
    except encryption.Unreadable:
        return None
    return values


def _age(sealed: str) -> float:
    values = _read(sealed)
    return time.time() - values["added_on"] if values else float("inf")
