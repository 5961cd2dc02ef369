"""Which accounts have names that look like others, so that an index finds them.

The columns of the product's users hold names as they were typed. An index on them
finds ``fiona@`` for ``\ufb01ona@``, since the second one tells what it looks like; it does
not find the second one for the first, of which there are too many spellings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections

from entra_scim.database import transactions
from entra_scim.models import LookAlike
from entra_scim.text import comparison_keys

_BATCH = 5000


def note(user: Any, changed: Iterable[str] | None = None) -> None:
    """Keep what the names of an account look like, in the transaction that saves it.

    What they looked like before stays until the account is deleted: they are compared
    again whenever a row is found. ``changed`` names the fields that were saved, if not
    all of them.
    """
    if changed is None or {*changed} & {*_name_fields()}:
        names = [getattr(user, field) for field in _name_fields()]
        _keep(LookAlike, [(user.pk, *names)])


def note_all(apps: Any) -> None:
    """Keep it of all accounts, in batches, for those that nobody saved one by one.

    ``apps`` has the models as the database has them, maybe of another release.
    """
    try:
        model = apps.get_model("entra_scim", "LookAlike")
    except LookupError:
        return
    users = apps.get_model(settings.AUTH_USER_MODEL)
    if not {*_name_fields()} <= {field.name for field in users._meta.get_fields()}:
        return
    rows = users._base_manager.using(transactions.database()).order_by("pk")
    rows = rows.values_list("pk", *_name_fields())
    found = list(rows[:_BATCH])
    while found:
        _keep(model, found)
        found = list(rows.filter(pk__gt=found[-1][0])[:_BATCH])


def _name_fields() -> tuple[str, str]:
    """Return the fields of the username and the address."""
    model = get_user_model()
    return model.USERNAME_FIELD, model.get_email_field_name()


def _keep(model: Any, accounts: Iterable[tuple[Any, str, str]]) -> None:
    rows = [
        model(user_id=primary_key, key=key)
        for primary_key, username, address in accounts
        for key in sorted(_keys(username or "", address or ""))
    ]
    if rows:
        manager = model._default_manager.using(transactions.database())
        manager.bulk_create(rows, ignore_conflicts=True)


def _keys(username: str, address: str) -> set[str]:
    # Usernames are looked for with their case, addresses without that of A to Z. But
    # MariaDB, which has no index on expressions, may have a collation with case.
    is_with_case = connections[transactions.database()].vendor == "mysql"
    known_address = address if is_with_case else comparison_keys.lower_address(address)
    odd = [(username, username), (address, known_address)]
    return {
        comparison_keys.address_key(name)
        for name, known in odd
        if comparison_keys.is_odd(known)
    }
