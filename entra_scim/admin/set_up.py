"""The tab itself: where things stand, and each step with its form."""

from __future__ import annotations

from typing import Any

from entra_scim.diagnosis import expiry, findings, headcount, sign_in_health
from entra_scim.roles import groups, regrants

from . import flow
from .forms import ConnectionForm, RoleForm
from .pages import EnvironmentPage
from .shared_guide import guide_context
from .situation import situation_of
from .step_up import StepUpMixin

_STAGE_OF_FORM = {"connection_form": "connection", "role_form": "roles"}
"""Where a form is that came back with mistakes."""


class SetUpPage(StepUpMixin, EnvironmentPage):
    template_name = "entra_scim/admin/set_up.html"
    page = "set_up"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = self.entra_connection
        mistakes = {
            _STAGE_OF_FORM[name] for name in _STAGE_OF_FORM.keys() & kwargs.keys()
        }
        situation = situation_of(settings)
        facts = situation.facts
        self.last_contact = facts.last_contact
        following = flow.next_step(situation.steps)
        stages = flow.stages_of(situation.steps, mistakes)
        kwargs.setdefault("connection_form", ConnectionForm(settings=settings))
        kwargs.setdefault(
            "role_form",
            RoleForm(
                environment=self.environment, visitor=self.request.user, prefix="role"
            ),
        )
        permissions = groups.numbers_of_permissions(
            {role.group_id for role, _people in facts.roles}
        )
        context = guide_context(self.request, self.environment)
        return super().get_context_data(
            **context
            | {
                "settings": settings,
                "keys": [(key, key in situation.usable) for key in situation.keys],
                "traffic": facts,
                "most_holders": headcount.HOLDERS,
                "findings": [
                    *expiry.findings(settings, situation.usable),
                    *sign_in_health.findings(self.breakage),
                    *findings.findings(facts),
                ],
                "steps": situation.steps,
                "stages": stages,
                "next_step": following,
                "has_sign_in": "redirect_uri" in context["addresses"],
                "next_stage": stages[flow.stage_of(following)] if following else None,
                "proof": situation.proof,
                "pending": regrants.pending_of(self.environment),
                "roles": [
                    (role, people, permissions.get(role.group_id, 0))
                    for role, people in facts.roles
                ],
            }
            | kwargs
        )
