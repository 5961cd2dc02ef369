"""Who is signed in at the local Entra, in which browser, and where to."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from entra_emulator.applications import Application
from entra_emulator.directory import Person, new_id


@dataclass(kw_only=True, eq=False)
class SignIn:
    """One person's session in one browser."""

    person: Person
    sid: str = field(default_factory=new_id)
    at: datetime.datetime = field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC)
    )
    """When the person proved who they are, in real time."""
    applications: dict[Application, None] = field(default_factory=dict)
    """What the person signed in to, in that order."""


@dataclass(kw_only=True, eq=False)
class Browser:
    """The people who are signed in with one browser: several may be."""

    sign_ins: dict[Person, SignIn] = field(default_factory=dict)
