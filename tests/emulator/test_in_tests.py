"""The local Entra in the process of somebody's tests."""

from __future__ import annotations

from wsgiref.util import setup_testing_defaults

from django.urls import reverse

from entra_emulator.site import EmulatorSite


def test_the_project_s_urls_stay_its_own(entra_signing_keys):
    """Where its tests call the site in the same thread."""
    site = EmulatorSite(keys=entra_signing_keys)
    before = reverse("entra_scim_oidc:sign-in")
    started = []

    environ = {"PATH_INFO": "/x/v2.0/.well-known/openid-configuration"}
    environ["REMOTE_ADDR"] = "127.0.0.1"
    setup_testing_defaults(environ)

    body = site(environ, lambda status, headers: started.append(status))

    assert started == ["400 Bad Request"]
    assert b"AADSTS90002" in b"".join(body)
    assert reverse("entra_scim_oidc:sign-in") == before
