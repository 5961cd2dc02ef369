"""The plan in words, for people who read it before they press Start."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STEPS: dict[str, str | Promise] = {
    "application": gettext_lazy("Find or create the application"),
    "registration": gettext_lazy("Redirect URI, sign-out, permission and app roles"),
    "assignment": gettext_lazy("Require assignment"),
    "template": gettext_lazy("Find the provisioning template"),
    "find_job": gettext_lazy("Find the provisioning job"),
    "credentials": gettext_lazy("Try and save Tenant URL and access key"),
    "job": gettext_lazy("Create the provisioning job"),
    "schema": gettext_lazy("Set the attribute mapping"),
    "start": gettext_lazy("Start provisioning"),
    "proof": gettext_lazy("Add what sign-in proves itself with"),
    "consent": gettext_lazy("Give admin consent"),
}
"""What each step does, by the names that the plan has for them."""


def sentences(plan: dict[str, Any]) -> list[str]:
    """Return what a plan does in Entra, in its order. What is there already stays."""
    application = plan["application"]
    roles = ", ".join(role["value"] for role in application["appRoles"])
    if plan["clientId"]:
        found = _("Uses the application %(id)s.") % {"id": plan["clientId"]}
    else:
        found = _("Creates the enterprise application %(name)s.") % {
            "name": plan["name"]
        }
    told = [
        found,
        _("Sets the redirect URI %(uri)s, and the address for sign-out.")
        % {"uri": application["redirectUri"]},
        _("Adds the permission User.Read, and the claims sid and auth_time."),
    ]
    if roles:
        told.append(_("Adds the app roles %(roles)s.") % {"roles": roles})
    told += [
        _("Requires assignment: only people that you assign can sign in."),
        _("Generates an access key here, and saves it in Entra with the Tenant URL."),
        _("Maps externalId and roles, and provisions no groups."),
        _("Starts provisioning of the people that you assign."),
    ]
    if plan["federated"]:
        told.append(_("Trusts the federated credential of this product."))
    elif plan["certificate"]:
        told.append(_("Adds the certificate of this environment."))
    elif plan["needsSecret"]:
        told.append(
            _("Adds a client secret, and saves it here. It is shown to nobody.")
        )
    told.append(_("Consents for everybody, so that nobody is asked when signing in."))
    return told
