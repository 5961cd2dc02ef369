"""Which environment do people with addresses of a domain sign in to?

On a sign-in page that several environments share, the domain of an e-mail address
leads to an Entra. Any administrator of a directory can write any address into it, so
one address that an environment provisions must not lead another customer's people.
"""

from __future__ import annotations

from django.db.models import Count, Q

from entra_scim.activation import lifecycle
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy, get_policy
from entra_scim.text import comparison_keys

_FEWEST = 2
"""One person's address proves nothing of a domain."""


def environment_of(address: str) -> AnyEnvironment | None:
    """Return the active environment that the domain of an address belongs to, or None.

    A policy with ``owns_address`` decides. Without one, a domain belongs to the
    environment of most people who have an address there, of all environments, active
    or not, and of two people at least.

    By the domain alone: the answer must not tell whether the person exists.
    """
    people = (
        ProvisionedUser.objects.filter(domain_key=comparison_keys.domain_key(address))
        .order_by()
        .values_list("environment")
        .annotate(people=Count("pk"), active=Count("pk", filter=Q(active=True)))
    )
    numbers = {environment: rest for environment, *rest in people}
    policy = get_policy()
    everybody = sum(number for number, _active in numbers.values())
    decided_by_policy = type(policy).owns_address is not ProvisioningPolicy.owns_address
    candidates = lifecycle.active_settings().filter(
        environment__in=[pk for pk, (_number, active) in numbers.items() if active]
    )
    found = [
        settings.environment
        for settings in candidates
        if (
            policy.owns_address(settings.environment, address)
            if decided_by_policy
            else numbers[settings.environment_id][1] >= _FEWEST
            and 2 * numbers[settings.environment_id][0] > everybody
        )
    ]
    return found[0] if len(found) == 1 else None
