from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from entra_scim import events
from entra_scim.models import ProvisioningEvent

pytestmark = pytest.mark.django_db


def event_of(environment, days):
    """Make an event of some days ago."""
    event = events.record(environment, ProvisioningEvent.Kind.KEY_CREATED)
    at = timezone.now() - datetime.timedelta(days=days)
    ProvisioningEvent.objects.filter(pk=event.pk).update(at=at)
    return event


def test_prune_deletes_by_age(contoso, fabrikam):
    """Old ones of all environments go, young ones stay."""
    young = event_of(contoso, 9)
    event_of(contoso, 11)
    event_of(fabrikam, 11)
    output = StringIO()

    call_command("entra_prune_events", "--days", "10", stdout=output)

    assert list(ProvisioningEvent.objects.all()) == [young]
    assert output.getvalue() == "2 events deleted.\n"


@pytest.mark.parametrize("days", ["-1", "99999999999999", "x"])
def test_prune_refuses_what_is_no_age(contoso, days):
    """And deletes nothing."""
    event_of(contoso, 900)

    with pytest.raises(CommandError):
        call_command("entra_prune_events", f"--days={days}")

    assert ProvisioningEvent.objects.count() == 1
