"""The provisioning logs, and what provisioning one person on demand reports.

https://learn.microsoft.com/en-us/graph/api/provisioningobjectsummary-list
https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-provisionondemand
"""

from __future__ import annotations

import json
import uuid
from typing import ClassVar

from werkzeug.wrappers import Response

from entra_emulator.applications import Application
from entra_emulator.provisioning.logs import Action, LogEntry, Status

from . import schemas
from .errors import bad_request, not_found
from .queries import Document, listed, ordered, paged
from .synchronization import Jobs, job_id_of
from .tokens import Permission
from .views import GraphView, answer

_TARGET_TYPE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_ACTIONS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DISABLE: "disable",
    Action.DELETE: "delete",
}
_SOURCE = "Azure Active Directory"
_TARGET = "customappsso"
_FILTERABLE = {
    "id",
    "activityDateTime",
    "changeId",
    "cycleId",
    "jobId",
    "provisioningAction",
    "provisioningStatusInfo/status",
    "servicePrincipal/id",
    "sourceIdentity/id",
    "targetIdentity/id",
}


class ProvisioningLogs(GraphView):
    """What was done for whom, newest first."""

    permissions: ClassVar = {
        "GET": (Permission.READ_PROVISIONING_LOGS, Permission.READ_AUDIT_LOGS)
    }

    def get(self) -> Response:
        documents = [
            self._document(application, entry)
            for application in self.known
            if application in self.entra.jobs
            for entry in list(self.entra.jobs[application].log)
            # The portal's logs tell of people and groups, not of the connection.
            if entry.action is not Action.CONNECT
        ]
        documents = ordered(documents, self.query, "activityDateTime")
        return answer(paged(listed(documents, self.query, _FILTERABLE), self.request))

    def _document(self, application: Application, entry: LogEntry) -> Document:
        principal_id = application.service_principal_id
        job_id = job_id_of(self.tenant, application)
        groups = {group.object_id for group in self.tenant.groups}
        kind = "Group" if entry.object_id in groups else "User"
        failed = entry.status is Status.FAILURE
        return {
            "id": entry.id,
            "activityDateTime": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
            "tenantId": self.tenant.id,
            "jobId": job_id,
            "cycleId": entry.cycle_id,
            "changeId": entry.id,
            "provisioningAction": _ACTIONS.get(entry.action, "other"),
            "durationInMilliseconds": 0,
            "provisioningStatusInfo": {
                "status": entry.status.value.lower(),
                "errorInformation": {
                    "errorCode": str(entry.error_code),
                    "reason": entry.detail,
                    "additionalDetails": None,
                    "errorCategory": "nonServiceFailure",
                    "recommendedAction": None,
                }
                if failed
                else None,
            },
            "provisioningSteps": [
                {
                    "name": step["name"],
                    "provisioningStepType": step["type"].lower(),
                    "status": step["status"].lower(),
                    "description": step["description"],
                    "details": step["details"],
                }
                for step in _steps(entry, kind)
            ],
            "modifiedProperties": _modified(entry),
            "servicePrincipal": {
                "id": principal_id,
                "displayName": application.display_name,
            },
            "sourceSystem": {
                "id": _id_of(self.tenant.id, _SOURCE),
                "displayName": _SOURCE,
                "details": {},
            },
            "targetSystem": {
                "id": _id_of(job_id, _TARGET),
                "displayName": _TARGET,
                "details": {
                    "ApplicationId": application.client_id,
                    "ServicePrincipalId": principal_id,
                    "ServicePrincipalDisplayName": application.display_name,
                },
            },
            "initiatedBy": {
                "id": "",
                "displayName": "Azure AD Provisioning Service",
                "initiatorType": "system",
            },
            "sourceIdentity": {
                "id": entry.object_id,
                "displayName": entry.name,
                "identityType": kind,
                "details": {},
            },
            "targetIdentity": {
                "id": entry.target_id,
                "displayName": "",
                "identityType": kind,
                "details": {},
            },
        }


