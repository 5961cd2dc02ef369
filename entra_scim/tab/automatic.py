"""Setting up Entra without leaving the tab: sign in there, read the plan, press Start.

Each request does one step, and the page asks for the next by itself. So no request
takes longer than one of Graph's answers, and progress is what has happened.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.connection import access_keys, configuration, encryption
from entra_scim.kit import automatic, grants, holding, notes
from entra_scim.kit.environments import cloud_of, wanted_of
from entra_scim.kit.graph import GraphOverHttp
from entra_scim.kit.plan import KitError, plan
from entra_scim.kit.words import STEPS, sentences, undoing
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.web import names

from .pages import EnvironmentPage
from .step_up import StepUpMixin
from .undoing import take_back

_RUN = "entra_scim_set_up_run"
_KEY = "entra_scim_set_up_key"


# What was noted before a request to Graph must outlive a worker that dies in it, also
# where each request is a transaction.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class AutomaticPage(StepUpMixin, EnvironmentPage):
    """Shows the plan, or how far it is, and does the next step of a run that began."""

    template_name = "entra_scim/tab/automatic.html"
    page = "guide"
    title = gettext_lazy("Set up Entra for me")

    @cached_property
    def grant(self) -> grants.Grant | None:
        """What the visitor lets the product do in Entra."""
        return grants.of(self.request.session, self.environment)

    @cached_property
    def cloud(self) -> str:
        return cloud_of(self.entra_connection)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.run_of(request)
        if run is None or not self.can_change:
            return self.shown(run, **kwargs)
        if run["is_running"]:
            run = self.advanced(request, run)
        response = self.shown(run, **kwargs)
        if run["is_running"]:
            response["Refresh"] = str(max(run["pause"], 0))
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("action", "")
        if action == "discard":
            self.forget(request)
            return self.done(
                _("Microsoft Entra ID: discarded the sign-in."), self.url("guide")
            )
        if self.grant is None:
            messages.error(request, _("Sign in to Entra first."))
            return HttpResponseRedirect(self.url("automatic"))
        if action == "check":
            return self.checked(**kwargs)
        if action == "undo":
            return self.shown(self.run_of(request), **kwargs, is_undoing=True)
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("automatic"))
        if action == "undo_confirmed":
            return self.undone(request)
        run = self.run_of(request)
        if (
            run is None
            or automatic.is_done(run)
            or run["tenant"] != self.grant.tenant_id
        ):
            run = self.new_run()
        if run is not None:
            run |= {"is_running": True, "problem": "", "attempts": 0}
            self.kept(run)
        return HttpResponseRedirect(self.url("automatic"))

    def run_of(self, request: HttpRequest) -> dict[str, Any] | None:
        """Return the visitor's run for this environment, if there is one."""
        run: dict[str, Any] | None = request.session.get(_RUN)
        if run is None or run["environment"] != str(self.environment.pk):
            return None
        return run

    def new_run(self) -> dict[str, Any] | None:
        made = self.made_plan()
        if made is None:
            return None
        return automatic.new_run(made) | {
            "environment": str(self.environment.pk),
            "holder": secrets.token_hex(16),
            "tenant": self.grant.tenant_id if self.grant else "",
            "is_running": True,
            "plan": made,
        }

    def made_plan(self) -> dict[str, Any] | None:
        """Return the plan, or None after saying why there is none."""
        try:
            return plan(
                wanted_of(
                    self.environment,
                    self.request.build_absolute_uri,
                    notification_address=_email_of(self.request.user),
                    any_recipient=True,
                )
            )
        except KitError as error:
            messages.error(self.request, str(error))
            return None

    def advanced(self, request: HttpRequest, run: dict[str, Any]) -> dict[str, Any]:
        """Do the next step, and return how the run stands after that."""
        if self.grant is None:
            problem = _(
                "Your sign-in at Entra has expired. Sign in again: what is done stays "
                "done."
            )
            return self.kept(run | {"is_running": False, "problem": problem})
        if not holding.hold(self.environment, run["holder"]):
            # In another tab, or somebody else.
            return run | {"pause": 3, "is_held": True}
        try:
            after = automatic.advance(
                self.environment,
                run["plan"],
                run,
                GraphOverHttp(run["plan"]["graph"], self.grant.token),
                automatic.Keeper(access_key=self.access_key, keep_secret=self.save),
            )
        finally:
            holding.release(self.environment, run["holder"], for_good=False)
        if after["is_expired"]:
            grants.forget(request.session)
            self.grant = None
        after["is_running"] = not after["problem"]
        if automatic.is_done(after):
            self.finish(after)
            after["is_running"] = False
        if not after["is_running"]:
            holding.release(self.environment, run["holder"], for_good=True)
        return self.kept(after)

    def kept(self, run: dict[str, Any]) -> dict[str, Any]:
        self.request.session[_RUN] = run
        return run

    @without_variables
    def access_key(self) -> str:
        """Return a key for Entra: of several attempts at saving it, one and the same."""
        purpose = f"set-up key {self.environment.pk}"
        if kept := self.request.session.get(_KEY):
            try:
                return encryption.unseal(purpose, kept)
            except encryption.Unreadable:
                pass
        _key, secret = access_keys.create(self.environment, self.request.user)
        self.request.session[_KEY] = encryption.seal(purpose, secret)
        return secret

    @without_variables
    def save(self, found: dict[str, Any], secret: Secret, ends: str = "") -> None:
        """Save the application, and with it a client secret that nobody ever sees."""
        settings = configuration.connection_of(self.environment)
        if secret or str(settings.client_id) != found["appId"]:
            configuration.save(
                settings,
                client_id=uuid.UUID(found["appId"]),
                tenant_id=uuid.UUID(found["tenant"]),
                cloud=self.cloud,
                client_secret=secret,
                client_secret_expires_on=_day(ends),
            )

    def finish(self, run: dict[str, Any]) -> None:
        """Save the connection, and forget what Entra granted."""
        self.save(run["found"], Secret(""))
        if run["needs_consent"]:
            run["consent_address"] = automatic.consent_address(
                run["plan"], run["found"]
            )
        self.request.session.pop(_KEY, None)
        grants.forget(self.request.session)
        self.grant = None
        del run["plan"]

    def forget(self, request: HttpRequest) -> None:
        if run := self.run_of(request):
            holding.release(self.environment, run["holder"], for_good=True)
        for name in (_RUN, _KEY):
            request.session.pop(name, None)
        grants.forget(request.session)

    def undone(self, request: HttpRequest) -> HttpResponse:
        """Take back in Entra what the runs made, or say why not."""
        made = self.made_plan()
        if made is None or self.grant is None:
            return HttpResponseRedirect(self.url("automatic"))
        if problem := take_back(self.entra_connection, made, self.grant.token):
            messages.error(request, problem)
            return HttpResponseRedirect(self.url("automatic"))
        self.forget(request)
        return self.done(
            _(
                "Microsoft Entra ID: undid the set-up in Entra. Revoke the access key "
                "here, and empty the connection."
            ),
            self.url("guide"),
        )

    def checked(self, **kwargs: Any) -> HttpResponse:
        """Compare Entra with the plan, and change nothing."""
        made = self.made_plan()
        if made is None or self.grant is None:
            return HttpResponseRedirect(self.url("automatic"))
        found, problem = automatic.differences(
            self.environment, made, GraphOverHttp(made["graph"], self.grant.token)
        )
        return self.shown(
            self.run_of(self.request),
            **kwargs,
            is_checked=True,
            differences=found,
            check_problem=problem,
        )

    def shown(self, run: dict[str, Any] | None, **kwargs: Any) -> HttpResponse:
        context = {
            "is_checked": False,
            "differences": [],
            "check_problem": "",
            "is_undoing": False,
        } | kwargs
        can_undo = self.grant is not None and notes.can_undo(self.environment)
        if run is not None and self.grant is not None and automatic.is_done(run):
            run = None  # a new one may begin
        made = self.made_plan() if run is None and self.grant is not None else None
        is_done = bool(run and automatic.is_done(run))
        return self.render_to_response(
            self.get_context_data(
                is_offered=grants.is_offered(self.cloud),
                grant=self.grant,
                has_run=run is not None,
                is_running=bool(run and run["is_running"]),
                is_held=bool(run and run.get("is_held")),
                problem=run["problem"] if run else "",
                is_done=is_done,
                consent_address=run.get("consent_address", "") if run else "",
                can_undo=can_undo,
                undoing=undoing(notes.notebook_of(self.environment)),
                sentences=sentences(made) if made else [],
                steps=[
                    (title, _state_of(run, position))
                    for position, title in enumerate(STEPS.values())
                ],
                number=run["next"] if run else 0,
                total=len(STEPS),
                **context,
            )
        )


class AutomaticSignInRedirect(EnvironmentPage):
    """Begins the sign-in at Entra: by a link, as a test does."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.can_change:
            messages.error(request, _("You may look at this page, but not change it."))
            return HttpResponseRedirect(self.url("guide"))
        grants.ask(request.session, self.environment)
        path = reverse(
            names.full("entra_scim_oidc:set-up"), args=[str(self.environment.pk)]
        )
        query = urlencode({"next": self.url("automatic")})
        return HttpResponseRedirect(f"{path}?{query}")


def _state_of(run: dict[str, Any] | None, position: int) -> str:
    if run is None or position > run["next"]:
        return "waiting"
    if position < run["next"]:
        return "done"
    return "failed" if run["problem"] else "running"


def _email_of(visitor: Any) -> str:
    return getattr(visitor, visitor.get_email_field_name(), "") or ""


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
