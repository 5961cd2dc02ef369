"""Provisioning: templates, credentials, the job, its schema, and its start.

https://learn.microsoft.com/en-us/graph/api/resources/synchronization-overview
"""

from __future__ import annotations

import contextlib
import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.wrappers import Response

from entra_emulator.applications import Application
from entra_emulator.provisioning.job import ProvisioningJob
from entra_emulator.provisioning.logs import Status
from entra_emulator.provisioning.reports import AlreadyRunning, State
from entra_emulator.tenant import Tenant

from . import schemas
from .errors import GraphError, bad_request, not_found
from .queries import Document
from .tokens import Permission
from .views import GraphView, Permissions, answer, nothing

if TYPE_CHECKING:
    from entra_emulator.provisioning_site import Connection

_READ: Permissions = (
    Permission.READ_SYNCHRONIZATION,
    Permission.WRITE_SYNCHRONIZATION,
)
_WRITE: Permissions = (Permission.WRITE_SYNCHRONIZATION,)
_TEMPLATE = "scim"


class Templates(GraphView):
    permissions: ClassVar = {"GET": _READ}

    def get(self, object_id: str) -> Response:
        self.principal(object_id)
        return answer({"value": [{"id": _TEMPLATE, "factoryTag": "CustomSCIM"}]})


class Secrets(GraphView):
    """Keeps the credentials, and shows what is saved beside the key."""

    permissions: ClassVar = {"GET": _READ, "PUT": _WRITE}

    def get(self, object_id: str) -> Response:
        application = self.principal(object_id)
        connection = self.entra.connections[application]
        job = self.entra.jobs.get(application)
        threshold = job.deletion_threshold if job else connection.deletion_threshold
        shown = json.loads(connection.notification_settings or '{"Enabled":false}')
        shown["DeleteThresholdEnabled"] = threshold is not None
        if threshold is not None:
            shown["DeleteThresholdValue"] = threshold
        values = {
            "BaseAddress": connection.tenant_url,
            "SyncAll": "false",
            "SyncNotificationSettings": json.dumps(shown),
        }
        return answer({"value": [{"key": k, "value": v} for k, v in values.items()]})

    def put(self, object_id: str) -> Response:
        application = self.principal(object_id)
        values = _values(self.body.get("value"))
        connection = self.entra.connections[application]
        url = values.get("BaseAddress", connection.tenant_url)
        key = values.get("SecretToken", connection.secret_token)
        threshold = _threshold(values.get("SyncNotificationSettings"))
        if values.get("SyncAll", "false").lower() != "false":
            raise bad_request("The local Entra syncs assigned users and groups only.")
        connection.tenant_url, connection.secret_token = url, key
        connection.deletion_threshold = threshold
        connection.notification_settings = values.get("SyncNotificationSettings", "")
        job = self.entra.jobs.get(application)
        if job is not None:
            _connect(self.entra.connect(application, url, key), connection)
        return nothing()


class ValidateCredentials(GraphView):
    permissions: ClassVar = {"POST": _WRITE}
    reaches_out = True

    def post(self, object_id: str) -> Response:
        body = self.body
        application = self.principal(object_id)
        values = _values(body.get("credentials"))
        if body.get("templateId") != _TEMPLATE:
            raise bad_request("The template does not exist.")
        try:
            entry = self.entra.test_connection(
                application,
                values.get("BaseAddress", ""),
                values.get("SecretToken", ""),
            )
        except ValueError as error:
            raise GraphError(
                400, "CredentialValidationUnavailable", str(error)
            ) from None
        if entry.status != Status.SUCCESS:
            raise GraphError(
                400, "InvalidCredentials", f"{entry.error_code}: {entry.detail}"
            )
        return nothing()


