"""The migrations of the package, and one that a next release may have.

The made-up one proves on filled databases that the package can be migrated further,
before there is a second migration, and behind each that there will be.
"""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules

import entra_scim.migrations

LATEST = max(module.name for module in iter_modules(entra_scim.migrations.__path__))

__path__ = [*entra_scim.migrations.__path__, str(Path(__file__).parent)]
