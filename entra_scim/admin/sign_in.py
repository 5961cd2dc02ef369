"""How people of an environment sign in: test, certificate, activation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from entra_scim.activation import lifecycle, shut_out
from entra_scim.connection import configuration, credentials
from entra_scim.diagnosis import obstacles
from entra_scim.models import EntraConnection, ProvisionedUser
from entra_scim.policy import get_policy
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.sign_in import proofs

from .pages import EnvironmentPage
from .secrets import SecretField, SecretsForm
from .step_up import TOO_MANY_WRONG, StepUpMixin

TEST = "entra_scim_test"
"""Where a session notes which environment its visitor may test."""


class ActivationForm(SecretsForm):
    """That somebody knows what they do, and that the Admin can still come in."""

    acknowledged = forms.IntegerField(widget=forms.HiddenInput)
    understood = forms.BooleanField(
        label=gettext_lazy("Anyone who has no active Entra account cannot sign in then")
    )
    admin_username = forms.CharField(
        label=gettext_lazy("Username of the Admin"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "The Admin keeps signing in with a password, if Entra ever fails."
        ),
    )
    admin_password = SecretField(
        label=gettext_lazy("Password of the Admin"), max_length=1000, strip=False
    )

    @without_variables
    def __init__(
        self, data: Any = None, *, request: Any, environment: Any, locked_out: int
    ) -> None:
        super().__init__(data, initial={"acknowledged": locked_out})
        self.request = request
        self.environment = environment
        self.locked_out = locked_out

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("acknowledged") != self.locked_out:
            data: Any = self.data
            self.data = {**data.dict(), "acknowledged": self.locked_out}
            self.add_error(
                None,
                _("The people who could not sign in any more have changed: see above."),
            )
        # The password last: what is wrong besides must not help to guess it.
        if not self.errors:
            self.check_admin(cleaned["admin_username"], cleaned["admin_password"])
        return cleaned

    def check_admin(self, username: str, password: Secret) -> None:
        """Check that somebody will come in whom no directory can keep out."""

        @without_variables
        def check() -> bool:
            # As any sign-in, so that what counts failures counts these too.
            user = authenticate(
                self.request, username=username, password=password.reveal()
            )
            return (
                user is not None
                and get_policy().is_exempt(user)
                and not ProvisionedUser.objects.filter(user_id=user.pk).exists()
            )

        try:
            if proofs.is_right(self.environment, self.request.user, check):
                return
        except proofs.TooManyWrong:
            self.add_error("admin_password", TOO_MANY_WRONG)
            return
        self.add_error(
            "admin_password",
            _(
                "This is not the username and password of an active Admin that Entra "
                "does not manage."
            ),
        )


class SignInPage(StepUpMixin, EnvironmentPage):
    template_name = "entra_scim/admin/sign_in.html"
    page = "sign_in"
    title = gettext_lazy("Sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = self.settings()
        lifecycle.note_trial_end(settings)
        state = lifecycle.state_of(settings)
        missing = (
            obstacles.of(settings, self.request.user)
            if state == lifecycle.State.INACTIVE
            else []
        )
        locked_out = shut_out.ShutOut(shown=[], count=0)
        if state == lifecycle.State.INACTIVE and not missing:
            locked_out = shut_out.by_activation(self.environment)
        used = credentials.newest(settings)
        kwargs.setdefault(
            "form",
            ActivationForm(
                request=self.request,
                environment=self.environment,
                locked_out=locked_out.count,
            ),
        )
        return super().get_context_data(
            settings=settings,
            secret_state=configuration.secret_state(settings),
            pending=bool(settings.pending),
            certificate=used.certificate if used else "",
            certificate_expires_on=used.certificate_expires_on if used else None,
            state=state,
            confirmer=lifecycle.confirmer_of(settings),
            minutes_left=lifecycle.minutes_left(settings),
            confirm_query=urlencode({"next": f"{self.tab}sign-in/"}),
            obstacles=missing,
            locked_out=locked_out,
            counted=shut_out.COUNTED,
            sign_in_url=self.absolute("entra_scim_oidc:environment-sign-in"),
            logout_url=self.absolute("entra_scim_oidc:front-channel-logout"),
            **kwargs,
        )

    def settings(self) -> EntraConnection:
        return self.entra_connection

    def absolute(self, name: str) -> str:
        """Return the whole address of a page of the environment, if it has one."""
        try:
            path = reverse(name, args=[str(self.environment.pk)])
        except NoReverseMatch:
            return ""
        return self.request.build_absolute_uri(path)


class TestView(SignInPage):
    """Begins a test sign-in.

    By a link: a form that ends at Microsoft is blocked by a Content Security Policy
    with form-action 'self'. Someone else's link begins a test at most, which a person
    then has to go through at Entra, and which signs nobody in.
    """

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.can_change:
            messages.error(request, _("You may look at this page, but not change it."))
            return HttpResponseRedirect(f"{self.tab}sign-in/")
        environment_id = str(self.environment.pk)
        request.session[TEST] = environment_id
        path = reverse("entra_scim_oidc:test", args=[environment_id])
        query = urlencode({"next": f"{self.tab}sign-in/"})
        return HttpResponseRedirect(f"{path}?{query}")


class MakeCertificateView(SignInPage):
    """Creates a certificate, which waits for a test if there is something to lose."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.settings()
        if settings.client_id is None or settings.tenant_id is None:
            messages.error(request, _("Save both IDs under Connection first."))
            return HttpResponseRedirect(f"{self.tab}#step-connection")
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(f"{self.tab}sign-in/#certificate")
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
            "sign-in/#certificate",
        )