class Jobs(GraphView):
    permissions: ClassVar = {"GET": _READ, "POST": _WRITE}

    def get(self, object_id: str) -> Response:
        application = self.principal(object_id)
        found = [application] if application in self.entra.jobs else []
        return answer({"value": [self.document(one) for one in found]})

    def post(self, object_id: str) -> Response:
        application = self.principal(object_id)
        if self.body.get("templateId") != _TEMPLATE:
            raise bad_request("The template does not exist.")
        if application in self.entra.jobs:
            raise GraphError(409, "Conflict", "The application has a job already.")
        connection = self.entra.connections[application]
        if not connection.tenant_url:
            raise bad_request("The local Entra needs credentials first.")
        job = self.entra.connect(
            application, connection.tenant_url, connection.secret_token
        )
        _connect(job, connection)
        return answer(self.document(application), HTTPStatus.CREATED)

    def document(self, application: Application) -> Document:
        """Return an application's job."""
        job = self.entra.jobs[application]
        quarantine = job.quarantine
        code = {
            State.NOT_STARTED: "NotRun",
            State.QUARANTINE: "Quarantine",
            State.DISABLED: "Quarantine",
        }.get(job.state, "Active")
        return {
            "id": job_id_of(self.tenant, application),
            "templateId": _TEMPLATE,
            "schedule": {
                "expiration": None,
                "interval": "PT40M",
                "state": "Active" if job.is_started else "Disabled",
            },
            "status": {
                "code": code,
                "quarantine": quarantine
                and {
                    "currentBegan": f"{quarantine.since:%Y-%m-%dT%H:%M:%SZ}",
                    "reason": "EncounteredQuarantineException",
                    "error": {"code": "Quarantine", "message": quarantine.reason},
                },
            },
        }

    def job(
        self, object_id: str, identifier: str
    ) -> tuple[Application, ProvisioningJob]:
        """Return an application and its job.

        Raises:
            GraphError: There is no such job.
        """
        application = self.principal(object_id)
        job = self.entra.jobs.get(application)
        if job is None or identifier != job_id_of(self.tenant, application):
            raise not_found(identifier)
        return application, job


class OneJob(Jobs):
    permissions: ClassVar = {"GET": _READ, "DELETE": _WRITE}

    def delete(self, object_id: str, identifier: str) -> Response:
        application, _job = self.job(object_id, identifier)
        self.entra.remove_job(application)
        return nothing()

    def get(  # type: ignore[override]
        self, object_id: str, identifier: str
    ) -> Response:
        application, _job = self.job(object_id, identifier)
        return answer(self.document(application))


class Schema(Jobs):
    permissions: ClassVar = {"GET": _READ, "PUT": _WRITE}

    def get(  # type: ignore[override]
        self, object_id: str, identifier: str
    ) -> Response:
        application, job = self.job(object_id, identifier)
        connection = self.entra.connections[application]
        kept = connection.schema or schemas.new_schema(identifier)
        connection.schema = kept
        return answer(schemas.shown(kept, job, connection.attributes))

    def put(self, object_id: str, identifier: str) -> Response:
        application, job = self.job(object_id, identifier)
        connection = self.entra.connections[application]
        connection.schema = schemas.apply(self.body, job, connection.attributes)
        return nothing()


class Start(Jobs):
    """Lets the job run from now on, as it was or from the beginning."""

    permissions: ClassVar = {"POST": _WRITE}

    def post(  # type: ignore[override]
        self, object_id: str, identifier: str, action: str
    ) -> Response:
        application, job = self.job(object_id, identifier)
        is_new = not job.is_started
        if action == "restart":
            criteria = self.body.get("criteria")
            if criteria != {"resetScope": "Full"}:
                raise bad_request("The local Entra restarts with resetScope Full only.")
            job.restart(forget_links=True)
        if action == "restart" or is_new:
            job.is_started = True
            with contextlib.suppress(AlreadyRunning):
                self.entra.start_cycle(application)
        return nothing()


def job_id_of(tenant: Tenant, application: Application) -> str:
    """Return the ID of an application's job."""
    return f"{_TEMPLATE}.{uuid.UUID(tenant.id).hex}.{application.service_principal_id}"


def _connect(job: ProvisioningJob, connection: Connection) -> None:
    job.deletion_threshold = connection.deletion_threshold


def _values(pairs: Any) -> dict[str, str]:
    try:
        return {str(pair["key"]): str(pair["value"]) for pair in pairs}
    except (TypeError, KeyError):
        raise bad_request("Credentials are a list of keys and values.") from None


def _threshold(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        settings = json.loads(text)
        is_enabled = settings.get("DeleteThresholdEnabled") is True
        return int(settings["DeleteThresholdValue"]) if is_enabled else None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise bad_request("Invalid value for SyncNotificationSettings.") from None
