"""Automatic provisioning: how it stands, what it connects to, and how it is run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_emulator.provisioning.job import ProvisioningJob
from entra_emulator.provisioning.logs import Action, Status
from entra_emulator.provisioning.reports import AlreadyRunning, State
from entra_emulator.provisioning.servers import TenantUrl

from .log_entries import ShownEntry
from .pages import ApplicationPage, FormPage, PortalForm
from .users import person_named, suggestions

_PATIENCE = 2.0  # seconds


class ProvisioningPage(ApplicationPage):
    """A page about a job, if there is one."""

    @property
    def job(self) -> ProvisioningJob | None:
        """The job, which is there once the server is known."""
        return self.entra.jobs.get(self.application)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.job
        return super().get_context_data(
            job=job,
            run=self.entra.runs.get(self.application),
            connectivity=f"{self.place.app}provisioning/connectivity/",
            **kwargs,
        )


class JobPage(ProvisioningPage):
    """A page whose buttons and forms are about a job that is there."""

    @property
    def a_job(self) -> ProvisioningJob:
        """The job. Raises Http404 if the server is not connected yet."""
        if self.job is None:
            raise Http404
        return self.job

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.job is None:
            return self.refused(
                _("First connect the server."),
                f"{self.place.app}provisioning/connectivity/",
            )
        return super().post(request, *args, **kwargs)


class Provisioning(JobPage):
    """The job at a glance, and its buttons."""

    template_name = "provisioning.html"
    title = "Provisioning"
    reaches_out = True
    actions = {
        "start": "start",
        "next": "next_cycle",
        "stop": "stop",
        "restart": "restart",
        "allow": "allow_deletions",
    }

    def start(self) -> HttpResponse:
        return self._run(_("Provisioning has started with the initial cycle."))

    def next_cycle(self) -> HttpResponse:
        return self._run(_("40 minutes later, the next cycle runs."), later=True)

    def restart(self) -> HttpResponse:
        if self.entra.is_running(self.application):
            return self.refused(_("A cycle is under way."))
        self.a_job.restart()
        return self._run(_("Provisioning begins again with an initial cycle."))

    def stop(self) -> HttpResponse:
        self.a_job.is_started = False
        return self.done(_("Provisioning is stopped."))

    def allow_deletions(self) -> HttpResponse:
        self.a_job.allow_deletions()
        return self._run(_("Deletions are allowed in the cycle that runs now."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job, run = self.job, self.entra.runs.get(self.application)
        report = run.report if run else None
        is_running = job is not None and self.entra.is_running(self.application)
        return super().get_context_data(
            state=job.state if job else State.NOT_STARTED,
            is_running=is_running,
            report=report,
            requests=sorted(report.requests.items()) if report else [],
            outcomes=[
                (outcome, number)
                for outcome, number in sorted(report.outcomes.items())
                if outcome[0] != Action.CONNECT
            ]
            if report
            else [],
            connection=self.entra.connections[self.application],
            **kwargs,
        )

    def _run(self, message: str, *, later: bool = False) -> HttpResponse:
        try:
            run = self.entra.start_cycle(self.application, later=later)
        except AlreadyRunning:
            return self.refused(_("A cycle is under way."))
        # Most are done by then. A page that reloads by itself takes the focus away
        # (WCAG 2.2.1, 3.2.5), so for longer ones there is a link.
        run.join(_PATIENCE)
        return self.done(message)


class Connectivity(FormPage, ProvisioningPage):
    """The address and the key of the server."""

    template_name = "connectivity.html"
    title = "Connectivity"
    reaches_out = True

    class Form(PortalForm):
        tenant_url = forms.CharField(
            label="Tenant URL",
            widget=forms.URLInput(attrs={"autocomplete": "off"}),
            help_text=gettext_lazy(
                "The SCIM endpoint. With ?aadOptscim062020 it is spoken to in the "
                "dialect that follows the standard."
            ),
        )
        secret_token = forms.CharField(
            label="Secret token",
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )

        def clean_tenant_url(self) -> str:
            url: str = self.cleaned_data["tenant_url"]
            try:
                TenantUrl.parse(url)
            except ValueError:
                raise ValidationError(
                    _(
                        "The Tenant URL begins with https:// or http://, and has no "
                        "more than ?aadOptscim062020 at its end."
                    )
                ) from None
            return url

        def clean_secret_token(self) -> str:
            token: str = self.cleaned_data["secret_token"]
            if not token.isascii() or any(c.isspace() for c in token):
                raise ValidationError(_("A token has neither spaces nor accents."))
            return token

    def form(self, *data: Any) -> Connectivity.Form:
        connection = self.entra.connections[self.application]
        form = self.Form(*data, initial={"tenant_url": connection.tenant_url})
        if connection.secret_token:
            field = form.fields["secret_token"]
            field.required = False
            field.help_text = _("Saved. Leave it empty to keep it.")
        return form

    def save(self, form: forms.Form) -> HttpResponse:
        """Save what was typed, after a test if that is what the button says."""
        tenant_url = form.cleaned_data["tenant_url"]
        token = (
            form.cleaned_data["secret_token"]
            or self.entra.connections[self.application].secret_token
        )
        if "test" in self.request.POST:
            entry = self.entra.test_connection(self.application, tenant_url, token)
            if entry.status != Status.SUCCESS:
                return self.render_to_response(
                    self.get_context_data(form=form, entry=entry)
                )
        self.entra.connect(self.application, tenant_url, token)
        if "test" in self.request.POST:
            return self.done(_("The test succeeded: the server answers. Saved."))
        return self.done(_("Saved."), f"{self.place.app}provisioning/")


class OnDemand(JobPage, FormPage):
    """Provisions one person now."""

    template_name = "on_demand.html"
    title = "Provision on demand"
    submit = "Provision"
    intro = gettext_lazy(
        "Without app roles, as at Microsoft: those come with the next cycle."
    )
    reaches_out = True

    class Form(PortalForm):
        person = forms.CharField(
            label="Select a user",
            help_text=gettext_lazy("The user principal name."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "list": "people"}),
        )

    def form(self, *data: Any) -> OnDemand.Form:
        return self.Form(*data)

    def save(self, form: forms.Form) -> HttpResponse:
        with self.tenant.lock:
            person = person_named(self.tenant, form.cleaned_data["person"])
        if person is None:
            form.add_error("person", _("Nobody has this user principal name."))
            return self.render_to_response(self.get_context_data(form=form))
        entry = self.a_job.provision_on_demand(person)
        return self.render_to_response(
            self.get_context_data(form=form, shown=ShownEntry(entry))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        with self.tenant.lock:
            people = suggestions(self.tenant)
        return super().get_context_data(people=people, **kwargs)


class Settings(JobPage, FormPage):
    """What limits a cycle."""

    title = "Settings"
    intro = "Scope: Sync only assigned users and groups"

    class Form(PortalForm):
        prevents_deletion = forms.BooleanField(
            label="Prevent accidental deletion",
            required=False,
            help_text=gettext_lazy(
                "More deprovisionings in a cycle than the threshold wait until you "
                "allow them."
            ),
        )
        threshold = forms.IntegerField(
            label="Accidental deletion threshold",
            min_value=0,
            required=False,
        )
        deletes = forms.BooleanField(
            label="Target object actions: Delete",
            required=False,
            help_text=gettext_lazy(
                "Whether who is deleted permanently is deleted at the server too."
            ),
        )

        def clean(self) -> dict[str, Any]:
            typed = super().clean() or self.cleaned_data
            if typed.get("prevents_deletion") and typed.get("threshold") is None:
                self.add_error("threshold", _("Enter how many are too many."))
            return typed

    def form(self, *data: Any) -> Settings.Form:
        job = self.job
        threshold = job.deletion_threshold if job else None
        return self.Form(
            *data,
            initial={
                "prevents_deletion": threshold is not None,
                "threshold": 500 if threshold is None else threshold,
                "deletes": job.deletes if job else True,
            },
        )

    def save(self, form: forms.Form) -> HttpResponse:
        typed = form.cleaned_data
        self.a_job.deletes = typed["deletes"]
        self.a_job.deletion_threshold = (
            typed["threshold"] if typed["prevents_deletion"] else None
        )
        return self.done(_("Saved."))
