"""All that this product says to Entra."""

from __future__ import annotations

from entra_scim.policy import ProvisioningPolicy

from .models import Group, User


class Policy(ProvisioningPolicy):
    def assignable_roles(self, environment):
        groups = Group.objects.filter(is_of_staff=False)
        return {str(group.pk): group.name for group in groups}

    def assign_roles(self, user, environment, roles, others):
        user.groups.add(*Group.objects.filter(pk__in=roles))
        user.groups.remove(*Group.objects.filter(pk__in=others))

    def address_for(self, address):
        return address.lower()

    def profile_fields(self):
        return {"display_name": "displayName", "object_id": "externalId"}

    def find_person(self, environment, attributes):
        object_id = attributes.get("externalId")
        deleted = User.everybody.exclude(deleted_at=None).exclude(object_id="")
        return deleted.filter(object_id=object_id).first()

    def reactivate(self, user, environment):
        super().reactivate(user, environment)
        user.deleted_at = None
