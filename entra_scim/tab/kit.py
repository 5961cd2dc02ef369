"""The set-up kit: files that do in Entra what the guide tells people to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from entra_scim.kit.environments import wanted_of
from entra_scim.kit.forms import FORMATS, file_name
from entra_scim.kit.plan import KitError, plan

from .guide import GuidePage
from .kit_forms import KitForm


class KitPage(GuidePage):
    """Gives out the file that was asked for, or the guide with what is wrong."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = KitForm(request.GET)
        if form.is_valid():
            chosen = form.cleaned_data
            extension = chosen["format"]
            try:
                made = self.plan(
                    notification_address=chosen["notification_address"],
                    deletion_threshold=chosen["deletion_threshold"],
                )
            except KitError as error:
                form.add_error(None, str(error))
            else:
                name = file_name(str(self.environment.pk), extension)
                return _download(FORMATS[extension](made, name), name)
        return self.render_to_response(self.get_context_data(kit_form=form, **kwargs))

    def plan(self, **chosen: Any) -> dict[str, Any]:
        return plan(
            wanted_of(self.environment, self.request.build_absolute_uri, **chosen)
        )


def _download(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
