"""The guide for a colleague who has rights in Entra, and perhaps no account here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from entra_scim.connection import authorities, guide_links
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.models import EntraConnection, EnvironmentRole
from entra_scim.web.engines import engine

from . import flow
from .addresses import addresses_of, is_insecure
from .entra_pages import pages_of


def guide_context(
    request: HttpRequest,
    environment: AnyEnvironment,
    connection: EntraConnection | None,
) -> dict[str, Any]:
    """Return what the guide says of an environment.

    ``connection`` is left out for readers who are told of no IDs.
    """
    return {
        "stages": flow.titles(),
        "addresses": addresses_of(request, environment),
        "is_insecure": is_insecure(request),
        "pages": pages_of(connection),
        "inputs": None,
        "schema_form": None,
        "edited": None,
        "local_entra": authorities.hosts().get(authorities.LOCAL),
    }


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class SharedGuidePage(View):
    """Show the guide to everybody who has the link, with no secret and no person.

    It has the environment's name, its addresses and the names of its roles, which
    all have to be entered in Entra.
    """

    http_method_names = ["get"]

    @deciding()
    def get(self, request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        context: dict[str, Any] = {"environment": None, "is_known": True}
        status = HTTPStatus.GONE
        try:
            link = guide_links.opened(token)
        except BadSignature:
            link, status = None, HTTPStatus.NOT_FOUND
            context["is_known"] = False
        if link is not None:
            status = HTTPStatus.OK
            context |= _guide_for_a_colleague(request, link.environment)
        template = engine().get_template("entra_scim/shared_guide.html")
        return HttpResponse(template.render(context, request), status=status)


def _guide_for_a_colleague(
    request: HttpRequest, environment: AnyEnvironment
) -> dict[str, Any]:
    roles = EnvironmentRole.objects.for_environment(environment)
    return guide_context(request, environment, None) | {
        "environment": environment,
        "traffic": {"roles": [(role, 0) for role in roles]},
        "proof": None,
        "local_entra": None,
    }
