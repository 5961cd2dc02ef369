"""Whether Entra manages an account, and which of its fields."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from entra_scim.policy import get_policy

from . import links


def is_managed(user: Any) -> bool:
    """Tell whether Entra manages a person now.

    Entra has linked them, they still belong to that environment alone, and the policy
    does not call them exempt.
    """
    link = getattr(user, "provisioned_user", None)
    return link is not None and links.is_of(user, link.environment_id)


def managed_fields(user: Any = None) -> list[str]:
    """Return the names of the fields that stay as they are while Entra manages somebody.

    What Entra sends, besides groups, and what would take the person away from it. A
    superuser may still be made an ordinary person. Without a ``user``, all that Entra
    manages of anybody.
    """
    model = get_user_model()
    candidates = {
        model.USERNAME_FIELD: None,
        model.get_email_field_name(): None,
        **dict.fromkeys(get_policy().profile_fields()),
        "is_active": None,
        "is_superuser": None,
    }
    if getattr(user, "is_superuser", False):
        del candidates["is_superuser"]
    names = {field.name for field in model._meta.fields}
    return [name for name in candidates if name in names]
