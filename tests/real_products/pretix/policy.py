"""Organizers are the customers, and teams say who may do what."""

from __future__ import annotations

from pretix.base.models import Organizer, Team, User

from entra_scim.policy import ProvisioningPolicy

EVERYBODY = "Everybody"


class Policy(ProvisioningPolicy):
    def environments_of(self, user):
        return Organizer.objects.filter(teams__members=user).distinct()

    def users_of(self, environment):
        return User.objects.filter(teams__organizer=environment).distinct()

    def is_exempt(self, user):
        return user.is_staff

    def create_user(self, environment, username, email):
        user = User(email=email)
        user.set_unusable_password()
        user.save()
        environment.teams.get(name=EVERYBODY).members.add(user)
        return user

    def address_for(self, address):
        return address.lower()

    def profile_fields(self):
        return {"fullname": "displayName"}

    def assignable_roles(self, environment):
        teams = environment.teams.exclude(name=EVERYBODY)
        return {name: name for name in teams.values_list("name", flat=True)}

    def assign_roles(self, user, environment, roles, others):
        user.teams.add(*environment.teams.filter(name__in=roles))
        user.teams.remove(*Team.objects.filter(organizer=environment, name__in=others))

    def sign_in(self, request, user, next_url):
        from pretix.control.views.auth import process_login

        return process_login(request, user, keep_logged_in=False)
