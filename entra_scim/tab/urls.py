"""The pages of the tab, by resource, with the names that their URLs have."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from . import (
    activation,
    automatic,
    certificates,
    connection,
    event_file,
    events,
    federated,
    guide,
    guide_links,
    keys,
    kit,
    later,
    pausing,
    people,
    roles,
    schema,
    set_up,
    shared_guide,
    sign_in,
)
from .mounts import Mount, OwnPages
from .pages import EnvironmentPage
from .typed import keeping

PAGES: dict[str, dict[str, tuple[str, type[EnvironmentPage]]]] = {
    "": {
        "set_up": ("", set_up.SetUpPage),
        "progress": ("progress/", set_up.ProgressPage),
        "save_connection": ("connection/", connection.SaveConnectionView),
        "pause": ("pause/", pausing.PausePage),
        "resume": ("resume/", pausing.ResumePage),
        "later": ("later/", later.LaterPage),
        "codes": ("codes/", later.CodesPage),
    },
    "keys/": {
        "create_key": ("", keys.CreateKeyView),
        "new_key": ("new/", keys.NewKeyPage),
        "revoke_key": ("<int:key_id>/revoke/", keys.RevokeKeyPage),
    },
    "roles/": {
        "define_role": ("", roles.DefineRoleView),
        "define_unknown_roles": ("unknown/", roles.DefineUnknownRolesView),
        "role_progress": ("progress/", roles.RoleProgressPage),
        "role": ("<int:role_id>/", roles.RolePage),
        "remove_role": ("<int:role_id>/delete/", roles.RemoveRolePage),
    },
    "people/": {
        "people": ("", people.PeoplePage),
        "local_people": ("local/", people.LocalPeoplePage),
        "forget": ("released/<int:released_id>/", people.ForgetPage),
        "set_former_aside": (
            "released/<int:released_id>/set-aside/",
            people.SetFormerAsidePage,
        ),
        "person": ("<uuid:person_id>/", people.PersonPage),
        "same_person": ("<uuid:person_id>/same/", people.SamePersonPage),
        "set_aside": ("<uuid:person_id>/set-aside/", people.SetAsidePage),
        "release": ("<uuid:person_id>/release/", people.ReleasePage),
    },
    "events/": {
        "events": ("", events.EventsPage),
        "events_file": ("events.csv", event_file.EventsFile),
    },
    "sign-in/": {
        "sign_in": ("", sign_in.SignInPage),
        "test": ("test/", sign_in.TestRedirect),
        "discard": ("discard/", sign_in.DiscardView),
        "create_certificate": ("certificate/", certificates.CreateCertificateView),
        "certificate": ("certificate.cer", certificates.CertificateFile),
        "federation": ("federated/", federated.FederatedCredentialPage),
        "activate": ("activate/", activation.ActivateView),
        "turn_off": ("deactivate/", activation.TurnOffPage),
    },
    "guide/": {
        "guide": ("", guide.GuidePage),
        "create_guide_link": ("links/", guide_links.CreateGuideLinkView),
        "revoke_guide_link": (
            "links/<int:link_id>/revoke/",
            guide_links.RevokeGuideLinkView,
        ),
        "automatic": ("automatic/", automatic.AutomaticPage),
        "automatic_sign_in": (
            "automatic/sign-in/",
            automatic.AutomaticSignInRedirect,
        ),
        "kit": ("kit/", kit.KitPage),
        "edit_schema": ("schema/", schema.EditSchemaView),
    },
}


_PARAMETER = re.compile(r"<\w+:(\w+)>")


def patterns_of(mount: Mount, guarded: Callable[[Any], Any]) -> list[URLPattern]:
    """Return the URLs of the tab at a place; ``guarded`` lets only its visitors in."""
    patterns: list[URLPattern] = [
        path(
            f"{resource}{route}",
            keeping(
                guarded(
                    page.as_view(
                        mount=mount, parameters=tuple(_PARAMETER.findall(route))
                    )
                )
            ),
            name=name,
        )
        for resource, pages in PAGES.items()
        for name, (route, page) in pages.items()
    ]
    patterns.append(
        path(
            "guide/shared/<str:token>/",
            shared_guide.SharedGuidePage.as_view(),
            name="shared_guide",
        )
    )
    return patterns


def _for_people_who_are_signed_in(view: Any) -> Any:
    return never_cache(csrf_protect(login_required(view)))


app_name = "entra_tab"
urlpatterns = patterns_of(OwnPages(), _for_people_who_are_signed_in)
"""For a product's own settings area: ``path("settings/<environment>/entra/", include(…))``."""
