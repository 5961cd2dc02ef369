"""What the checks find."""

from __future__ import annotations


def ids(messages):
    return [message.id.removeprefix("entra_scim.") for message in messages]
