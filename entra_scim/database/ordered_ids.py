"""Random identifiers that begin with the time, so that new rows are neighbours in an index."""

from __future__ import annotations

import secrets
import time
import uuid

_VERSION, _VARIANT = 7 << 76, 2 << 62


def ordered_id() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562 §5.7): milliseconds, then 74 random bits.

    A random one would be written to another page of each index than the one before.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    return uuid.UUID(
        int=milliseconds << 80
        | _VERSION
        | random >> 62 << 64
        | _VARIANT
        | random & (1 << 62) - 1
    )
