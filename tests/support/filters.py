"""What filters find."""

from __future__ import annotations

from entra_scim.models import ProvisionedUser
from entra_scim.scim.filters import q_of


def found(text, environment):
    people = ProvisionedUser.objects.for_environment(environment)
    return set(people.filter(q_of(text, environment)).values_list("pk", flat=True))
