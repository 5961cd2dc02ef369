"""Who may sign in by django-allauth."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter

from entra_scim.allauth import EntraAccountMixin


class Adapter(EntraAccountMixin, DefaultAccountAdapter):
    pass
