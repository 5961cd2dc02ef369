"""Whatever the app writes, it writes in a transaction of the one kind."""

from __future__ import annotations

import datetime
import re
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import access_keys, configuration
from entra_scim.models import AccessKey, ProvisionedUser
from entra_scim.roles import definitions

_WRITE = re.compile(r"(INSERT INTO|INSERT IGNORE INTO|UPDATE|DELETE FROM) .entra_scim_")


@contextmanager
def writes():
    """Collect our writes, each with whether it was in a transaction."""
    found = []

    def note(execute, sql, params, many, context):
        if write := _WRITE.match(sql):
            found.append((connection.in_atomic_block, sql[: write.end() + 30]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@pytest.mark.django_db(transaction=True)
def test_every_writer_opens_a_transaction(active, person, bob, admin, scim, browser):
    """Of those that most of what is written comes by."""
    link = ProvisionedUser.objects.get()
    long_ago = timezone.now() - datetime.timedelta(days=1)
    AccessKey.objects.update(last_used_at=long_ago)
    with writes() as found:
        browser.sign_in()
        browser.client.post(reverse("entra_scim_oidc:sign-out"))
        browser.client.get(reverse("entra_scim_oidc:sign-in"), {"address": "x"})
        path = reverse("entra_scim_oidc:front-channel-logout", args=[active.pk])
        browser.client.get(path, {"sid": "s"})
        scim.patch(
            f"/Users/{link.pk}", {"op": "add", "path": "displayName", "value": "A"}
        )
        scim.post("/Users", {"userName": bob.email, "unheardOf": 1})
        scim.post("/Users", {"userName": ""})
        scim.delete(f"/Users/{link.pk}")
        role = definitions.define(active, "Viewer", by=admin)
        definitions.remove(role, by=admin)
        access_keys.revoke(access_keys.create(active)[0])
        configuration.reencrypt(configuration.connection_of(active))
        call_command("entra_prune_events", days=0)

    outside = [sql for is_inside, sql in found if not is_inside]
    assert len(found) > 20
    assert outside == []
