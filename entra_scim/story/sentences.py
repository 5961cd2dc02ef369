"""An event in one sentence, for an administrator to read."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from entra_scim.explanations import sign_in_codes
from entra_scim.explanations.refusals import MESSAGES, REMEDIES
from entra_scim.models import ProvisioningEvent
from entra_scim.models.event import ERASED

_ROLE_CHANGES = {"roles_added", "roles_removed", "roles_unknown"}


def sentence_of(event: ProvisioningEvent) -> str:
    """Return an event in one sentence, in the language of the reader."""
    name, what = name_in(event), what_happened(event)
    return f"{name}: {what}" if name else what


def name_in(event: ProvisioningEvent) -> str:
    """Return who or what an event is about, as it was called then."""
    return _("erased person") if event.name == ERASED else event.name


def what_happened(event: ProvisioningEvent) -> str:
    """Return what happened, and how often, without saying to whom."""
    what = "; ".join(_parts(event)) or str(event.get_kind_display())
    if event.count > 1:
        what = _("%(what)s (%(count)d times)") % {"what": what, "count": event.count}
    return what


def _parts(event: ProvisioningEvent) -> Iterator[str]:
    changes = event.changes
    attributes = [
        attribute
        for attribute in changes.get("attributes", ())
        if attribute != "roles" or not _ROLE_CHANGES & changes.keys()
    ]
    if event.kind != event.Kind.UPDATED:
        yield _kind_of(event)
        attributes = [name for name in attributes if name != "active"]
    for name in changes.get("formerly", ()):
        yield _("formerly %(name)s") % {"name": name}
    if attributes:
        yield _("%(attributes)s changed") % {"attributes": ", ".join(attributes)}
    for role in changes.get("roles_added", ()):
        yield _("role %(role)s added") % {"role": role}
    for role in changes.get("roles_removed", ()):
        yield _("role %(role)s removed") % {"role": role}
    for role in changes.get("roles_unknown", ()):
        yield _("role %(role)s received, but no role has that name here") % {
            "role": role
        }
    if "hook_failed" in changes:
        yield _(
            "a part of this product failed at it, and it was done all the same: ask "
            "the support of this product"
        )
    for kept in changes.get("kept", ()):
        yield _kept(**kept)
    if "people" in changes:
        yield _("people concerned: %(count)d") % {"count": changes["people"]}


def _kind_of(event: ProvisioningEvent) -> str:
    if event.detail or event.reason:
        return f"{event.get_kind_display()}: {_explanation(event)}"
    if event.kind == event.Kind.RELEASED and "unaffected" in event.changes:
        return _("unlinked by hand, the account keeps its access")
    if event.kind == event.Kind.RELEASED and not event.key_hint:
        return _("unlinked by hand, now inactive")
    return str(event.get_kind_display())


def _kept(attribute: str, reason: str, detail: str) -> str:
    why = str(MESSAGES.get(reason, detail)).rstrip(".")
    if not attribute:
        return _("the rest of the request was left out: %(why)s") % {"why": why}
    return _("%(attribute)s kept as it was: %(why)s") % {
        "attribute": attribute.rpartition(":")[2],
        "why": why,
    }


def _explanation(event: ProvisioningEvent) -> str:
    failed = (event.Kind.SIGN_IN_FAILED, event.Kind.TEST_FAILED)
    if event.kind in failed and sign_in_codes.is_known(event.reason):
        return sign_in_codes.told(event.reason)
    detail = MESSAGES.get(event.reason, event.detail)
    return f"{detail} {REMEDIES.get(event.reason, '')}".rstrip()
