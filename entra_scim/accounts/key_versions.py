"""Whether stored keys are of the version that look-ups ask for."""

from __future__ import annotations

from functools import cache
from typing import Any

from entra_scim.database import transactions
from entra_scim.exceptions import Rebuilding
from entra_scim.models import KeyVersion
from entra_scim.text.comparison_keys import VERSION

_FIRST = 1
_ROW = 1


def stored() -> KeyVersion:
    """Return the row that tells the version, maybe unsaved. Keys begin with the first."""
    # A replica may be behind.
    rows = KeyVersion._default_manager.using(transactions.database())
    row: KeyVersion | None = rows.filter(pk=_ROW).first()
    return row or KeyVersion(pk=_ROW, version=_FIRST)


def begin(apps: Any) -> None:
    """Note the version of the first keys, once there is a table.

    ``apps`` has the models as the database has them, maybe of another release.
    """
    try:
        model = apps.get_model("entra_scim", "KeyVersion")
    except LookupError:
        return
    rows = model._default_manager.using(transactions.database())
    row, _is_new = rows.get_or_create(pk=_ROW, defaults={"version": VERSION})
    if row.version >= VERSION:
        check_current()


def check_current() -> None:
    """Refuse to conclude that somebody is not here while stored keys are older.

    From "nobody has this name", a second account would follow. Once keys are current
    they stay so: a process looks for it once.

    Raises:
        Rebuilding: Stored keys have to be written again first.
    """
    check_database(transactions.database())


def are_current() -> bool:
    """Tell whether :func:`check_current` would refuse nothing."""
    try:
        check_current()
    except Rebuilding:
        return False
    return True


@cache
def check_database(alias: str) -> None:
    """Refuse what :func:`check_current` does, of the database with an alias.

    Raises:
        Rebuilding: As there. That is not remembered.
    """
    if stored().version < VERSION:
        raise Rebuilding
