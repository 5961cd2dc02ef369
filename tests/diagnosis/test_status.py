"""What the front of each page says of an environment whose credentials are dead."""

from __future__ import annotations

import pytest
from django.utils import timezone

from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection
from tests.support.tab import saved, tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def badge(client, contoso):
    """Return what the page says, once Contoso's people sign in with Entra only."""
    client.post(tab(contoso, "connection/"), saved())
    now = timezone.now()
    EntraConnection.objects.update(activated_at=now, confirmed_at=now)
    return lambda: str(client.get(tab(contoso)).context["status"].text)


def used_by(environment):
    settings = configuration.connection_of(environment)
    return settings, credentials.newest(settings)


def test_a_certificate(badge, contoso, settings):
    kept, used = used_by(contoso)
    credentials.use(kept, credentials.with_certificate(used))
    kept.save()
    assert badge() == "Active"

    EntraConnection.objects.update(certificate_expires_on="2020-01-31")
    assert badge() == "Certificate expired"


def test_a_federated_credential(badge, contoso, settings):
    """That the product's settings do not name any more."""
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/token"}
    kept, used = used_by(contoso)
    credentials.use(kept, credentials.with_federation(used, "file"))
    kept.save()
    assert badge() == "Active"

    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {}
    assert badge() == "Federated credential not configured"
