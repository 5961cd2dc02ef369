"""What is declared of an attribute. All that the service does with it follows."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from entra_scim.text.comparison_keys import folded


class Type(enum.Enum):
    """What a single value is."""

    TEXT = enum.auto()
    BOOLEAN = enum.auto()
    TIME = enum.auto()


class Search(enum.Enum):
    """How an administrator who searches for people finds an attribute."""

    NOT = enum.auto()
    START = enum.auto()
    """By how it begins."""

    WORDS = enum.auto()
    """By how each of its words begins."""


def exactly(value: str) -> str:
    """Return a string itself, as the form in which it is compared."""
    return value


@dataclass(frozen=True)
class Attribute:
    """An attribute of a schema, or a part of a complex one.

    Types, parsing, PATCH, filters, sorting and ``/Schemas`` follow.
    """

    name: str
    description: str
    _: KW_ONLY
    type: Type = Type.TEXT

    parts: tuple[Attribute, ...] = ()
    """What a complex attribute consists of."""

    multi_valued: bool = False
    """Whether there may be several, each with parts: it is found by each of them."""

    examples: tuple[str, ...] = ()
    """Usual values. Others are taken too."""

    required: bool = False
    unique: bool = False

    decides: bool = False
    """Whether it decides who somebody is or may do: no boolean is meant to."""

    form: Callable[[str], str] = folded
    """The form in which a string is compared. The case counts in every other one."""

    keyed: bool = False
    """Whether ``eq`` finds a single string by an index, in a row that each write pays for.

    For what can identify somebody, so that Entra may have it for its matching
    attribute. What many people share, such as a title, is compared with each person.
    """

    is_long: bool = False
    """Whether a part may be too long for more than ``eq`` and ``ne``."""

    search: Search = Search.NOT

    column: str = ""
    """The field of a person that has a boolean, a time, or the key of a string."""

    sortable: bool = False
    """Whether people can be sorted by it.

    An index has the order of columns. By anything else, the whole environment is
    sorted for each page.
    """

    order_column: str = ""
    """The field of a person that sorts as a string does."""

    account_field: str = ""
    """The field of the user that has it, unless the policy says otherwise."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: Says what does.
        """
        if self.multi_valued and not self.parts:
            raise ValueError(f"{self.name}: several values have parts each.")
        if self.parts and (self.keyed or self.sortable or self.account_field):
            raise ValueError(f"{self.name}: say it of one of its parts.")
        if self.type is not Type.TEXT and not self.column:
            raise ValueError(f"{self.name}: a field of a person has to keep it.")

    @property
    def case_exact(self) -> bool:
        """Whether the case counts (``caseExact`` of RFC 7643 §2.2)."""
        return self.form is not folded


DISPLAY = Attribute("display", "A human-readable name, for display.")
PRIMARY = Attribute(
    "primary",
    "Whether this is the preferred value.",
    type=Type.BOOLEAN,
    column="primary",
)


def usual_types(*names: str) -> Attribute:
    """Return the part that says what a value is for, with the usual names of that.

    Microsoft's validator tells by these which targets a mapping can have, such as
    ``emails[type eq "work"].value``.
    """
    return Attribute(
        "type", f"What the value is for, such as {names[0]!r}.", examples=names
    )


def several(
    name: str, description: str, *parts: Attribute, types: tuple[str, ...]
) -> Attribute:
    """Return a multi-valued attribute, with the parts of all of them (RFC 7643 §2.4)."""
    usual = (DISPLAY, PRIMARY, *parts, usual_types(*types))
    return Attribute(name, description, parts=usual, multi_valued=True)


@dataclass(frozen=True)
class Schema:
    """A named set of attributes (RFC 7643 §7)."""

    urn: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
