"""Sign-ins that are under way, in the session of the browser that began them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest

_KEY = "oidc_states"
_MOST = 5
"""How many at once: two tabs are common, and a cookie session holds 4 kB."""

_LIFETIME = 15 * 60  # seconds; Entra's own pages give up sooner


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A request to Entra that is not answered yet."""

    environment: str
    nonce: str
    code_verifier: str
    next: str
    is_test: bool
    added_on: float

    @property
    def is_too_old(self) -> bool:
        """Whether the answer comes too late."""
        return time.time() - self.added_on > _LIFETIME


def add(
    session: Any, state: str, *, environment: Any, next: str, is_test: bool
) -> None:
    """Complete what mozilla-django-oidc noted of a request, and drop the oldest."""
    states = session[_KEY]
    states[state] |= {
        "environment": str(environment.pk),
        "next": next,
        "is_test": is_test,
    }
    newest = sorted(states, key=lambda one: states[one]["added_on"])[-_MOST:]
    session[_KEY] = {one: states[one] for one in newest}


def take(request: HttpRequest, state: str) -> Pending | None:
    """Return the request that an answer belongs to, once: then it is gone."""
    states = request.session.get(_KEY, {})
    if "environment" not in states.get(state, {}):
        return None  # not ours: perhaps of another provider that the host has
    values = states.pop(state)
    request.session[_KEY] = states
    # At once, not with the response: Entra is asked before that, which takes a while.
    # Meanwhile the same answer must not work again, and another tab may begin.
    try:
        request.session.save()
    except UpdateError:  # signed out just now
        return None
    request.session = type(request.session)(request.session.session_key)
    request.session.modified = True  # for sessions that are a cookie
    names = Pending.__dataclass_fields__
    return Pending(**{name: values[name] for name in names})
