"""What jobs of the local Entra did."""

from __future__ import annotations

import datetime

from entra_emulator.provisioning.logs import Status
from entra_scim.models import ProvisionedUser

DAY = datetime.timedelta(days=1)


def groups_of(user):
    return sorted(user.groups.values_list("name", flat=True))


def provisioned(person):
    return ProvisionedUser.objects.select_related("user").get(
        external_id_key__isnull=False, attributes__externalId=person.object_id
    )


def failures(job):
    return [entry for entry in job.log if entry.status == Status.FAILURE]
