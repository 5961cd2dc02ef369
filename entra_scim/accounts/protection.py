"""Keep the product's own code from undoing what Entra manages.

Forms are told beforehand, see :mod:`.managed`; this is for whatever saves or deletes an
account all the same. What passes the signals by, such as ``QuerySet.update``, is not seen.

Who is out of Entra's reach, the policy says: ``is_exempt``.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from entra_scim.conf import conf
from entra_scim.database.transactions import (
    database,
    deciding,
    for_update,
    lock_completely,
)
from entra_scim.exceptions import DeletionRefused, ManagedByEntra
from entra_scim.models import ProvisionedUser

from . import links, overwritten, own_writes
from .managed import managed_fields


@deciding()
def lock(user: Any) -> None:
    """Lock a user and their link, in the order in which a request of Entra's does.

    Django deletes what belongs to a link before the link. A request that changes the
    person locks the link first: each would wait for the other. Without a link yet,
    the strong lock keeps a request from making one.
    """
    links = ProvisionedUser.objects.filter(user_id=user.pk).select_related("user")
    list(for_update(links, "self", "user"))
    users = get_user_model()._base_manager.using(database())
    lock_completely(users.filter(pk=user.pk))


def check_deletion(user: Any, origin: Any) -> None:
    """Refuse to delete somebody who is linked, unless their environment goes too.

    Former people may be deleted. ``origin`` is what the deletion began with.

    Raises:
        DeletionRefused: Entra would create them anew, without their data.
    """
    if "deletion" not in conf.PROTECTION:
        return
    environment = apps.get_model(conf.ENVIRONMENT_MODEL)
    if isinstance(origin, environment) or (
        getattr(origin, "model", None) is environment
    ):
        return
    if ProvisionedUser.objects.filter(user_id=user.pk).exists():
        raise DeletionRefused(user)


def check_change(user: Any, update_fields: Any) -> None:
    """Refuse to save another value of a field that Entra manages.

    What takes access away is always possible. An old copy of the account, with what
    Entra has replaced, may be saved as well: the next request mends that.

    Raises:
        ManagedByEntra: Entra would not know of the change.
    """
    if own_writes.is_ours() or "changes" not in conf.PROTECTION:
        return
    names = {*managed_fields()}
    if update_fields is not None:
        names &= {*update_fields}
    stored = _stored(user, names) if names else None
    if stored is None:
        return
    changed = {name for name in names if getattr(stored, name) != getattr(user, name)}
    if not user.is_active:
        changed.discard("is_active")
    if not changed:
        return
    link = ProvisionedUser.objects.filter(profile_of_id=user.pk).first()
    if link is None:
        return
    link.user = stored
    changed -= overwritten.returned(link, user)
    if changed and links.is_in_force(link):
        raise ManagedByEntra(stored, sorted(changed))


def _stored(user: Any, names: set[str]) -> Any:
    users = get_user_model()._base_manager.using(database())
    return users.filter(pk=user.pk).first()
