"""The kit's program at a local Entra."""

from __future__ import annotations

import pytest

from entra_scim.connection import access_keys
from entra_scim.kit.environments import wanted_of
from entra_scim.kit.plan import plan
from tests.kit.graph import Console
from tests.support.kit_run import new_entra


@pytest.fixture
def local(entra_signing_keys):
    """A local Entra with an empty tenant."""
    entra = new_entra(entra_signing_keys)
    yield entra
    for run in entra.runs.values():
        run.join()


@pytest.fixture
def made(live_server, contoso, roles):
    """The plan of Contoso's environment, of a product that runs."""
    return plan(wanted_of(contoso, lambda path: f"{live_server.url}{path}"))


@pytest.fixture
def key(contoso):
    _key, secret = access_keys.create(contoso)
    return secret


@pytest.fixture
def console(made, key):
    return Console(made, key)
