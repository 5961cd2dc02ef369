"""The guide for a colleague who has rights in Entra, and perhaps no account here."""

from __future__ import annotations

import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from entra_scim.connection import authorities
from entra_scim.database.environment_model import AnyEnvironment, environment_named
from entra_scim.models import EntraConnection, EnvironmentRole
from entra_scim.web.engines import engine

from . import flow
from .addresses import addresses_of, is_insecure
from .entra_pages import pages_of

if TYPE_CHECKING:
    from .pages import EnvironmentPage

LIFETIME = datetime.timedelta(days=7)
_SALT = "entra_scim.guide"


def link_from(page: EnvironmentPage) -> str:
    """Return the whole address of the guide of a page's environment, which expires."""
    token = signing.dumps(str(page.environment.pk), salt=_SALT)
    return page.request.build_absolute_uri(page.url("shared_guide", token))


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

    def get(self, request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        environment = _environment_of(token)
        context: dict[str, Any] = {"environment": environment}
        if environment is not None:
            roles = EnvironmentRole.objects.for_environment(environment)
            context |= guide_context(request, environment, None) | {
                "traffic": {"roles": [(role, 0) for role in roles]},
                "proof": None,
                "local_entra": None,
            }
        template = engine().get_template("entra_scim/shared_guide.html")
        return HttpResponse(
            template.render(context, request),
            status=HTTPStatus.OK if environment else HTTPStatus.NOT_FOUND,
        )


def _environment_of(token: str) -> AnyEnvironment | None:
    try:
        name = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    return environment_named(name)
