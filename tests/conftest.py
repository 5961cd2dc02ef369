"""Two customers, their people, and who speaks for them."""

from __future__ import annotations

import os

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from entra_emulator.server import serve
from entra_scim.connection import access_keys
from tests.support.client import ScimClient
from tests.support.entra import Entra
from tests.support.factories import RoleFactory, UserFactory, make_environment

# No time decides a test, on a machine that has other things to do. The suite runs in
# each change's CI, so it tries little; a search for faults sets EXAMPLES=1000.
hypothesis.settings.register_profile(
    "patient", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "20"))
)
hypothesis.settings.load_profile("patient")

pytest_plugins = [
    "entra_scim.testing",
    "tests.support.clock",
    "tests.support.shared",
    "tests.support.sign_in",
]


@pytest.fixture(autouse=True)
def _language():
    """Begin in the product's language: a request leaves that of its visitor behind."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def contoso(db):
    """The environment that most tests are about."""
    return make_environment(name="Contoso")


@pytest.fixture
def fabrikam(db):
    """Another customer, who must see and change nothing of Contoso's."""
    return make_environment(name="Fabrikam")


@pytest.fixture
def ann(contoso):
    """Somebody of Contoso with an account."""
    return UserFactory(email="ann@contoso.example", environment=contoso)


@pytest.fixture
def bob(contoso):
    """Somebody of Contoso with administration rights of his own."""
    return UserFactory(email="bob@contoso.example", environment=contoso, is_staff=True)


@pytest.fixture
def several_environments(contoso):
    """Skip what needs a product that says who belongs where."""
    if not hasattr(contoso, "members"):
        pytest.skip("This product has a single environment.")


@pytest.fixture
def carol(several_environments, fabrikam):
    """Somebody of Fabrikam."""
    return UserFactory(email="carol@fabrikam.example", environment=fabrikam)


@pytest.fixture
def dave(several_environments, contoso, fabrikam):
    """Somebody of both."""
    return UserFactory(
        email="dave@consultants.example", environments=(contoso, fabrikam)
    )


@pytest.fixture
def admin(contoso):
    """The Admin, whom Entra never manages."""
    return UserFactory(
        email="admin@contoso.example",
        environment=contoso,
        is_staff=True,
        is_superuser=True,
    )


@pytest.fixture
def roles(contoso):
    """The roles of Contoso, by name."""
    return {
        value: RoleFactory(environment=contoso, value=value)
        for value in ("Uploader", "Authorizer", "Viewer")
    }


def client_of(environment):
    _key, secret = access_keys.create(environment)
    base = reverse("entra_scim:base", kwargs={"environment_id": environment.pk})
    return ScimClient(base, secret)


@pytest.fixture
def scim(contoso):
    """Contoso's Entra."""
    return client_of(contoso)


@pytest.fixture
def foreign_scim(fabrikam):
    """Fabrikam's Entra."""
    return client_of(fabrikam)


@pytest.fixture
def entra(entra_signing_keys, settings):
    """A local Entra that behaves."""
    entra = Entra(entra_signing_keys)
    with serve(entra) as server:
        entra.url = server.url
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = server.url
        settings.DEBUG = True  # there is no local Entra without
        cache.clear()
        yield entra
    cache.clear()
