"""No way in but Entra, for those who sign in with Entra; no harm to anybody else."""

from __future__ import annotations

import base64

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    aauthenticate,
    authenticate,
    get_user_model,
)
from django.test import Client
from django.urls import path, reverse
from rest_framework.authentication import BasicAuthentication
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.response import Response
from rest_framework.views import APIView

from entra_scim.models import ProvisioningEvent
from tests.support.backend_names import SlowHasher
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


GATE = "entra_scim.backends.PasswordGate"


MODEL = "django.contrib.auth.backends.ModelBackend"


class Whoever(APIView):
    authentication_classes = (BasicAuthentication,)

    def get(self, request):
        return Response({"user": request.user.pk})


urlpatterns = [path("api/", Whoever.as_view())]


@pytest.fixture
def any_case(settings):
    settings.AUTHENTICATION_BACKENDS = [GATE, "tests.support.backends.AnyCaseBackend"]


def rename(user, username):
    field = get_user_model().USERNAME_FIELD
    get_user_model().objects.filter(pk=user.pk).update(**{field: username})
    user.refresh_from_db()


@pytest.mark.parametrize("typed", ["bob.jones", "BOB.JONES", "Bob.Jones", "bOb.JoNeS"])
def test_a_backend_without_case(active, bob, any_case, typed):
    """Whatever the case in which the name is kept, and in which it is typed."""
    rename(bob, "Bob.Jones")

    assert authenticate(username=typed, password="secret") is None


@pytest.mark.parametrize("typed", ["bob@contoso.example", "BOB@Contoso.Example"])
def test_a_backend_that_finds_addresses(active, bob, any_case, typed):
    assert authenticate(username=typed, password="secret") is None


SPELLINGS = [
    "jose.kissı",
    "JOSE.KISSI",
    "José.Kissi",
    "jose.kissi ",
    " jose.kissi",
    "ｊose.kissi",
    "jose.Kissi",
    "jose.kiſſi",
    "jose.kißi",
    "JOSÉ.KISSİ",
    "jose\u0301.kissi",
    "jose.kissi" + 2000 * " ",
    "jose.kissi" + 2000 * "\u200b",
]


@pytest.mark.parametrize("kept", ["jose.kissi", "José.Kissi", "jose.kißi"])
@pytest.mark.parametrize("backend", [MODEL, "tests.support.backends.AnyCaseBackend"])
def test_whoever_a_database_finds(active, bob, admin, settings, kept, backend):
    """Databases disagree about letters; the gate finds whom the backend finds."""
    rename(bob, kept)
    for typed in [kept, *SPELLINGS]:
        settings.AUTHENTICATION_BACKENDS = [backend]
        found = authenticate(username=typed, password="secret")
        assert found in (None, bob)
        settings.AUTHENTICATION_BACKENDS = [GATE, backend]

        assert authenticate(username=typed, password="secret") is None, typed


@pytest.mark.parametrize("value", ["", " ", "\u202e", "x" * 100_000, "'; --", "%_\\"])
def test_odd_input_finds_nobody(active, bob, value):
    """And breaks nothing."""
    assert authenticate(username=value, password=value) is None
    assert authenticate(username=bob.get_username(), password=value) is None
    assert authenticate(username=value, password="secret", email=value) is None


def test_somebody_else_s_address_as_username(active, bob, admin, any_case):
    """Nobody shuts the Admin out by taking the Admin's username as their address."""
    model = get_user_model()
    if model.get_email_field_name() == model.USERNAME_FIELD:
        pytest.skip("Usernames are addresses here.")
    rename(admin, "root@contoso.example")
    admin.set_password("the Admin's own")
    admin.save()
    model.objects.filter(pk=bob.pk).update(email="root@contoso.example")

    def comes_in(password):
        return authenticate(username="root@contoso.example", password=password)

    assert comes_in("the Admin's own") == admin
    assert comes_in("secret") is None
    assert comes_in("wrong") is None


def test_a_right_password_is_not_faster(active, bob, work_of, monkeypatch):
    """Its hash was made with less work, long ago: a wrong one makes up for that."""
    bob.set_password("secret")
    bob.save()
    monkeypatch.setattr(SlowHasher, "iterations", 50)

    assert work_of(bob.get_username(), "secret") == 50
    assert work_of(bob.get_username(), "wrong") == 50
    assert work_of("nobody", "wrong") == 50


def test_people_without_a_password_are_not_faster(active, scim, entra, work_of):
    """Those whom Entra made."""
    scim.post(
        "/Users",
        {"userName": "eve@contoso.example", "externalId": entra.person.object_id},
    )

    assert work_of("eve@contoso.example", "x") == work_of("nobody", "x") == 20


