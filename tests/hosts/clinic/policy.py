"""All that this product says to Entra."""

from __future__ import annotations

from entra_scim.policy import ProvisioningPolicy

from .models import Clinic, Profile, User

FLAGS = {"book": "may_book", "prescribe": "may_prescribe"}


class Policy(ProvisioningPolicy):
    def environments_of(self, user):
        numbers = Profile.objects.filter(user=user).values("clinic_number")
        return Clinic.objects.filter(number__in=numbers)

    def users_of(self, environment):
        return User.objects.filter(profile__clinic_number=environment.number)

    def create_user(self, environment, username, email):
        user = super().create_user(environment, username, email)
        Profile.objects.create(user=user, clinic_number=environment.number)
        return user

    def is_exempt(self, user):
        return Profile.objects.filter(user=user, is_support=True).exists()

    def address_for(self, address):
        return address.lower()

    def profile_fields(self):
        return {}

    def apply_profile(self, user, attributes):
        if "displayName" in attributes:
            display = attributes["displayName"] or ""  # None if Entra cleared it
            Profile.objects.filter(user=user).update(display=display)

    def assignable_roles(self, environment):
        return {"book": "May book", "prescribe": "May prescribe"}

    def assign_roles(self, user, environment, roles, others):
        known = FLAGS.keys() & (roles | others)
        flags = {FLAGS[role]: role in roles for role in known}
        Profile.objects.filter(user=user).update(**flags)
