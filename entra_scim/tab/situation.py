"""How far an environment is, read once for all that a page shows of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from entra_scim.diagnosis import observations, progress
from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.progress import SetUpStep
from entra_scim.diagnosis.sign_in_health import Breakage
from entra_scim.dialect import RoleFunction
from entra_scim.models import AccessKey, EntraConnection


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The facts of an environment, and the steps that follow from them."""

    keys: list[AccessKey]
    """All access keys, those too that no longer open the endpoint."""

    facts: Facts
    steps: list[progress.Step]

    @property
    def proof(self) -> dict[str, bool]:
        """What real requests and sign-ins show to be right."""
        done = {step.code for step in self.steps if step.done}
        observed = self.facts.observed
        return {
            "connection": SetUpStep.CONTACT in done,
            "roles": SetUpStep.ROLES in done,
            "permissions": SetUpStep.TEST in done,
            "active": SetUpStep.ACTIVE in done,
            "external_id": observed.active > 0
            and not observed.without_object_id
            and not observed.without_external_id,
            "role_mapping": observed.functions[RoleFunction.ASSERTIVE] > 0
            and not observed.functions[RoleFunction.SINGLE]
            and not observed.functions[RoleFunction.ADD_ONLY],
        }


def situation_of(settings: EntraConnection, breakage: Breakage | None) -> Situation:
    """Return how far the environment of a connection is."""
    found = AccessKey.objects.for_environment(settings.environment)
    keys = list(found.select_related("created_by"))
    now = timezone.now()
    facts = Facts(
        connection=settings,
        usable_keys=[key for key in keys if key.is_usable(now)],
        breakage=breakage,
        observed=observations.observe(settings.environment),
    )
    return Situation(keys=keys, facts=facts, steps=progress.steps_of(facts))
