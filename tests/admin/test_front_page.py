"""What the admin's front page says of the environments."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.utils import timezone

from entra_scim.models import EntraConnection
from entra_scim.sign_in import sign_ins
from tests.support.sign_in import connect
from tests.support.tab import text_of

pytestmark = pytest.mark.django_db


def test_nobody_can_sign_in(client, administrator, contoso, fabrikam):
    """Where Entra sign-in is active, and to those who administer that environment."""
    for environment in (contoso, fabrikam):
        ids = {"client_id": uuid.uuid4(), "tenant_id": uuid.uuid4()}
        connect(environment, SimpleNamespace(secret="x", **ids), cloud="global")
        sign_ins.record_failure(environment, "AADSTS7000222", "", "ann")
    assert "can sign in with Entra" not in text_of(client.get("/admin/"))

    now = timezone.now()
    EntraConnection.objects.for_environment(fabrikam).update(
        activated_at=now, confirmed_at=now
    )

    text = text_of(client.get("/admin/"))
    assert "nobody of Fabrikam can sign in with Entra: AADSTS7000222." in text
    assert "nobody of Contoso" not in text
    assert "can sign in with Entra" not in text_of(administrator.get("/admin/"))
