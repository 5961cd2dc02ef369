"""The plan in words, for people who read it before they press Start."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .program.run import JOB, MADE, TARGET, Notebook

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

_UNDONE: dict[str, str | Promise] = {
    JOB: gettext_lazy("Deletes the provisioning job."),
    "schema": gettext_lazy("Restores the attribute mapping, if the job stays."),
    "secret": gettext_lazy("Deletes the client secret that was added."),
    "certificate": gettext_lazy("Deletes the certificate of this environment."),
    "federated": gettext_lazy("Deletes the federated credential that was added."),
    "consent": gettext_lazy("Takes back the admin consent that was given."),
    "assignment": gettext_lazy("No longer requires assignment."),
    "application": gettext_lazy(
        "Deletes the redirect URI, the address for sign-out, the permission, the claims "
        "and the app roles that were added. People lose the roles in Entra."
    ),
}
"""What is taken back of an application that was there before."""


def undoing(notebook: Notebook) -> list[str]:
    """Return what is taken back in Entra, and what that means for people."""
    target = (notebook.first(TARGET) or {}).get("appId", "")
    if notebook.has(MADE):
        told = [
            _(
                "Deletes the application %(id)s, with its provisioning, its app roles, "
                "its credentials and its consent."
            )
            % {"id": target}
        ]
    else:
        told = [
            _("Keeps the application %(id)s, which was there before.") % {"id": target}
        ]
        told += [
            str(text)
            for name, text in _UNDONE.items()
            if notebook.has(name) or notebook.first(name)
        ]
    told += [
        _("Nobody can sign in with Entra any more, and Entra sends no changes."),
        _("Accounts stay here as they are, with their roles: deactivated people too."),
        _("Other applications in Entra stay as they are."),
    ]
    return told


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
