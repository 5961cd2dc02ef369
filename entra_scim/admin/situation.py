"""How far an environment is, read once for all that a page shows of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from entra_scim.diagnosis import observations, progress
from entra_scim.dialect import RoleFunction
from entra_scim.models import AccessKey, EntraConnection


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The facts of an environment, and the steps that follow from them."""

    keys: list[AccessKey]
    usable: list[AccessKey]
    """Those of the keys that open the endpoint now."""

    facts: observations.Observations
    steps: list[progress.Step]

    @property
    def proof(self) -> dict[str, bool]:
        """What real requests and sign-ins show to be right."""
        done = {step.code for step in self.steps if step.done}
        facts = self.facts
        return {
            "connection": progress.StepCode.CONTACT in done,
            "roles": progress.StepCode.ROLES in done,
            "permissions": progress.StepCode.TEST in done,
            "external_id": facts.active > 0
            and not facts.without_object_id
            and not facts.without_external_id,
            "role_mapping": facts.functions[RoleFunction.ASSERTIVE] > 0
            and not facts.functions[RoleFunction.SINGLE]
            and not facts.functions[RoleFunction.ADD_ONLY],
        }


def situation_of(settings: EntraConnection) -> Situation:
    """Return how far the environment of a connection is."""
    keys = AccessKey.objects.for_environment(settings.environment)
    found = list(keys.select_related("created_by"))
    now = timezone.now()
    usable = [key for key in found if key.is_usable(now)]
    facts = observations.observe(settings.environment)
    return Situation(
        keys=found,
        usable=usable,
        facts=facts,
        steps=progress.steps_of(settings, usable, facts),
    )
