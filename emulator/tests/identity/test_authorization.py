"""Who may sign in to what, and how Entra says no."""

from __future__ import annotations

import re

import pytest

from entra_emulator import Tenant
from entra_emulator.identity import IdentityProvider, SignInRefused
from entra_emulator.sign_in_errors import SIGN_IN_ERRORS, Stage
from support.client_application import REDIRECT_URI

ON_PAGES = [code for code, error in SIGN_IN_ERRORS.items() if error.on_page]
AT_THE_REDIRECT_URI = [
    code
    for code, error in SIGN_IN_ERRORS.items()
    if not error.on_page and error.stage is not Stage.TOKEN
]
AT_THE_TOKEN_ENDPOINT = [
    code for code, error in SIGN_IN_ERRORS.items() if error.stage is Stage.TOKEN
]


@pytest.fixture
def stops(client_application, ann):
    """Return the code with which Entra keeps the browser."""

    def stops(**changes):
        with pytest.raises(SignInRefused) as refused:
            client_application.answer(ann, **changes)
        assert refused.value.stays_on_page or refused.value.code == 65001
        return refused.value.code

    return stops


@pytest.fixture
def goes_back(client_application, ann):
    """Return the error and the code that come back with the browser."""

    def goes_back(**changes):
        answer = client_application.answer(ann, **changes)
        assert "code" not in answer
        assert answer.get("state") == "state"
        [code] = re.findall(r"^AADSTS(\d+): ", answer["error_description"])
        return answer["error"], int(code)

    return goes_back


class TestRequests:
    def test_a_good_one(self, client_application, ann):
        """Comes back with a code, the state, and the state of the session."""
        answer = client_application.answer(ann)

        assert answer.keys() == {"code", "state", "session_state"}
        assert answer["state"] == "state"

    def test_in_the_fragment(self, client_application, provider, ann):
        url = client_application.authorization_url(response_mode="fragment")

        assert provider.answer(url, ann).startswith(f"{REDIRECT_URI}#code=")

    def test_what_the_redirect_uri_has_is_kept(
        self, client_application, provider, application, ann
    ):
        application.redirect_uris.append(f"{REDIRECT_URI}?customer=7")
        url = client_application.authorization_url(
            redirect_uri=f"{REDIRECT_URI}?customer=7"
        )

        assert provider.answer(url, ann).startswith(f"{REDIRECT_URI}?customer=7&code=")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"client_id": None}, 900144),
            ({"client_id": "11111111-1111-4111-8111-111111111111"}, 700016),
            ({"redirect_uri": "https://product.example/callback"}, 50011),
            ({"redirect_uri": "http://product.example/callback/"}, 50011),
            ({"redirect_uri": "/callback/"}, 50011),
            ({"response_type": None}, 900144),
            ({"scope": None}, 900144),
            ({"code_challenge_method": "S512"}, 9002313),
        ],
        ids=str,
    )
    def test_that_entra_keeps(self, stops, changes, code):
        """The browser never leaves with what is not known to be the application's."""
        assert stops(**changes) == code

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": "id_token"}, ("unsupported_response_type", 700054)),
            ({"response_type": "code id_token"}, ("unsupported_response_type", 700054)),
            ({"response_type": "token"}, ("unsupported_response_type", 700054)),
            ({"scope": "openid everything"}, ("invalid_scope", 70011)),
            ({"prompt": "none"}, ("login_required", 50058)),
        ],
        ids=str,
    )
    def test_that_the_application_hears_of(self, goes_back, changes, error):
        assert goes_back(**changes) == error

    def test_a_parameter_that_comes_twice(self, client_application, provider, ann):
        url = client_application.authorization_url() + "&state=another"

        with pytest.raises(SignInRefused) as refused:
            provider.answer(url, ann)

        assert refused.value.code == 9000411

    def test_without_a_redirect_uri(self, client_application, application, stops, ann):
        """Any registered one serves, which is why applications must send it."""
        assert "code" in client_application.answer(ann, redirect_uri=None)

        application.redirect_uris.clear()

        assert stops(redirect_uri=None) == 500113

    def test_a_disabled_application(self, application, stops):
        application.is_enabled = False

        assert stops() == 7000112

    def test_at_another_tenant(self, client_application, entra_signing_keys, ann):
        """Tenants know nothing of each other's applications and people."""
        fabrikam = IdentityProvider(Tenant("Fabrikam"), entra_signing_keys)
        url = client_application.authorization_url()

        with pytest.raises(SignInRefused) as wrong_path:
            fabrikam.answer(url, ann)
        contoso = client_application.provider.tenant.id
        with pytest.raises(SignInRefused) as wrong_client:
            fabrikam.answer(url.replace(contoso, fabrikam.tenant.id), ann)

        assert (wrong_path.value.code, wrong_client.value.code) == (90002, 700016)


class TestPeople:
    def test_a_disabled_account(self, tenant, ann, stops):
        tenant.disable(ann)

        assert stops() == 50057

    def test_a_deleted_account(self, tenant, ann, stops):
        """Until it is restored; gone for good is gone too."""
        tenant.delete(ann)
        assert stops() == 50034

        tenant.restore(ann)
        tenant.purge(ann)
        assert stops() == 50034

    def test_somebody_who_is_not_assigned(self, application, ann, stops):
        application.unassign(ann)

        assert stops() == 50105

    def test_an_application_for_everybody(self, client_application, application, ann):
        application.unassign(ann)
        application.assignment_required = False

        assert "roles" not in client_application.claims(ann)

    def test_no_consent(self, application, stops):
        """Entra would ask the person."""
        application.has_consent = False

        assert stops() == 65001


class TestProvokedErrors:
    """Every code can be had on demand, at the place where Entra has it."""

    @pytest.mark.parametrize("code", ON_PAGES)
    def test_on_a_page(self, application, stops, code):
        application.provoke(code)

        assert stops() == code

    @pytest.mark.parametrize("code", AT_THE_REDIRECT_URI)
    def test_at_the_redirect_uri(self, application, goes_back, code):
        application.provoke(code)

        assert goes_back() == (SIGN_IN_ERRORS[code].error, code)

    @pytest.mark.parametrize("code", AT_THE_TOKEN_ENDPOINT)
    def test_at_the_token_endpoint(self, client_application, application, ann, code):
        application.provoke(code)

        answer = client_application.answer(ann)
        _status, body = client_application.token(answer["code"])

        assert body["error"] == SIGN_IN_ERRORS[code].error
        assert body["error_codes"] == [code]
        assert body.keys() == {
            "error",
            "error_description",
            "error_codes",
            "timestamp",
            "trace_id",
            "correlation_id",
            "error_uri",
        }
        for name in ("timestamp", "trace_id", "correlation_id"):
            assert body[name] in body["error_description"]

    def test_ends(self, client_application, application, ann):
        application.provoke(53003)
        application.provoke(None)

        assert "code" in client_application.answer(ann)

    def test_a_declined_one_says_cancel(self, client_application, application, ann):
        application.provoke(65004)

        assert client_application.answer(ann)["error_subcode"] == "cancel"

    def test_an_unknown_code(self, application):
        with pytest.raises(ValueError, match=r"There is no error 1\. There are 50011"):
            application.provoke(1)
