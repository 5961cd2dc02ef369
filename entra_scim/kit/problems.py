"""What keeps a step from being done, in words for a page."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .program.changes import Unsuitable
from .program.graph import Refusal
from .program.run import Stop
from .program.steps import UNKNOWN_FORM, is_about_a_licence

Document = dict[str, Any]

TROUBLE = (Refusal, Unsuitable, Stop, *UNKNOWN_FORM)
"""What keeps a step from being done."""


def of(step: Document, trouble: Exception) -> str | Promise:
    """Return why a step could not be done, and what to do."""
    if isinstance(trouble, Refusal):
        return _explained(step, trouble)
    if isinstance(trouble, (Unsuitable, Stop)):
        return _told(trouble)
    return _(
        "Microsoft Graph answered in a form that is not known here. Do this step by "
        "hand, with the guide."
    )


def _explained(step: Document, refusal: Refusal) -> str | Promise:
    if refusal.status == 401:
        return _(
            "Your sign-in at Entra has expired. Sign in again: what is done stays done."
        )
    if is_about_a_licence(refusal):
        return _(
            "The directory lacks a licence for this step: %(text)s. Ask who manages its "
            "licences for Microsoft Entra ID P1, and try again."
        ) % {"text": refusal.text}
    if refusal.status == 403:
        return _(
            "Entra does not allow this step: %(text)s. You need the role Application "
            "Administrator, and the set-up application needs the permission "
            "%(permission)s. Then try again."
        ) % {"text": refusal.text, "permission": step["permission"]}
    return _(
        "Microsoft Graph answered %(status)s: %(text)s. What is done stays done: try "
        "again in a few minutes."
    ) % {"status": refusal.status or "–", "text": refusal.text}


def _told(reason: Unsuitable | Stop) -> str | Promise:
    """Return what stops a run, in words for a page where those of the script differ."""
    told = _TOLD.get(reason.code)
    return str(reason) if told is None else told % reason.values


_TOLD = {
    "taken": _(
        "Entra has an application of this name already, which is not known to be this "
        "environment's. Delete it there, or save its Application (client) ID in "
        "step 1 to use it. Then try again."
    ),
    "absent": _(
        "The directory that you signed in to does not have the application that is saved "
        "in step 1. Sign in to the right directory, or correct the Application "
        "(client) ID."
    ),
    "sign_in_only": _(
        "The application that is saved in step 1 was made for sign-in alone and "
        "cannot provision. Make one with New application → Create your own application "
        "in Entra, or empty the Application (client) ID."
    ),
    "tenant": _(
        "You signed in to another directory than the one that is saved in step 1. "
        "Sign in there."
    ),
    "several": _(
        "Entra has several applications of this environment (%(ids)s). Delete all but "
        "one under App registrations. Then try again."
    ),
    "raced": _(
        "Somebody else created the application at the same time, so this one was "
        "deleted again. Try again: theirs is used."
    ),
    "other_product": _(
        "The application signs people out at %(url)s, so it belongs to something else. "
        "Save the ID of another application in step 1, or empty Front-channel "
        "logout URL in Entra, under App registrations → Authentication."
    ),
    "role_renamed": _(
        "The app role %(role)s has the Value %(value)s in Entra now. Give both the same: "
        "here under Roles, or in Entra under App registrations → App roles."
    ),
    "role_of_applications": _(
        "The app role %(role)s is for applications only. Allow Users/Groups in Entra, "
        "under App registrations → App roles."
    ),
    "no_template": _(
        "Entra offers no SCIM provisioning for this application. If it was created just "
        "now, try again in ten minutes. Otherwise create one in Entra with New "
        "application → Create your own application."
    ),
    "unreachable": _(
        "Entra could not reach %(url)s with the access key: %(text)s. Nothing was saved. "
        "Make the address reachable from the internet, and try again."
    ),
    "quarantine": _(
        "Entra has put provisioning in quarantine: %(text)s. The events say what was "
        "refused. Solve that, and try again."
    ),
}


def too_long() -> str | Promise:
    return _(
        "Entra does not know the new application everywhere yet. What is done stays "
        "done: try again in ten minutes."
    )


def too_busy() -> str | Promise:
    return _(
        "Microsoft Graph is busy. What is done stays done: try again in a few minutes."
    )


def nothing_there() -> str | Promise:
    return _(
        "The directory that you signed in to does not have the application that was set "
        "up. If it was deleted there, nothing is left to undo. Otherwise, sign in to the "
        "right directory."
    )
