"""Forms for products to use in place of Django's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from .accounts.managed import is_managed, managed_fields
from .roles import memberships
from .roles.assignments import EnvironmentRoles
from .sign_in import gate


class EntraPasswordResetForm(PasswordResetForm):
    """Send no mail to people who sign in with Entra, and say nothing of it."""

    def get_users(self, email: str) -> Iterator[Any]:
        return (user for user in super().get_users(email) if not gate.is_refused(user))


class ManagedFieldsMixin:
    """Disable the fields that Entra manages, in a form of the product's for one user.

    Put it before ``ModelForm``. A disabled field keeps its value, whatever a request
    says. A field ``groups`` can be changed, but for the groups of roles once Entra has
    sent roles.
    """

    instance: Any
    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and is_managed(self.instance):
            for name in {*managed_fields(self.instance)} & {*self.fields}:
                self.fields[name].disabled = True

    def clean_groups(self) -> QuerySet[Group]:
        chosen: QuerySet[Group] = self.cleaned_data["groups"]
        user = self.instance
        if not user.pk or not is_managed(user):
            return chosen
        link = user.provisioned_user
        if link.roles_received_at is None:
            return chosen
        of_roles = EnvironmentRoles(link.environment).group_ids
        others = {group.pk for group in chosen} - of_roles
        return Group.objects.filter(pk__in=others | memberships.held(user, of_roles))
