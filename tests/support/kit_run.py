"""The kit's program, and the local Entra that it sets up."""

from __future__ import annotations

from entra_emulator import Tenant
from entra_emulator.provisioning_site import ProvisioningSite
from entra_scim.kit.program.steps import walk
from tests.kit.graph import InProcess


def new_entra(keys):
    return ProvisioningSite([Tenant("Contoso")], keys=keys)


def settled(entra):
    """Wait for the cycle that a start began."""
    for run in entra.runs.values():
        run.join()


def application_of(entra):
    (application,) = entra.tenants[0].applications
    return application


def check(console, entra, **options):
    """Return the differences that --check finds."""
    transport = InProcess(entra)
    run = console.run(transport, check=True, **options)
    walk(run)
    assert transport.written == []
    return run.differences
