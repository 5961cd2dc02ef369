"""One way through the steps: what is wanted, what was found, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .graph import Graph

Document = dict[str, Any]


class Stop(Exception):
    """The run cannot go on; the text says why, and what to do.

    ``code`` and ``values`` are for those who say so in words of their own.
    """

    def __init__(self, text: str, /, code: str = "", **values: str) -> None:
        super().__init__(text)
        self.code = code
        self.values = values


@dataclass
class Options:
    """What somebody asked for on the command line."""

    check: bool = False
    app_id: str = ""
    name: str = ""
    new_key: bool = False
    new_secret: bool = False


@dataclass
class Notebook:
    """What is remembered from one run to the next, and kept for undoing."""

    has: Callable[[str], bool]
    note: Callable[[str], None]
    forget: Callable[[str], None]
    keep: Callable[[str, Document], str]
    """Keep a document under a name, and return where."""
    first: Callable[[str], Document | None]
    """Return the first document that was kept under a name."""


BEGUN = "begun"
"""Noted before an application is made, when there is none of its name."""
MADE = "made"
"""Noted when a run has made the application."""
JOB = "job"
"""Noted when a run has made the provisioning job."""
ASKED = "secret-asked"
"""Noted while it is not known whether a client secret was added that nobody saw."""
SAVED = "saved"
"""Noted when credentials were saved."""
TARGET = "target"
"""Kept: which application all that is kept is of."""


@dataclass
class Run:
    """One way through the steps."""

    plan: Document
    options: Options
    graph: Graph
    notebook: Notebook
    ask_key: Callable[[], str]
    """Return the access key, or an empty text if nobody is there to ask."""
    say: Callable[[str], None]
    show_secret: Callable[[str, str], None]
    differences: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    """The IDs that later requests need: app, appId, sp, tenant, template, job."""
    has_new_key: bool = False
    """Whether this run saved credentials."""

    def differs(self, differences: list[str]) -> bool:
        """Note differences, and tell whether to remove them."""
        for difference in differences:
            self.say(
                f"  {'differs' if self.options.check else 'changes'}: {difference}"
            )
        self.differences += differences
        return bool(differences) and not self.options.check

    @property
    def service_principal(self) -> str:
        return f"/servicePrincipals/{self.found['sp']}"

    @property
    def synchronization(self) -> str:
        return f"{self.service_principal}/synchronization"

    @property
    def job(self) -> str:
        return f"{self.synchronization}/jobs/{self.found['job']}"


def equals(name: str, value: str) -> str:
    """Return a filter of OData, ready for a URL."""
    return quote(f"{name} eq '{value.replace(chr(39), 2 * chr(39))}'", safe="'")