class CertificateView(SignInPage):
    """The public part of the certificate, to upload in Entra."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.settings()
        used = credentials.newest(settings)
        if used is None or not used.certificate:
            messages.error(request, _("There is no certificate yet."))
            return HttpResponseRedirect(f"{self.tab}sign-in/#certificate")
        return HttpResponse(
            used.certificate,
            content_type="application/pkix-cert",
            headers={
                "Content-Disposition": f'attachment; filename="entra-{self.environment.pk}.cer"'
            },
        )


@method_decorator(sensitive_post_parameters("admin_password"), name="dispatch")
class ActivateView(SignInPage):
    """Begins the trial."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(f"{self.tab}sign-in/#activation")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        settings = self.settings()
        locked_out = shut_out.by_activation(self.environment)
        form = ActivationForm(
            request.POST,
            request=request,
            environment=self.environment,
            locked_out=locked_out.count,
        )
        if (
            obstacles.of(settings, request.user)
            or lifecycle.state_of(settings) != lifecycle.State.INACTIVE
            or not form.is_valid()
        ):
            return self.render_to_response(self.get_context_data(form=form, **kwargs))
        lifecycle.start_trial(settings, request.user)
        return self.done(
            _(
                "Microsoft Entra ID: activated on trial. Sign in with Entra within 30 "
                "minutes to confirm it."
            ),
            "sign-in/",
        )


class DiscardView(SignInPage):
    """Discards a changed connection that waits for a test."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not configuration.discard_waiting(self.settings()):
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(f"{self.tab}sign-in/")
        return self.done(
            _("Microsoft Entra ID: discarded the changed connection."), "sign-in/"
        )


class DeactivatePage(SignInPage):
    """Lets passwords work again, once it has said who has none."""

    template_name = "entra_scim/admin/confirm_deactivate.html"
    title = gettext_lazy("Turn off Entra sign-in")

    @property
    def proved_at(self) -> str:
        return f"{self.tab}sign-in/deactivate/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return EnvironmentPage.get_context_data(
            self,
            without_password=shut_out.by_turning_off(self.environment),
            counted=shut_out.COUNTED,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(f"{self.tab}sign-in/deactivate/")
        lifecycle.deactivate(self.settings(), request.user)
        return self.done(
            _("Microsoft Entra ID: turned off Entra sign-in. Passwords work again."),
            "sign-in/",
        )
