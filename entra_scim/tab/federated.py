"""The federated credential: what to enter in Entra, and using it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.connection import configuration, credentials, federation
from entra_scim.logs import logger

from .pages import EnvironmentPage

_LABELS: dict[str, Any] = {
    "file": gettext_lazy("Assertion in a file"),
    "managed_identity": gettext_lazy("Managed identity in Azure"),
    "callable": gettext_lazy("Assertion from the product"),
}

_PROBLEMS: dict[str, Any] = {
    "file": gettext_lazy("The file with the assertion is missing, or holds no token."),
    "managed_identity": gettext_lazy(
        "Azure gave no token. The product has to run in Azure, with this managed "
        "identity assigned to it."
    ),
    "callable": gettext_lazy("The product's own function gave no token."),
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A kind of assertion that the product can get, with what Entra must know."""

    kind: str
    label: str | Promise
    identity: federation.Identity | None
    problem: str | Promise
    """What is wrong, or empty. The log says more: it may name files of the server."""

    is_used: bool


class FederatedCredentialPage(EnvironmentPage):
    """Show what Entra must be told, and use a federated credential from then on."""

    template_name = "entra_scim/tab/federated.html"
    page = "sign_in"
    title = gettext_lazy("Federated credential")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        used = credentials.newest(self.entra_connection)
        in_use = used.federation if used else ""
        return super().get_context_data(
            settings=self.entra_connection,
            offers=[_offer(kind, in_use) for kind in federation.kinds()],
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.entra_connection
        kind = request.POST.get("kind", "")
        if settings.client_id is None or settings.tenant_id is None:
            messages.error(request, _("Save both IDs in step 1 first."))
            return HttpResponseRedirect(self.url("set_up", anchor="step-connection"))
        if kind not in federation.kinds():
            messages.error(request, _("Choose one of the credentials on this page."))
            return HttpResponseRedirect(self.url("federation"))
        used = credentials.newest(settings) or credentials.Credentials(
            client_id=settings.client_id,
            tenant_id=settings.tenant_id,
            cloud=settings.cloud,
        )
        if not configuration.change(settings, credentials.with_federation(used, kind)):
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(self.url("federation"))
        return self.done(
            _(
                "Microsoft Entra ID: chose the federated credential. Test it now. What "
                "worked before stays in use until then."
            ),
            self.url("sign_in", anchor="sign-in"),
        )


def _offer(kind: str, in_use: str) -> Offer:
    identity: federation.Identity | None = None
    problem: str | Promise = ""
    try:
        identity = federation.identity(kind)
    except federation.NoAssertion as error:
        logger.warning("No assertion of a federated credential: %s", error)
        problem = _PROBLEMS[kind]
    return Offer(
        kind=kind,
        label=_LABELS[kind],
        identity=identity,
        problem=problem,
        is_used=kind == in_use,
    )
