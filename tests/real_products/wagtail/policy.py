"""One organization, whose roles grant Wagtail's groups."""

from __future__ import annotations

from django.contrib.auth.models import Group

from entra_scim.policy import ProvisioningPolicy


class Policy(ProvisioningPolicy):
    def address_for(self, address):
        return address.lower()

    def owns_address(self, environment, email):
        return email.lower().endswith("@contoso.example")

    def grantable_groups(self, environment):
        return Group.objects.filter(name__in=["Editors", "Moderators"])
