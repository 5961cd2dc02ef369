"""An outside referee: the whole battery of scim2-tester."""

from __future__ import annotations

import pytest
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from entra_scim.connection import access_keys

# The WSGI handler closes connections, so no transaction can span its requests.
pytestmark = pytest.mark.django_db(transaction=True)


def test_scim2_tester_finds_nothing(contoso):
    """Every check of scim2-tester passes."""
    _key, secret = access_keys.create(contoso)
    base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
    client = WSGISCIMClient(
        get_wsgi_application(),
        base_url=f"http://localhost{base}",
        headers={"Authorization": f"Bearer {secret}"},
    )

    results = check_server(client)

    failed = [
        f"{result.title}: {result.reason}"
        for result in results
        if result.status not in (Status.SUCCESS, Status.SKIPPED)
    ]
    assert failed == []
    assert sum(result.status == Status.SUCCESS for result in results) > 50
