"""Save what Entra gave out: the IDs, and the client secret."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from entra_scim.connection import configuration

from .forms import ConnectionForm
from .set_up import SetUpPage


class SaveConnectionView(SetUpPage):
    """Saves the connection, or shows the tab with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("set_up", anchor="step-connection"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ConnectionForm(
            request.POST, settings=configuration.connection_of(self.environment)
        )
        if not form.is_valid() or not self.is_stepped_up(request):
            return self.render_to_response(
                self.get_context_data(connection_form=form, **kwargs)
            )
        changed = form.save()
        # An anchor of its own, or browsers keep the form's, and skip what comes next.
        standing = self.url("set_up", anchor="standing")
        if not changed:
            messages.info(request, _("Nothing has changed."))
            return HttpResponseRedirect(standing)
        names = ", ".join(
            str(form.fields[name].label) for name in changed if name in form.fields
        )
        return self.done(
            _("Microsoft Entra ID: saved %(fields)s.") % {"fields": names}, standing
        )
