"""The tab itself: where things stand, and each step with its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from entra_scim.diagnosis import headcount, observations
from entra_scim.diagnosis.findings.registry import findings
from entra_scim.diagnosis.progress import SetUpStep, Step
from entra_scim.models import AccessKey, EntraConnection, EnvironmentRole
from entra_scim.roles import groups, product_roles, reasons, regrants

from . import flow, questions
from .forms import ConnectionForm
from .key_use import key_use_of
from .kit_forms import SchemaForm
from .last_cycle import last_cycle_of
from .pages import EnvironmentPage
from .places import shown
from .role_form import RoleForm
from .shared_guide import guide_context
from .situation import situation_of
from .sorting import Column, Sorting
from .step_up import StepUpMixin

_STAGE_OF_FORM = {
    "role_form": "roles",
    "schema_form": "mapping",
    "edited": "mapping",
}
"""Where a form is that came back with mistakes."""

_MOST_IDLE = 3
"""How many roles that nobody has are offered for a new name, beside each value."""

_ROLE_COLUMNS = {
    "name": Column(),
    "grants": Column(),
    "people": Column(starts_descending=True),
}


class SetUpPage(StepUpMixin, EnvironmentPage):
    template_name = "entra_scim/tab/set_up.html"
    page = "set_up"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = self.entra_connection
        mistakes = {
            _STAGE_OF_FORM[name] for name in _STAGE_OF_FORM.keys() & kwargs.keys()
        } | _stages_of_connection(kwargs.get("connection_form"))
        situation = situation_of(settings, self.breakage)
        facts = situation.facts.observed
        self.last_contact = facts.last_contact
        following = flow.next_step(situation.steps)
        sorting = Sorting(self.request.GET, _ROLE_COLUMNS, parameter="roles")
        # A list that was just sorted stays in sight.
        opened = mistakes | ({"roles"} if sorting.is_chosen else set())
        if "edited" in kwargs:
            opened |= {"people"}  # where one goes on once it is copied back
        stages = flow.stages_of(situation.steps, opened)
        kwargs.setdefault("connection_form", ConnectionForm(settings=settings))
        kwargs.setdefault(
            "role_form",
            RoleForm(
                environment=self.environment, visitor=self.request.user, prefix="role"
            ),
        )
        kwargs.setdefault("schema_form", SchemaForm() if self.can_change else None)
        permissions = groups.numbers_of_permissions(
            {role.group_id for role, _people in facts.roles} - {None}
        )
        granted = reasons.granted_by_role(self.environment)
        context = guide_context(self.request, self.environment, settings)
        return super().get_context_data(
            **context
            | {
                "settings": settings,
                "inputs": _inputs_of(kwargs["connection_form"], situation.steps)
                if self.can_change
                else None,
                "keys": [
                    (key, key in situation.facts.usable_keys) for key in situation.keys
                ],
                "traffic": facts,
                "most_holders": headcount.HOLDERS,
                "findings": shown(self, findings(situation.facts)),
                "steps": situation.steps,
                "stages": stages,
                "next_step": following,
                "new_roles": _new_roles(facts),
                "idle_roles": [role for role, people in facts.roles if not people][
                    :_MOST_IDLE
                ],
                "has_sign_in": bool(context["addresses"]["redirect_uri"]),
                "next_stage": stages[flow.stage_of(following)] if following else None,
                "proof": situation.proof,
                "key_use": key_use_of(situation.facts.usable_keys, facts.last_contact),
                "pending": regrants.pending_of(self.environment),
                "last_cycle": last_cycle_of(
                    facts,
                    is_paused=settings.paused_at is not None,
                    has_key=bool(situation.facts.usable_keys),
                ),
                "questions": questions.links_from(self) if facts.last_contact else [],
                "key_in_use": _key_in_use(situation.keys),
                "sorting": sorting,
                "roles": _sorted(
                    [
                        (
                            role,
                            people,
                            permissions.get(role.group_id, 0),
                            granted[role.value],
                        )
                        for role, people in facts.roles
                    ],
                    sorting,
                ),
            }
            | kwargs
        )


class ProgressPage(SetUpPage):
    """What changes on the set-up by what Entra does, for a script to put in its place."""

    template_name = "entra_scim/tab/progress.html"
    http_method_names = ["get"]


def _stages_of_connection(form: ConnectionForm | None) -> set[str]:
    """Return the stages where the form of the connection has to be looked at again."""
    if form is None:
        return set()
    is_later = {name in form.LATER for name in form.errors} or {True, False}
    return {"test" if later else "connection" for later in is_later}


def _new_roles(facts: observations.Observations) -> list[str]:
    """Return the values that Entra sent, and that become roles without a choice."""
    if product_roles.are_kept():
        return []
    return [one.value for one in facts.unknown_roles if one.can_be_a_role]


def _key_in_use(keys: list[AccessKey]) -> AccessKey | None:
    """Return the key that Entra came with last, if it ever came."""
    used = [key for key in keys if key.last_used_at]
    return max(used, key=lambda key: (key.last_used_at, key.pk), default=None)


def _sorted(
    rows: list[tuple[EnvironmentRole, int, int, reasons.Granted]], sorting: Sorting
) -> list[tuple[EnvironmentRole, int, int, reasons.Granted]]:
    """Return the list of roles in the order that the visitor asks for."""

    def key(row: tuple[EnvironmentRole, int, int, reasons.Granted]) -> tuple[Any, ...]:
        role, people, _permissions, granted = row
        name = (role.value.casefold(), role.value)
        match sorting.column:
            case "people":
                return (people, *name)
            case "grants":
                return (granted.name.casefold(), *name)
        return name

    return sorted(rows, key=key, reverse=sorting.is_descending)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The fields of a connection, each with its note, beside the steps they belong to.

    They are one form: what was typed for another step is saved too, and not lost.
    """

    form: ConnectionForm
    ids: list[tuple[BoundField, str]]
    secret: list[tuple[BoundField, str]]
    term: BoundField
    expires_on: list[tuple[BoundField, str]]
    has_ids: bool
    has_proof: bool
    """Whether something is saved that sign-in can prove itself with."""


def _inputs_of(form: ConnectionForm, steps: list[Step]) -> Inputs:
    return Inputs(
        form=form,
        ids=[(form[name], "") for name in form.IDS],
        secret=[(form["client_secret"], _note_of_secret(form, form.settings))],
        term=form["client_secret_term"],
        expires_on=[(form["client_secret_expires_on"], "")],
        has_ids=form.current is not None or form.settings.has_ids,
        has_proof=any(
            step.done for step in steps if step.code == SetUpStep.CREDENTIALS
        ),
    )


def _note_of_secret(form: ConnectionForm, settings: EntraConnection) -> str:
    current = form.current
    if current is not None and current.client_secret:
        changed = settings.client_secret_changed_at
        moment = date_format(localtime(changed), "DATETIME_FORMAT") if changed else ""
        ends = current.client_secret_expires_on
        return _(
            "Saved on %(time)s: a client secret that expires on %(date)s. Leave this "
            "empty to keep it."
        ) % {"time": moment, "date": date_format(ends) if ends else "–"}
    if current is not None and current.certificate:
        return _("A certificate is in use. Leave this empty to keep it.")
    if current is not None and current.federation:
        return _("A federated credential is in use. Leave this empty to keep it.")
    return _("Paste the column Value, not the Secret ID.")
