"""The pages of the tab, by resource, with the names that their URLs have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, URLResolver, include, path

from . import (
    activation,
    certificates,
    connection,
    event_file,
    events,
    guide,
    keys,
    kit,
    later,
    people,
    roles,
    set_up,
    shared_guide,
    sign_in,
)
from .links import APP_NAME, instance_name
from .pages import EnvironmentPage

if TYPE_CHECKING:
    from .environment import EntraEnvironmentMixin

PAGES: dict[str, dict[str, tuple[str, type[EnvironmentPage]]]] = {
    "": {
        "set_up": ("", set_up.SetUpPage),
        "save_connection": ("connection/", connection.SaveConnectionView),
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
        "activate": ("activate/", activation.ActivateView),
        "turn_off": ("deactivate/", activation.TurnOffPage),
    },
    "guide/": {
        "guide": ("", guide.GuidePage),
        "kit": ("kit/", kit.KitPage),
    },
}


def urls_of(
    model_admin: EntraEnvironmentMixin, guarded: Callable[[Any], Any]
) -> URLResolver:
    """Return the URLs of the tab in an admin; ``guarded`` lets only its visitors in."""
    patterns: list[URLPattern] = [
        path(
            f"{resource}{route}",
            guarded(page.as_view(model_admin=model_admin)),
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
    return path(
        "<path:object_id>/entra/",
        include((patterns, APP_NAME), namespace=instance_name(model_admin)),
    )
