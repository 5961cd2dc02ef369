"""Environments as wholes: deleting one, finding one by a domain."""

from __future__ import annotations

from .emptying import delete

__all__ = ["delete"]
