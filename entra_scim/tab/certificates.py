"""The certificate in place of a client secret: create one, and download it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from entra_scim.connection import configuration, credentials

from .pages import EnvironmentPage


class CreateCertificateView(EnvironmentPage):
    """Creates a certificate, which waits for a test if there is something to lose."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.entra_connection
        if settings.client_id is None or settings.tenant_id is None:
            messages.error(request, _("Save both IDs in step 1 first."))
            return HttpResponseRedirect(self.url("set_up", anchor="step-connection"))
        used = credentials.newest(settings) or credentials.Credentials(
            client_id=settings.client_id,
            tenant_id=settings.tenant_id,
            cloud=settings.cloud,
        )
        configuration.change(settings, credentials.with_certificate(used))
        return self.done(
            _(
                "Microsoft Entra ID: created a certificate. Download it, upload it in "
                "Entra, and test. What worked before stays in use until then."
            ),
            self.url("sign_in", anchor="certificate"),
        )


class CertificateFile(EnvironmentPage):
    """The public part of the certificate, to upload in Entra."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.entra_connection
        used = credentials.newest(settings)
        if used is None or not used.certificate:
            messages.error(request, _("No certificate has been created yet."))
            return HttpResponseRedirect(self.url("sign_in", anchor="certificate"))
        return HttpResponse(
            used.certificate,
            content_type="application/pkix-cert",
            headers={
                "Content-Disposition": f'attachment; filename="entra-{self.environment.pk}.cer"'
            },
        )
