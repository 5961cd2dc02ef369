from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class CallbackView(TemplateView):
    """The one Redirect URI of all environments.

    Nobody can sign in with Entra yet, so whoever arrives is told how to.
    """

    template_name = "entra_scim/sign_in_problem.html"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(**kwargs), status=HTTPStatus.BAD_REQUEST
        )
