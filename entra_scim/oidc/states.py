"""Sign-ins that are under way, in the session of the browser that began them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

_KEY = "oidc_states"
_MOST = 5
"""How many at once: two tabs are common, and a cookie session holds 4 kB."""

LIFETIME = 15 * 60  # seconds; Entra's own pages give up sooner


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A request to Entra that is not answered yet."""

    environment: str
    nonce: str
    code_verifier: str
    next: str
    is_test: bool


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


def take(session: Any, state: str) -> Pending | None:
    """Return the request that an answer belongs to, once: then it is gone."""
    states = session.get(_KEY)
    if not isinstance(states, dict) or state not in states:
        return None
    values = states.pop(state)
    session[_KEY] = states
    if time.time() - values["added_on"] > LIFETIME:
        return None
    names = Pending.__dataclass_fields__
    return Pending(**{name: values[name] for name in names})