def test_a_name_from_the_web_server(active, bob, admin, settings):
    """``REMOTE_USER`` would let people in at each request, sessions or none."""
    settings.AUTHENTICATION_BACKENDS = [
        GATE,
        "django.contrib.auth.backends.RemoteUserBackend",
    ]

    assert authenticate(remote_user=bob.get_username()) is None
    assert authenticate(remote_user=admin.get_username()) == admin


def test_a_web_server_that_names_people_no_more(contoso, ann, browser, settings):
    """Django's middleware knows by the session's backend that it opened the session."""
    remote = "django.contrib.auth.backends.RemoteUserBackend"
    settings.AUTHENTICATION_BACKENDS = [GATE, remote]
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.RemoteUserMiddleware",
    ]
    client = Client()
    named = client.get("/who/", REMOTE_USER=ann.get_username())
    assert named.json()["user"] == ann.pk
    assert client.session[BACKEND_SESSION_KEY] == remote

    assert client.get("/who/").json()["user"] is None


def test_basic_authentication_of_an_interface(active, bob, admin, settings):
    settings.ROOT_URLCONF = "tests.sign_in.test_gate"

    def status(user):
        pair = base64.b64encode(f"{user.get_username()}:secret".encode()).decode()
        return (
            Client(headers={"authorization": f"Basic {pair}"}).get("/api/").status_code
        )

    assert status(bob) in (401, 403)
    assert status(admin) == 200


def test_the_admin_s_own_sign_in(active, bob, admin):
    """The form of the admin refuses as any other."""
    for user, status in ((bob, 200), (admin, 302)):
        answer = Client().post(
            reverse("admin:login"),
            {"username": user.get_username(), "password": "secret"},
        )
        assert answer.status_code == status


def test_a_session_that_code_opens(active, bob, browser):
    """Whatever opened it, it is not a sign-in with Entra."""
    for backend in (MODEL, "entra_scim.oidc.backend.EntraBackend"):
        browser.client.force_login(bob, backend=backend)

        assert browser.user_id is None


def test_little_is_looked_up_while_nobody_is_gated(
    contoso, bob, django_assert_num_queries
):
    """A former username, whether anybody is gated, before and after, and the link."""
    with django_assert_num_queries(5):
        assert authenticate(username=bob.get_username(), password="secret") == bob


def test_an_address_that_is_a_gated_person_s_username(active, bob, settings):
    """A name finds two people then; the leaked password opens the gated one."""
    model = get_user_model()
    if model.get_email_field_name() == model.USERNAME_FIELD:
        pytest.skip("Usernames are addresses here.")
    rename(bob, "bob@elsewhere.example")
    UserFactory(email="bob@elsewhere.example", username="mallory", password="mine")
    assert authenticate(username="mallory", password="mine")

    assert authenticate(username="bob@elsewhere.example", password="secret") is None
    token = AuthTokenSerializer(
        data={"username": "bob@elsewhere.example", "password": "secret"}
    )
    assert not token.is_valid()


@pytest.mark.parametrize("extra", ["email", "tenant", "remember"])
def test_another_name_beside_the_gated_one(active, bob, admin, extra):
    """Somebody else's, whose password is the same one, does not open the gate."""
    names = {"username": bob.get_username(), extra: admin.get_username()}
    assert admin.check_password("secret")

    assert authenticate(password="secret", **names) is None
    assert async_to_sync(aauthenticate)(password="secret", **names) is None


def test_a_leaver_whom_the_product_has_saved(contoso, scim, ann):
    """Entra's word counts, whether or not the environment is activated."""
    created = scim.post("/Users", {"userName": ann.email, "externalId": "a"}).json()
    stale = get_user_model().objects.get(pk=ann.pk)
    assert authenticate(username=stale.get_username(), password="secret") == ann
    scim.patch(f"/Users/{created['id']}", {"op": "Replace", "value": {"active": False}})
    stale.save()

    assert authenticate(username=stale.get_username(), password="wrong") is None
    assert get_user_model().objects.get(pk=ann.pk).is_active

    assert authenticate(username=stale.get_username(), password="secret") is None
    assert not get_user_model().objects.get(pk=ann.pk).is_active
    assert ProvisioningEvent.objects.get(kind="deactivated_again").user == ann


def test_a_leaver_whom_the_product_has_saved_in_an_active_environment(
    active, scim, ann
):
    """The name alone is refused here; that mends the account too."""
    created = scim.post("/Users", {"userName": ann.email, "externalId": "a"}).json()
    stale = get_user_model().objects.get(pk=ann.pk)
    scim.patch(f"/Users/{created['id']}", {"op": "Replace", "value": {"active": False}})
    stale.save()

    assert authenticate(username=stale.get_username(), password="secret") is None
    assert not get_user_model().objects.get(pk=ann.pk).is_active
