"""Save what Entra gave out: the IDs, and the client secret."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from entra_scim.connection import configuration
from entra_scim.secrecy.hiding import without_variables
from entra_scim.web.engines import engine

from . import typed
from .forms import ConnectionForm
from .set_up import SetUpPage


class SaveConnectionView(SetUpPage):
    """Saves the connection, or shows the tab with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = typed.taken_back(request)
        if kept is None:
            return HttpResponseRedirect(self.url("set_up", anchor="step-connection"))
        return self.render_to_response(
            self.get_context_data(connection_form=self.form(kept), **kwargs)
        )

    @without_variables
    def form(self, data: Any) -> ConnectionForm:
        return ConnectionForm(
            data, settings=configuration.connection_of(self.environment)
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        wants_test = request.POST.get("then") == "test"
        if wants_test:
            form.ask_for_proof()
        if not form.is_valid() or (
            form.changes_ids and not self.is_stepped_up(request)
        ):
            return self.render_to_response(
                self.get_context_data(connection_form=form, **kwargs)
            )
        changed = form.save()
        if wants_test:
            return self.to_the_test(form, changed)
        # An anchor of its own, or browsers keep the form's, and skip what comes next.
        standing = self.url("set_up", anchor="standing")
        if not changed:
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(standing)
        return self.done(_saved(form, changed), standing)

    def to_the_test(self, form: ConnectionForm, changed: list[str]) -> HttpResponse:
        """Go on to a test by a page of its own.

        A redirect would be blocked where a Content Security Policy has form-action
        'self': Chromium applies it to where a form ends, redirects included.
        """
        if changed:
            self.done(_saved(form, changed), "")
        page = engine().get_template("entra_scim/sign_in_onward.html")
        return HttpResponse(page.render({"url": self.url("test")}, self.request))


def _saved(form: ConnectionForm, changed: list[str]) -> str:
    names = [str(form.fields[name].label) for name in changed if name in form.fields]
    return _("Microsoft Entra ID: saved %(fields)s.") % {"fields": ", ".join(names)}
