"""The tab on an environment's page in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from entra_scim.conf import conf
from entra_scim.diagnosis import progress
from entra_scim.models import (
    Environment,
)

from . import event_file, later, people, roles, set_up, sign_in
from .deletion import EmptyingMixin
from .events import EventsPage
from .guide import GuidePage
from .kit import KitPage
from .pages import EnvironmentPage
from .shared_guide import SharedGuideView

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's class takes no parameters when it runs.
    ModelAdmin = admin.ModelAdmin

_PAGES: dict[str, tuple[str, type[EnvironmentPage]]] = {
    "entra": ("", set_up.SetUpPage),
    "entra_connection": ("connection/", set_up.ConnectionView),
    "entra_keys": ("keys/", set_up.AccessKeysView),
    "entra_new_key": ("keys/new/", set_up.NewAccessKeyPage),
    "entra_revoke_key": ("keys/<int:key_id>/revoke/", set_up.RevokeKeyPage),
    "entra_roles": ("roles/", roles.RolesView),
    "entra_role_progress": ("roles/progress/", roles.ProgressPage),
    "entra_role": ("roles/<int:role_id>/", roles.RolePage),
    "entra_delete_role": ("roles/<int:role_id>/delete/", roles.DeleteRolePage),
    "entra_people": ("people/", people.PeoplePage),
    "entra_local_people": ("people/local/", people.LocalPeoplePage),
    "entra_forget": ("people/released/<int:released_id>/", people.ForgetPage),
    "entra_person": ("people/<uuid:person_id>/", people.PersonPage),
    "entra_same_person": ("people/<uuid:person_id>/same/", people.SamePersonPage),
    "entra_set_aside": ("people/<uuid:person_id>/set-aside/", people.SetAsidePage),
    "entra_set_former_aside": (
        "people/released/<int:released_id>/set-aside/",
        people.SetFormerAsidePage,
    ),
    "entra_release": ("people/<uuid:person_id>/release/", people.ReleasePage),
    "entra_events": ("events/", EventsPage),
    "entra_events_file": ("events/events.csv", event_file.EventsFile),
    "entra_sign_in": ("sign-in/", sign_in.SignInPage),
    "entra_test": ("sign-in/test/", sign_in.TestView),
    "entra_make_certificate": ("sign-in/certificate/", sign_in.MakeCertificateView),
    "entra_certificate": ("sign-in/certificate.cer", sign_in.CertificateView),
    "entra_activate": ("sign-in/activate/", sign_in.ActivateView),
    "entra_discard": ("sign-in/discard/", sign_in.DiscardView),
    "entra_deactivate": ("sign-in/deactivate/", sign_in.DeactivatePage),
    "entra_guide": ("guide/", GuidePage),
    "entra_kit": ("guide/kit/", KitPage),
    "entra_later": ("later/", later.LaterPage),
    "entra_codes": ("codes/", later.CodesPage),
}


class EntraEnvironmentMixin(EmptyingMixin):
    """Give the admin of an environment the tab "Microsoft Entra ID".

    Put it before ``ModelAdmin``. Who sees and changes the tab is who may view and
    change the environment, by ``get_queryset`` and the permissions of the admin.
    """

    change_form_template = "entra_scim/admin/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        pages: list[URLPattern] = [
            path(
                f"<path:object_id>/entra/{route}",
                self.admin_site.admin_view(view.as_view(model_admin=self)),
                name=f"{prefix}_{name}",
            )
            for name, (route, view) in _PAGES.items()
        ]
        pages.append(
            path(
                "<path:object_id>/entra/guide/shared/<str:token>/",
                SharedGuideView.as_view(),
                name=f"{prefix}_shared_guide",
            )
        )
        return pages + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        environment = kwargs.get("obj")
        if environment is not None:
            context["entra_tab"] = self.tab_url(environment)
            context["entra_badge"] = progress.badge_for(environment)
        return super().render_change_form(request, context, *args, **kwargs)

    def tab_url(self, environment: Any) -> str:
        """Return the URL of an environment's tab."""
        return reverse(
            f"{self.admin_site.name}:"
            f"{self.opts.app_label}_{self.opts.model_name}_entra",
            args=[quote(environment.pk)],
        )


if Environment._meta.label == conf.ENVIRONMENT_MODEL:

    @admin.register(Environment)
    class EnvironmentAdmin(EntraEnvironmentMixin):
        list_display = ("name",)
        search_fields = ("name",)
