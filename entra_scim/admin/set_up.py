"""The tab itself: where things stand, connection, access keys and roles."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.connection import (
    access_keys,
    authorities,
    configuration,
    encryption,
)
from entra_scim.diagnosis import (
    expiry,
    findings,
    headcount,
    observations,
    progress,
    sign_in_health,
)
from entra_scim.dialect import RoleFunction
from entra_scim.models import AccessKey, EnvironmentRole
from entra_scim.roles import groups, regrants
from entra_scim.secrecy.hiding import Secret, without_variables

from . import flow
from .addresses import addresses_of, is_insecure, tenant_url
from .forms import ConnectionForm, RoleForm
from .pages import EnvironmentPage
from .step_up import StepUpMixin

_STAGE_OF_FORM = {"connection_form": "connection", "role_form": "roles"}
"""Where a form is that came back with mistakes."""

NEW_KEY = "entra_scim_new_key"
"""Where a new key waits, encrypted, for the one page that shows it."""


class SetUpPage(StepUpMixin, EnvironmentPage):
    template_name = "entra_scim/admin/set_up.html"
    page = "set_up"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = self.entra_connection
        mistakes = {
            _STAGE_OF_FORM[name] for name in _STAGE_OF_FORM.keys() & kwargs.keys()
        }
        keys = list(
            AccessKey.objects.for_environment(self.environment).select_related(
                "created_by"
            )
        )
        now = timezone.now()
        usable = [key for key in keys if key.is_usable(now)]
        facts = observations.observe(self.environment)
        self.last_contact = facts.last_contact
        steps = progress.steps_of(settings, usable, facts)
        addresses = addresses_of(self.request, self.environment)
        following = flow.next_step(steps)
        stages = flow.stages_of(steps, mistakes)
        kwargs.setdefault("connection_form", ConnectionForm(settings=settings))
        kwargs.setdefault("role_form", self.role_form())
        permissions = groups.numbers_of_permissions(
            {role.group_id for role, _people in facts.roles}
        )
        return super().get_context_data(
            settings=settings,
            keys=[(key, key in usable) for key in keys],
            traffic=facts,
            most_holders=headcount.HOLDERS,
            findings=[
                *expiry.findings(settings, usable),
                *sign_in_health.findings(self.breakage),
                *findings.findings(facts),
            ],
            steps=steps,
            stages=stages,
            next_step=following,
            has_sign_in="redirect_uri" in addresses,
            next_stage=stages[flow.stage_of(following)] if following else None,
            proof=_proof(steps, facts),
            local_entra=authorities.hosts().get(authorities.LOCAL),
            addresses=addresses,
            is_insecure=is_insecure(self.request),
            pending=regrants.pending_of(self.environment),
            roles=[
                (role, people, permissions.get(role.group_id, 0))
                for role, people in facts.roles
            ],
            **kwargs,
        )

    def role_form(
        self, data: Any = None, instance: EnvironmentRole | None = None
    ) -> RoleForm:
        return RoleForm(
            data,
            instance=instance,
            environment=self.environment,
            visitor=self.request.user,
            prefix=None if instance else "role",
        )


def _proof(
    steps: list[progress.Step], facts: observations.Observations
) -> dict[str, bool]:
    """Return what real requests and sign-ins show to be right."""
    done = {step.code for step in steps if step.done}
    return {
        "connection": progress.StepCode.CONTACT in done,
        "roles": progress.StepCode.ROLES in done,
        "permissions": progress.StepCode.TEST in done,
        "external_id": facts.active > 0
        and not facts.without_object_id
        and not facts.without_external_id,
        "role_mapping": facts.functions[RoleFunction.ASSERTIVE] > 0
        and not facts.functions[RoleFunction.SINGLE]
        and not facts.functions[RoleFunction.ADD_ONLY],
    }


class ConnectionView(SetUpPage):
    """Saves the connection."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(f"{self.tab}#step-connection")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ConnectionForm(
            request.POST, settings=configuration.connection_of(self.environment)
        )
        if not form.is_valid() or not self.is_stepped_up(request):
            return self.render_to_response(
                self.get_context_data(connection_form=form, **kwargs)
            )
        changed = form.save()
        if not changed:
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(f"{self.tab}#standing")
        names = ", ".join(
            str(form.fields[name].label) for name in changed if name in form.fields
        )
        # An anchor of its own, or browsers keep the form's, and skip what comes next.
        return self.done(
            _("Microsoft Entra ID: saved %(fields)s.") % {"fields": names}, "#standing"
        )


class AccessKeysView(SetUpPage):
    """Makes an access key."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(f"{self.tab}#step-keys")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(f"{self.tab}#step-keys")
        key = self.make_key(request)
        return self.done(
            _("Microsoft Entra ID: access key %(key)s made.") % {"key": key},
            "keys/new/",
        )

    @without_variables
    def make_key(self, request: HttpRequest) -> AccessKey:
        key, secret = access_keys.create(self.environment, created_by=request.user)
        request.session[NEW_KEY] = encryption.encrypt(self.environment, secret)
        return key


class NewAccessKeyPage(EnvironmentPage):
    """Shows a new key, once."""

    template_name = "entra_scim/admin/new_key.html"
    page = "set_up"
    title = gettext_lazy("SCIM access key")
    http_method_names = ["get"]  # HEAD would use the key up, and show it to nobody

    @without_variables
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            # Django logs whole contexts, at the level of DEBUG.
            secret = Secret(
                encryption.decrypt(self.environment, request.session.pop(NEW_KEY, ""))
            )
        except encryption.Unreadable:
            messages.info(
                request,
                _("A key is shown once only. If you have lost it, generate a new one."),
            )
            return HttpResponseRedirect(f"{self.tab}#step-keys")
        page: Any = self.render_to_response(
            self.get_context_data(
                secret=secret,
                tenant_url=tenant_url(request, self.environment),
                **kwargs,
            )
        )
        # Rendered here, within what clears the variables, and without the context,
        # which would be at hand for whatever handles the response next.
        response = HttpResponse(page.rendered_content)
        add_never_cache_headers(response)
        return response


class RevokeKeyPage(EnvironmentPage):
    template_name = "entra_scim/admin/confirm_revoke.html"
    page = "set_up"
    title = gettext_lazy("Revoke access key")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        key = self.key()
        usable = AccessKey.objects.for_environment(self.environment).usable(
            timezone.now()
        )
        return super().get_context_data(
            key=key, is_last=not usable.exclude(pk=key.pk).exists(), **kwargs
        )

    def key(self) -> AccessKey:
        keys = AccessKey.objects.for_environment(self.environment)
        return cast(AccessKey, get_object_or_404(keys, pk=self.kwargs["key_id"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = self.key()
        access_keys.revoke(key)
        return self.done(
            _("Microsoft Entra ID: access key %(key)s revoked.") % {"key": key},
            "#step-keys",
        )
