"""What django-scim2 does for us. Nothing else of ours imports it.

It was made for one directory, which settings of Django name. Here each environment has a
directory of its own. What it carries and what we override is in ``docs/decisions``.
"""

from __future__ import annotations

from django_scim.adapters import SCIMUser
from django_scim.views import UsersView

from entra_scim.models import ProvisionedUser


class Adapter(SCIMUser):  # type: ignore[misc]
    """Its bridge between a row and a resource: how it is made, and what it is asked."""

    id_field = "id"


class Resources(UsersView):  # type: ignore[misc]
    """Its way from a request to one resource or many."""

    model_cls_getter = staticmethod(lambda: ProvisionedUser)
