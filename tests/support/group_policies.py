"""Policies about groups, as products write them in haste."""

from __future__ import annotations

from django.contrib.auth.models import Group

from entra_scim.policy import ProvisioningPolicy


class EveryGroup(ProvisioningPolicy):
    """A policy as one may write it in haste."""

    def grantable_groups(self, environment):
        return Group.objects.all()


class NoGroup(ProvisioningPolicy):
    def grantable_groups(self, environment):
        return Group.objects.none()
