"""The parts of the reference that are read from the code when the site is built."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from .checks import ChecksDirective
from .codes import (
    ErrorsDirective,
    EventsDirective,
    FindingsDirective,
    SignInCodesDirective,
)
from .commands import CommandsDirective
from .hooks import HooksDirective
from .modules import ModulesDirective
from .settings import SettingsDirective

DIRECTIVES = {
    "checks-from-code": ChecksDirective,
    "commands-from-code": CommandsDirective,
    "errors-from-code": ErrorsDirective,
    "events-from-code": EventsDirective,
    "findings-from-code": FindingsDirective,
    "hooks-from-code": HooksDirective,
    "modules-from-code": ModulesDirective,
    "settings-from-code": SettingsDirective,
    "sign-in-codes-from-code": SignInCodesDirective,
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Add a directive for each kind of thing that the code defines."""
    app.add_object_type("setting", "setting", "setting; %s")
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    # Rebuilt each time: the sources of these pages are not among Sphinx's own.
    return {"parallel_read_safe": True, "env_version": 1}
