"""Identifiers of applications and directories, as people paste them."""

from __future__ import annotations

import uuid


def is_guid(text: str) -> bool:
    """Tell whether a text is a GUID, in any form that Python reads."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
