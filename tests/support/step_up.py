"""Sessions and their proofs."""

from __future__ import annotations

import time

from entra_scim.sign_in import sessions


def age(client, minutes=11):
    """Let a session be as if its user had signed in a while ago."""
    session = client.session
    session[sessions.PROVED_AT] = time.time() - 60 * minutes
    session.save()
