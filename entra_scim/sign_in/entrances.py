"""May a request enter an environment?

Somebody of several environments has sessions of each. One that an environment's Entra
opened lets nobody into another one: the administrator of a directory decides who signs
in there, and could otherwise come in everywhere as anybody who is invited.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY

from entra_scim.accounts import places
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.policy import get_policy

from . import gate, sessions


@deciding()
def may_enter(user: Any, session: Any, environment: AnyEnvironment) -> bool:
    """Tell whether a user whom the middleware has admitted may enter an environment.

    They belong there, and are suspended neither by the product nor by Entra. If people
    are shared, the environment's own Entra opened the session, or sign-in with Entra
    is not active there. ``session`` may be another's, as of an Admin who looks at the
    product in the place of somebody else, or empty. Exempt people are the product's own
    to judge, but never signed in by Entra.
    """
    if not (user.is_authenticated and user.is_active):
        return False
    is_own = sessions.is_of(session, user)
    is_by_entra = is_own and session.get(sessions.ENTRA_SESSION) is not None
    if get_policy().is_exempt(user):
        return not is_by_entra
    if environment.pk not in [place.pk for place in places.of(user)]:
        return False
    if not places.are_people_shared():
        return True
    if is_by_entra:
        return bool(sessions.opened_for(user, session) == environment.pk)
    acts_for_another = SESSION_KEY in session and not is_own
    return acts_for_another or not gate.is_active(environment)


def is_shut(user: Any, session: Any, environment: AnyEnvironment) -> bool:
    """Tell whether somebody who belongs to an environment may not enter it all the same.

    For pages that let in others too, such as the product's own staff.
    """
    return (
        places.are_people_shared()
        and any(one.pk == environment.pk for one in get_policy().environments_of(user))
        and not may_enter(user, session, environment)
    )
