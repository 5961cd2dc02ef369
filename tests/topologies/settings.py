"""The example product in the surroundings that TOPOLOGY names."""

from __future__ import annotations

import os

import dj_database_url

from example_project.settings import *  # noqa: F403
from example_project.settings import DATABASES

TOPOLOGY = os.environ["TOPOLOGY"]
ENTRA_SCIM_LOCAL_AUTHORITY = os.environ.get("LOCAL_AUTHORITY", "")
default = DATABASES["default"]
default["CONN_HEALTH_CHECKS"] = True

if TOPOLOGY == "pool":
    default["CONN_MAX_AGE"] = 0
    # Fewer connections than threads: some wait.
    default["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 3, "timeout": 10}}
elif TOPOLOGY == "pgbouncer":
    default["DISABLE_SERVER_SIDE_CURSORS"] = True
elif TOPOLOGY == "atomic requests":
    default["ATOMIC_REQUESTS"] = True
elif TOPOLOGY in ("replica", "second database"):
    other = dj_database_url.parse(os.environ["OTHER_DATABASE_URL"])
    if TOPOLOGY == "replica":
        DATABASES["replica"] = other
        DATABASE_ROUTERS = [
            "entra_scim.routers.PrimaryRouter",
            "tests.topologies.routers.ReadsFromReplica",
        ]
    else:
        DATABASES["people"] = other
        DATABASE_ROUTERS = ["tests.topologies.routers.PeopleElsewhere"]
