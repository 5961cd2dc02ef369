"""What public material leaves open of Entra's behaviour, as switches.

A server has to get along with either side of each. The first value of each
enumeration is the default: what is documented, or seen most often.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class LookUp(enum.StrEnum):
    """How a cycle finds a person whom it knows already; both are documented."""

    BY_ID = "by id"
    BY_FILTER = "by filter"


class DefaultAccess(enum.StrEnum):
    """What ``roles`` says of an assignment without a role, or whose role has no Value."""

    OMITTED = "omitted"
    EMPTY_VALUE = "empty value"
    ZERO_ID = "zero id"


class SingleForm(enum.StrEnum):
    """How SingleAppRoleAssignment changes a role without the flag."""

    FILTERED_PATH = "filtered path"
    JSON_STRING = "JSON string"


class SingleValue(enum.StrEnum):
    """What SingleAppRoleAssignment sends: guides contradict each other."""

    VALUE = "value"
    DISPLAY_NAME = "display name"


class AssertiveForm(enum.StrEnum):
    """How AssertiveAppRoleAssignmentsComplex changes roles without the flag."""

    JSON_STRINGS = "JSON strings"
    OBJECTS = "objects"


class ManagerForm(enum.StrEnum):
    """How the reference to a manager is written in a PATCH."""

    OBJECT = "object"
    STRING = "string"
    ARRAY = "array"


@dataclass(frozen=True, kw_only=True)
class OpenPoints:
    """One choice for each open point."""

    look_up: LookUp = LookUp.BY_ID
    default_access: DefaultAccess = DefaultAccess.OMITTED
    single_form: SingleForm = SingleForm.FILTERED_PATH
    single_value: SingleValue = SingleValue.VALUE
    assertive_form: AssertiveForm = AssertiveForm.JSON_STRINGS
    manager_form: ManagerForm = ManagerForm.OBJECT

    blocked_sign_in_deactivates: bool = True
    """Whether ``accountEnabled`` alone makes ``IsSoftDeleted`` true."""

    returns_in_one_request: bool = True
    """Whether ``active`` and ``roles`` of somebody who returns come together."""

    repeats_roles: bool = False
    """Whether a role by a group and the same role assigned directly are two items."""

    refuses_several_grants: bool = False
    """Whether SingleAppRoleAssignment fails for somebody who has several roles.

    Its description says that it takes any, the list of error codes that it fails.
    """

    checks_references: bool = False
    """Whether a filter on ``id`` and ``manager`` asks first who the manager is."""

    honours_retry_after: bool = False
    """Whether 429 and 503 with ``Retry-After`` make it wait so long."""

    wraps_values: bool = False
    """Whether a PATCH without the flag wraps single values, as jobs of 2018 do.

    They are the job template ``customappsso``, and send ``[{"$ref": null, "value":
    "Ann"}]`` in place of ``"Ann"``.
    """

    deletes_whom_it_saw_active: bool = True
    """Whether somebody who is deleted for good between two cycles is deleted.

    Nothing is sent otherwise: the server keeps them, active for ever.
    """
