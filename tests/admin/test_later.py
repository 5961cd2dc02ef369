"""What expires, and what every code means."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone

from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.explanations.sign_in_codes import EXPLANATIONS
from entra_scim.models import (
    AccessKey,
)
from tests.support.tab import saved, tab, text_of

pytestmark = pytest.mark.django_db


class TestLater:
    def test_what_expires_when(self, client, contoso):
        """In the order in which it does; what has no date comes last."""
        assert "Nothing yet." in text_of(client.get(tab(contoso, "later/")))
        client.post(tab(contoso, "connection/"), saved())
        access_keys.create(contoso)
        ends, _secret = access_keys.create(contoso)
        soon = timezone.now() + datetime.timedelta(days=3)
        AccessKey.objects.filter(pk=ends.pk).update(expires_at=soon)

        expiries = client.get(tab(contoso, "later/")).context["expiries"]

        steps = [link.url.partition("#")[2] for _expiry, link in expiries]
        assert steps == ["step-keys", "step-test", "step-keys"]
        assert [bool(expiry.on) for expiry, _link in expiries] == [True, True, False]

    def test_a_certificate_expires_in_place_of_a_secret(self, client, contoso):
        client.post(tab(contoso, "connection/"), saved())
        kept = configuration.connection_of(contoso)
        made = credentials.with_certificate(credentials.newest(kept))
        credentials.use(kept, made)
        kept.save()

        [(expiry, _link)] = client.get(tab(contoso, "later/")).context["expiries"]

        assert str(expiry.what) == "the certificate"
        assert expiry.on == made.certificate_expires_on

    def test_all_codes_are_explained(self, client, contoso):
        """On one page, which the browser can search."""
        page = client.get(tab(contoso, "codes/")).content.decode()

        listed = set(re.findall(r'<code id="(AADSTS\d+)"', page))
        assert listed == {
            code
            for codes in EXPLANATIONS
            for code in codes
            if code.startswith("AADSTS")
        }
        assert "Nobody can sign in until this is done." in page
