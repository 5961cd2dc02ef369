"""A local Entra: rehearse provisioning and sign-in without a tenant.

It knows nothing of this package's server and speaks HTTP only, so it serves
other SCIM servers and OpenID Connect clients as well. It issues tokens for
anybody: loopback and development only.
"""

from __future__ import annotations

from .applications import Application, AppRole, Assignment, ClientSecret
from .clock import Clock
from .directory import Group, Person
from .provisioning.job import ProvisioningJob
from .provisioning.reports import CycleReport
from .provisioning.servers import HttpServer
from .tenant import Tenant

__all__ = [
    "AppRole",
    "Application",
    "Assignment",
    "ClientSecret",
    "Clock",
    "CycleReport",
    "Group",
    "HttpServer",
    "Person",
    "ProvisioningJob",
    "Tenant",
]
