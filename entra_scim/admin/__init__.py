from __future__ import annotations

from . import story
from .environment import EntraEnvironmentMixin
from .user import EntraUserMixin

__all__ = ["EntraEnvironmentMixin", "EntraUserMixin", "story"]
