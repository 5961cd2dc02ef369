"""Certificates & secrets of an app registration."""

from __future__ import annotations

import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from entra_emulator.applications import Certificate, FederatedCredential

from .pages import ApplicationPage, FormPage, PortalForm, one_of

_LARGEST_CERTIFICATE = 64 * 1024


class SecretForm(PortalForm):
    """A client secret to be. Entra allows two years at most."""

    description = forms.CharField(label="Description", max_length=120, required=False)
    days = forms.TypedChoiceField(
        label="Expires",
        coerce=int,
        initial=180,
        choices=[
            (180, "Recommended: 180 days (6 months)"),
            (90, "90 days (3 months)"),
            (365, "365 days (12 months)"),
            (545, "545 days (18 months)"),
            (730, "730 days (24 months)"),
        ],
    )


class CertificateForm(PortalForm):
    """The public part of a key, as a file."""

    certificate = forms.FileField(
        label="Certificate (.cer, .pem or .crt)",
        widget=forms.FileInput(attrs={"accept": ".cer,.pem,.crt"}),
    )

    def clean_certificate(self) -> x509.Certificate:
        file: UploadedFile[bytes] = self.cleaned_data["certificate"]
        if (file.size or 0) > _LARGEST_CERTIFICATE:
            raise ValidationError(_("The file is too large for a certificate."))
        content = file.read()
        if b"PRIVATE KEY" in content:
            raise ValidationError(
                _("The file has the private key. Upload the certificate alone.")
            )
        try:
            if b"-----BEGIN" in content:
                return x509.load_pem_x509_certificate(content)
            return x509.load_der_x509_certificate(content)
        except ValueError:
            raise ValidationError(_("The file is not an X.509 certificate.")) from None


class FederatedForm(PortalForm):
    """An issuer to trust, by the scenario "Other issuer"."""

    issuer = forms.CharField(label="Issuer", max_length=600)
    subject = forms.CharField(label="Value (subject identifier)", max_length=600)
    name = forms.SlugField(label="Name", min_length=3, max_length=120)
    audience = forms.CharField(
        label="Audience", max_length=600, initial="api://AzureADTokenExchange"
    )


class Credentials(FormPage, ApplicationPage):
    """The client secrets and certificates of an application."""

    template_name = "credentials.html"
    title = "Certificates & secrets"
    submit = "Add"
    actions = {
        "expire": "expire_secret",
        "delete": "delete_secret",
        "upload": "upload_certificate",
        "delete-certificate": "delete_certificate",
        "add-federated": "add_federated",
        "delete-federated": "delete_federated",
    }

    def form(self, *data: Any) -> SecretForm:
        return SecretForm(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        secret = self.tenant.add_secret(
            self.application,
            form.cleaned_data["description"],
            datetime.timedelta(days=form.cleaned_data["days"]),
        )
        self.entra.unseen_secrets.add(secret)
        return self.go()

    def expire_secret(self) -> HttpResponse:
        secret = one_of(
            self.application.secrets, id=self.request.POST.get("secret", "")
        )
        secret.expires_at = self.tenant.clock.now()
        return self.done(_("The secret has expired."))

    def delete_secret(self) -> HttpResponse:
        secret = one_of(
            self.application.secrets, id=self.request.POST.get("secret", "")
        )
        self.application.secrets.remove(secret)
        return self.done(_("The secret was deleted."))

    def upload_certificate(self) -> HttpResponse:
        form = CertificateForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(certificate_form=form))
        self.application.certificates.append(
            Certificate(certificate=form.cleaned_data["certificate"])
        )
        return self.done(_("The certificate was uploaded."))

    def delete_certificate(self) -> HttpResponse:
        certificate = one_of(
            self.application.certificates,
            id=self.request.POST.get("certificate", ""),
        )
        self.application.certificates.remove(certificate)
        return self.done(_("The certificate was deleted."))

    def add_federated(self) -> HttpResponse:
        form = FederatedForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(federated_form=form))
        self.application.federated_credentials.append(
            FederatedCredential(**form.cleaned_data)
        )
        return self.done(_("The federated credential was added."))

    def delete_federated(self) -> HttpResponse:
        credential = one_of(
            self.application.federated_credentials,
            id=self.request.POST.get("credential", ""),
        )
        self.application.federated_credentials.remove(credential)
        return self.done(_("The federated credential was deleted."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("federated_form", FederatedForm())
        kwargs.setdefault("certificate_form", CertificateForm())
        now = self.tenant.clock.now()
        secrets = self.application.secrets
        new = self.entra.unseen_secrets & set(secrets)
        self.entra.unseen_secrets -= new
        return super().get_context_data(
            secrets=[(one, one in new, one.expires_at <= now) for one in secrets],
            has_new=bool(new),
            certificates=[
                (one, one.certificate.fingerprint(SHA256()).hex(":").upper())
                for one in self.application.certificates
            ],
            **kwargs,
        )
