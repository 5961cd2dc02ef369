"""What an administrator is told: codes, each with its texts and the place to go."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Self

from django.utils.functional import Promise


class Place(enum.Enum):
    """Where in the tab something is seen or changed. The admin knows the URLs."""

    CONNECTION = enum.auto()
    CREDENTIALS = enum.auto()
    KEYS = enum.auto()
    ROLES = enum.auto()
    MAPPING = enum.auto()
    ASSIGNING = enum.auto()
    TEST = enum.auto()
    CERTIFICATE = enum.auto()
    RESUMING = enum.auto()
    ACTIVATION = enum.auto()
    PEOPLE = enum.auto()
    WAITING_PEOPLE = enum.auto()
    REFUSED_REQUESTS = enum.auto()
    SIGN_IN_CODES = enum.auto()


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """A link to a place, as the reader sees it."""

    to: Place
    label: str | Promise = ""
    """Empty for the name that the place has."""

    reason: str = ""
    """The reason of the refused requests that the place has to show, if not all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """The texts of a code. They may name values, such as ``%(date)s``."""

    code: str
    message: str | Promise
    """What is the case."""

    remedy: str | Promise = ""
    """What to do about it."""

    notice: str | Promise = ""
    """Both in one, for a mail: it names the environment."""

    ways: tuple[Way, ...] = ()
    """Where to do it."""


class Code(enum.StrEnum):
    """Superclass of enums of codes, one for each subject.

    The value of a member is its code, and its kind has the texts.
    """

    def __new__(cls, kind: Kind) -> Self:
        member = str.__new__(cls, kind.code)
        member._value_ = kind.code
        return member

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    @property
    def kind(self) -> Kind:
        """The texts of the code."""
        return self._kind

    def item(self, *, details: tuple[str, ...] = (), **values: Any) -> Item:
        """Return what is told with this code, with the values that its texts name."""
        kind = self.kind
        return Item(
            code=self,
            message=kind.message % values if values else kind.message,
            remedy=kind.remedy % values if values else kind.remedy,
            ways=kind.ways,
            details=details,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Item:
    """Something that an administrator is told, with what to do and where."""

    code: Code
    message: str | Promise
    remedy: str | Promise
    ways: tuple[Way, ...]
    details: tuple[str, ...] = ()
    """What was wrong, in the words of single refusals, where these say more."""
