"""Use the installed local Entra by itself, as a product in any language would."""

from __future__ import annotations

import importlib.util
import json
import urllib.request

from entra_emulator.process import local_entra

ID = "5d9e1c9a-3c3f-4a6b-9d50-6f4d2f0c7a11"


def get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Accept-Language": "nl"})
    with urllib.request.urlopen(request, timeout=20) as response:
        text: str = response.read().decode()
        return text


def main() -> None:
    assert importlib.util.find_spec("entra_scim") is None
    tenants = [{"displayName": "Contoso", "id": ID}]
    with local_entra(tenants) as url:
        document = get(f"{url}/{ID}/v2.0/.well-known/openid-configuration")
        assert json.loads(document)["issuer"] == f"{url}/{ID}/v2.0"
        assert "Lokale Entra" in get(f"{url}/portal/")
        assert "color" in get(f"{url}/static/portal.css")
    print("The local Entra runs by itself with its wheel.")


if __name__ == "__main__":
    main()