class ProvisionOnDemand(Jobs):
    """Provisions one person now, and reports in texts of JSON, as Graph does."""

    permissions: ClassVar = {"POST": (Permission.WRITE_SYNCHRONIZATION,)}
    reaches_out = True

    def post(  # type: ignore[override]
        self, object_id: str, identifier: str
    ) -> Response:
        application, job = self.job(object_id, identifier)
        connection = self.entra.connections[application]
        connection.schema = connection.schema or schemas.new_schema(identifier)
        rules = {rule["id"] for rule in connection.schema["synchronizationRules"]}
        person_id = _subject(self.body, rules)
        person = self.tenant.people.get(person_id)
        if person is None:
            raise not_found(person_id)
        entry = job.provision_on_demand(person)
        return answer(
            {
                "@odata.context": "https://graph.microsoft.com/v1.0/$metadata"
                "#microsoft.graph.stringKeyStringValuePair",
                "key": json.dumps(
                    {"result": entry.status.value, "details": _why(entry)}
                ),
                "value": json.dumps(_report(entry, person_id)),
            }
        )


def _subject(body: Document, rules: set[str]) -> str:
    """Return the object ID of whom a request is about.

    Raises:
        GraphError: It is about nobody, about several, or by no rule of the schema.
    """
    try:
        (parameters,) = body["parameters"]
        (subject,) = parameters["subjects"]
        rule, kind = parameters["ruleId"], subject["objectTypeName"]
        identifier = str(subject["objectId"])
    except (KeyError, TypeError, ValueError):
        raise bad_request(
            "The local Entra provisions one subject by one rule."
        ) from None
    if rule not in rules:
        raise bad_request(f"The schema has no synchronization rule {rule}.")
    if kind != "User":
        raise bad_request("The local Entra provisions users on demand, not groups.")
    return identifier


def _why(entry: LogEntry) -> Document:
    if entry.status is Status.SUCCESS:
        return {}
    code = entry.error_code or "RedundantExport"
    return {"errorCode": str(code), "errorMessage": entry.detail}


def _report(entry: LogEntry, person_id: str) -> Document:
    at = f"{entry.at:%Y-%m-%dT%H:%M:%S.%fZ}"
    failed = entry.status is Status.FAILURE
    return {
        "action": _ACTIONS.get(entry.action, "other").capitalize(),
        "changeId": entry.id,
        "endTime": at,
        "modifiedProperties": _modified(entry),
        "provisioningSteps": [
            {**step, "timestamp": at} for step in _steps(entry, "User")
        ],
        "reportableIdentifier": entry.name,
        "startTime": at,
        "statusInfo": {
            "status": entry.status.value,
            "errorCode": str(entry.error_code) if failed else None,
            "reason": entry.detail if failed else None,
            "additionalDetails": None,
            "errorCategory": None,
            "recommendedAction": None,
        },
        "sourceIdentity": _identity(person_id, "User"),
        "sourceSystem": _system(_SOURCE),
        "targetIdentity": _identity(entry.target_id, _TARGET_TYPE),
        "targetSystem": _system(_TARGET),
    }


def _steps(entry: LogEntry, kind: str) -> list[Document]:
    word = {Action.CREATE: "Add", Action.DELETE: "Delete"}.get(entry.action, "Update")
    export = (
        "EntryExport" if entry.status is not Status.SKIPPED else "EntrySynchronization"
    )
    suffix = word if entry.status is not Status.SKIPPED else "Skip"
    return [
        {
            "name": "EntryImport",
            "type": "Import",
            "status": "Success",
            "description": f"Retrieved {kind} '{entry.name}' from {_SOURCE}",
            "details": {"objectId": entry.object_id},
        },
        {
            "name": f"{export}{suffix}",
            "type": "Export",
            "status": entry.status.value,
            "description": entry.detail or f"{kind} '{entry.name}' in {_TARGET}",
            "details": {"ReportableIdentifier": entry.name},
        },
    ]


def _modified(entry: LogEntry) -> list[Document]:
    return [
        {"displayName": name, "oldValue": None, "newValue": None}
        for name in entry.modified
    ]


def _identity(identifier: str, kind: str) -> Document:
    return {"id": identifier, "type": kind, "displayName": None, "details": None}


def _system(name: str) -> Document:
    return {"id": None, "name": name, "details": None}


def _id_of(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(parts)))
