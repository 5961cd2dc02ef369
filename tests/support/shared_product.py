"""A product whose people belong to several environments."""

from __future__ import annotations

import re

from django.apps import apps
from django.contrib.auth.models import Group
from django.http import JsonResponse
from django.urls import include, path
from django.utils.module_loading import import_string

from entra_scim.access import may_enter
from entra_scim.database.environment_model import environment_named
from entra_scim.policy import ProvisioningPolicy
from tests.support.urls import who

BASE = (
    import_string("example_project.product.policy.Policy")
    if apps.is_installed("example_project.product")
    else ProvisioningPolicy
)


class Policy(BASE):
    """Memberships are suspended by a group, and pages are below ``/in/1/``."""

    def shares_people(self):
        return True

    def environment_of_request(self, request):
        found = re.match(r"/in/(\d+)/", request.path)
        return environment_named(found[1]) if found else None

    def is_member(self, user, environment):
        return not user.groups.filter(name=f"suspended {environment.pk}").exists()

    def suspend(self, user, environment):
        marker, _created = Group.objects.get_or_create(
            name=f"suspended {environment.pk}"
        )
        user.groups.add(marker)

    def resume(self, user, environment):
        user.groups.remove(*Group.objects.filter(name=f"suspended {environment.pk}"))


class FailingPolicy(Policy):
    """One that cannot suspend anybody."""

    def suspend(self, user, environment):
        raise RuntimeError("suspend fails")


class RolesPolicy(Policy):
    """One whose roles are none of Django's groups."""

    def assign_roles(self, user, environment, roles, others):
        """Keep nothing of them."""


class LatePolicy(Policy):
    """One that knows of an environment by what the URLs capture, before the view."""

    def environment_of_request(self, request):
        match = request.resolver_match
        captured = match.kwargs if match else {}
        return environment_named(str(captured.get("environment", "")))


class EarlyMiddleware:
    """Looks at the user of each request at once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        assert request.user.pk is not None
        return self.get_response(request)


def asked(request):
    """Tell whether the visitor may enter the environment that a body names."""
    environment = environment_named(request.POST["environment"])
    return JsonResponse({"may_enter": may_enter(request, environment)})


urlpatterns = [
    path("in/<int:environment>/who/", lambda request, environment: who(request)),
    path("asked/", asked),
    path("", include("tests.support.urls")),
]
