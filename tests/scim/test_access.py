"""Who is let in by a key."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from entra_scim.connection import access_keys
from entra_scim.models import AccessKey, ProvisioningEvent
from tests.support.resources import create

pytestmark = pytest.mark.django_db


def answer_404_again(get_response):
    """Stand for middleware that tries a missing path again, with a slash."""

    def answer(request):
        response = get_response(request)
        return get_response(request) if response.status_code == 404 else response

    return answer


class TestAccess:
    def answers(self, contoso, fabrikam):
        """Return the answers to every kind of bad key."""
        _key, secret = access_keys.create(contoso)
        revoked, revoked_secret = access_keys.create(contoso)
        access_keys.revoke(revoked)
        expired, expired_secret = access_keys.create(contoso)
        AccessKey.objects.filter(pk=expired.pk).update(expires_at="2020-01-01T00:00Z")
        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
        foreign = reverse("entra_scim:base", kwargs={"environment_id": fabrikam.pk})
        unknown = reverse("entra_scim:base", kwargs={"environment_id": 987654321})
        for url, authorization in [
            (base, None),
            (base, ""),
            (base, "Bearer"),
            (base, "Bearer "),
            (base, f"Basic {secret}"),
            (base, f"Bearer {secret}x"),
            (base, f"Bearer {secret[:-1]}"),
            (base, "Bearer \u00e9"),
            (base, f"Bearer {revoked_secret}"),
            (base, f"Bearer {expired_secret}"),
            (foreign, f"Bearer {secret}"),
            (unknown, f"Bearer {secret}"),
            (f"{foreign[:-1]}not-a-number", f"Bearer {secret}"),
        ]:
            headers = {} if authorization is None else {"authorization": authorization}
            for method, path in [
                ("get", "/Users"),
                ("post", "/Users"),
                ("patch", f"/Users/{uuid.uuid4()}"),
                ("get", "/Groups"),
                ("get", "/Schemas"),
                ("get", "/nothing"),
                ("trace", "/Users"),
            ]:
                yield getattr(Client(headers=headers), method)(url + path)

    def test_every_bad_key_gets_the_same_answer(self, contoso, fabrikam):
        """Nobody learns which environments exist; no event is left."""
        answers = list(self.answers(contoso, fabrikam))

        assert {answer.status_code for answer in answers} == {401}
        assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}
        assert {answer["Content-Type"] for answer in answers} == {
            "application/scim+json"
        }
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].json()["status"] == "401"
        kinds = ProvisioningEvent.Kind
        assert not ProvisioningEvent.objects.filter(
            kind__in=(kinds.REFUSED, kinds.FAILED)
        ).exists()

    def test_a_session_opens_nothing(self, contoso, admin):
        """Not even the Admin's, and no login page is offered."""
        client = Client()
        client.force_login(admin)
        base = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})

        assert client.get(f"{base}/Users").status_code == 401
        assert client.post(f"{base}/Users").status_code == 401

    def test_no_login_page_and_no_csrf(self, scim, settings):
        """LoginRequiredMiddleware and CSRF checks leave the endpoint alone."""
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE,
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
        scim._client.handler.enforce_csrf_checks = True

        assert create(scim, "eve").status_code == 201
        assert scim.get("/Nothing").status_code == 404

    def test_a_request_that_is_answered_again_keeps_its_key(self, scim, settings):
        """A missing person is not a wrong key: at a 401, Entra gives up."""
        settings.MIDDLEWARE = [f"{__name__}.answer_404_again", *settings.MIDDLEWARE]

        answer = scim.get(f"/Users/{uuid.uuid4()}")

        assert answer.status_code == 404
        assert "Bearer" not in str(answer.wsgi_request.META)

    def test_the_host_s_settings_of_rest_framework_change_nothing(self, scim, settings):
        """Its permissions, throttles and renderers are for other views."""
        settings.REST_FRAMEWORK = {
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
            "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
            "DEFAULT_THROTTLE_RATES": {"anon": "1/day"},
            "EXCEPTION_HANDLER": "nothing.there",
        }

        assert create(scim, "eve").status_code == 201
        assert create(scim, "ann").status_code == 201
        assert scim.get("/Nothing").status_code == 404

    def test_a_paused_environment_asks_to_come_back(self, scim, contoso):
        """503 with Retry-After for everything; it never answers as if all were well."""
        if not hasattr(contoso, "provisioning_paused"):
            pytest.skip("This product cannot pause.")
        contoso.provisioning_paused = True
        contoso.save()

        for response in (
            scim.get("/Users"),
            scim.get("/Groups"),
            scim.get("/Schemas"),
            scim.post("/Users", {"userName": "x"}),
            scim.delete(f"/Users/{uuid.uuid4()}"),
        ):
            assert response.status_code == 503
            assert int(response["Retry-After"]) > 0
            assert response.json()["status"] == "503"
