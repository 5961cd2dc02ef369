"""Answers that somebody made up, changed or took from others."""

from __future__ import annotations

import copy
import json
import time

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from entra_scim.models import ProvisioningEvent
from tests.support.entra import new_key
from tests.support.sign_in import Browser

pytestmark = pytest.mark.django_db


class TestAttacks:
    """Each token or answer fails just one check."""

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "http://127.0.0.1:1/other/v2.0"},
            {"aud": "11111111-1111-4111-8111-111111111111"},
            {"aud": ["x", "y"]},
            {"tid": "11111111-1111-4111-8111-111111111111"},
            {"tid": None},
            {"nonce": "another"},
            {"nonce": None},
            {"exp": 1_000_000_000},
            {"exp": None},
            {"nbf": 4_000_000_000},
            {"nbf": None},
            {"iat": 4_000_000_000},
            {"iat": None},
            {"oid": None},
            {"oid": 7},
            {"sub": None},
        ],
        ids=str,
    )
    def test_a_claim_that_is_not_right(self, active, person, browser, entra, claims):
        entra.keys.changed_claims = claims

        response = browser.sign_in()

        assert response.status_code == 400
        assert browser.user_id is None
        assert ProvisioningEvent.objects.filter(reason="token").exists()

    def test_clocks_may_differ_a_little(self, active, person, browser, entra):
        now = int(time.time())
        entra.keys.changed_claims = {"nbf": now + 30, "iat": now + 30}

        assert browser.sign_in().status_code == 302

    @pytest.mark.parametrize(
        ("algorithm", "key"),
        [
            ("none", {"key": None}),
            ("HS256", {"key": "the modulus of the public key, for instance, 32+"}),
            ("PS256", {}),
        ],
    )
    def test_another_algorithm(self, active, person, browser, entra, algorithm, key):
        """None at all, or a secret that everybody knows."""
        entra.keys.forgery = {"algorithm": algorithm, **key}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_another_key(self, active, person, browser, entra):
        entra.keys.forgery = {"key": new_key()}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_no_id_token(self, active, person, browser, entra):
        tokens = {"access_token": "x", "token_type": "Bearer"}
        entra.raw_answers = {"/token": (200, json.dumps(tokens))}

        assert browser.sign_in().status_code == 400

    @pytest.mark.parametrize("oid", ["4", "ann@contoso.example", "0", "None"])
    def test_an_object_id_that_is_none(self, active, scim, ann, browser, entra, oid):
        """Even if somebody was provisioned with it."""
        scim.post("/Users", {"userName": ann.email, "externalId": oid})
        entra.keys.changed_claims = {"oid": oid}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_an_address_in_the_token_finds_nobody(
        self, active, ann, admin, browser, entra
    ):
        """Nor creates anybody."""
        people = get_user_model().objects.count()
        for address in (ann.email, admin.email):
            entra.keys.changed_claims = {
                "email": address,
                "preferred_username": address,
            }

            assert browser.sign_in().status_code == 400
        assert browser.user_id is None
        assert get_user_model().objects.count() == people

    def test_an_object_id_of_another_environment(
        self, several_environments, active, foreign_scim, browser, entra
    ):
        foreign_scim.post(
            "/Users",
            {"userName": "x@fabrikam.example", "externalId": entra.person.object_id},
        )

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_a_replayed_answer(self, active, person, browser, entra):
        """Neither state nor code works twice; who is in stays in, and goes on."""
        address = browser.at_entra(browser.start())
        cookies = copy.deepcopy(browser.client.cookies)
        browser.come_back(address)

        assert browser.come_back(address).status_code == 302
        assert browser.user_id == person.pk
        thief = Browser()
        thief.client.cookies = cookies
        assert thief.come_back(address).status_code == 400
        assert thief.user_id is None
        assert entra.count("/token") == 1

    def test_the_answer_of_another_browser(self, active, person, browser):
        """Login CSRF: somebody is made to use the attacker's answer."""
        address = Browser().start()
        attacker = Browser()
        answer = attacker.at_entra(address)

        assert browser.come_back(answer).status_code == 400
        assert browser.user_id is None

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_answer_at_the_password_form(
        self, active, person, browser, entra, method
    ):
        """Nothing but the callback redeems a code."""
        address = browser.at_entra(browser.start())
        query = address.partition("?")[2]

        getattr(browser.client, method)(
            f"/password/?{query}", {"username": "x", "password": "y"}
        )

        assert browser.user_id is None
        assert entra.count("/token") == 0

    def test_a_forged_error_signs_nobody_out(self, active, person, browser):
        browser.sign_in()

        answer = browser.client.get(
            reverse("entra_scim_oidc:callback"), {"error": "x", "state": "y"}
        )

        assert answer.status_code == 302
        assert browser.user_id == person.pk

    def test_text_of_entra_s_is_never_shown(self, active, person, browser, entra):
        entra.authorize_error = {
            "error": "<script>",
            "error_description": "AADSTS50105: <script>alert(1)</script>",
        }

        page = browser.sign_in()

        assert b"alert(1)" not in page.content
        assert b"AADSTS50105" in page.content

    def test_metadata_of_another_issuer(self, active, person, browser, entra):
        document = entra.discovery() | {"issuer": "https://evil.example"}
        entra.raw_answers = {"openid-configuration": (200, json.dumps(document))}

        page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503

    def test_metadata_that_leads_elsewhere(self, active, person, browser, entra):
        document = entra.discovery() | {"token_endpoint": "https://evil.example/"}
        entra.raw_answers = {"openid-configuration": (200, json.dumps(document))}

        assert browser.client.get(reverse("entra_scim_oidc:sign-in")).status_code == 503
