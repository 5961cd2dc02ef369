"""The local Entra as other programs start it."""

from __future__ import annotations

import pytest
import requests

from entra_emulator.process import NotStarted, local_entra

ID = "5d9e1c9a-3c3f-4a6b-9d50-6f4d2f0c7a11"


def test_it_serves_the_tenants_that_it_is_given(monkeypatch):
    """Whatever Django project it is started from."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "product.settings")

    with local_entra(
        [{"displayName": "Fabrikam", "id": ID}],
        links={"Product": "http://127.0.0.1:8000/"},
    ) as url:
        page = requests.get(url, timeout=20, headers={"Accept-Language": "nl"})
        issuer = requests.get(
            f"{url}/{ID}/v2.0/.well-known/openid-configuration", timeout=20
        ).json()["issuer"]

    assert "Fabrikam" in page.text
    assert "Lokale Entra" in page.text
    assert 'href="http://127.0.0.1:8000/"' in page.text
    assert issuer == f"{url}/{ID}/v2.0"


def test_what_is_wrong_is_told(capfd):
    with pytest.raises(NotStarted), local_entra([{}]):
        pass

    assert "0.displayName: Field required" in capfd.readouterr().err
