"""What building the package adds to its sources."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TranslationsHook(BuildHookInterface):
    """Compile the translations, which are kept as sources only."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        for source in root.glob("entra_scim/locale/*/LC_MESSAGES/*.po"):
            compiled = source.with_suffix(".mo")
            # Tests may be reading the former one.
            unfinished = source.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(unfinished))
            unfinished.replace(compiled)
            build_data["artifacts"].append(str(compiled.relative_to(root)))
