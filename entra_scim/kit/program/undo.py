"""Take back what former runs made, and nothing else.

What was there before is known from the documents that were kept before each change. An
application that a run created goes as a whole.
"""

from __future__ import annotations

from typing import Any

from . import application as applications
from .changes import Document, dicts
from .graph import Refusal
from .run import JOB, MADE, TARGET, Notebook, Run, Stop


def undo(run: Run) -> None:
    """Take back what the runs made that this notebook is of.

    Raises:
        Refusal: Graph refused. What is undone stays so: do it again.
        Stop: Nothing is known of a run here, or the application is another's.
    """
    notebook = run.notebook
    if not is_known(notebook):
        raise Stop(
            "Nothing is known here of what was made: runs are noted in ~/entra-kit on "
            "the machine that they ran on. Undo it there, or delete the application by "
            "hand under App registrations."
        )
    # Looks only: what is not there any more must not be made again.
    run.options.check = True
    target = notebook.first(TARGET) or {}
    run.options.app_id = run.options.app_id or target.get("appId", "")
    try:
        applications.find_application(run)
    except Stop as reason:
        if reason.code != "absent":
            raise
    if "app" not in run.found:
        run.say(
            "  There is no such application any more, or you are signed in to another "
            "directory."
        )
        return
    if target and run.found["appId"] != target["appId"]:
        raise Stop(
            f"What is known here is of the application {target['appId']}. Leave "
            "--app-id out."
        )
    registration = f"/applications/{run.found['app']}"
    if notebook.has(MADE):
        run.say("  deletes: the application, with all that belongs to it")
        run.graph.send("DELETE", registration)
        for name in (MADE, JOB):
            notebook.forget(name)
        return
    _undo_provisioning(run)
    _undo_proof(run, registration)
    _undo_consent(run)
    _undo_registration(run, registration)


_KEPT = (
    "schema",
    "application",
    "assignment",
    "consent",
    "secret",
    "certificate",
    "federated",
)


def is_known(notebook: Notebook) -> bool:
    """Tell whether runs made anything that can be taken back."""
    return any([notebook.has(MADE), notebook.has(JOB), *(map(notebook.first, _KEPT))])


def _undo_provisioning(run: Run) -> None:
    jobs = run.graph.get(f"{run.synchronization}/jobs")["value"]
    if not jobs:
        return
    path = f"{run.synchronization}/jobs/{jobs[0]['id']}"
    former = run.notebook.first("schema")
    if run.notebook.has(JOB):
        run.say("  deletes: the provisioning job")
        run.graph.send("DELETE", path)
        run.notebook.forget(JOB)
    elif former:
        run.say("  restores: the attribute mapping")
        run.graph.send("PUT", f"{path}/schema", former)


def _undo_proof(run: Run, path: str) -> None:
    secret = run.notebook.first("secret")
    if secret:
        known = run.graph.get(f"{path}?$select=passwordCredentials")
        if secret["keyId"] in [
            one["keyId"] for one in dicts(known, "passwordCredentials")
        ]:
            run.say("  deletes: the client secret")
            run.graph.send("POST", f"{path}/removePassword", {"keyId": secret["keyId"]})
    certificate = run.notebook.first("certificate")
    if certificate:
        known = run.graph.get(f"{path}?$select=keyCredentials")
        rest = [
            one
            for one in dicts(known, "keyCredentials")
            if one.get("key") != certificate["key"]
        ]
        run.say("  deletes: the certificate")
        run.graph.send("PATCH", path, {"keyCredentials": rest})
    federated = run.notebook.first("federated")
    if federated:
        known = run.graph.get(f"{path}/federatedIdentityCredentials")
        for one in dicts(known, "value"):
            if one.get("name") == federated["name"]:
                run.say("  deletes: the federated credential")
                run.graph.send(
                    "DELETE", f"{path}/federatedIdentityCredentials/{one['id']}"
                )


def _undo_consent(run: Run) -> None:
    former = run.notebook.first("consent")
    if not former:
        return
    run.say("  restores: admin consent")
    path = f"/oauth2PermissionGrants/{former['id']}"
    if former["scope"]:
        run.graph.send("PATCH", path, {"scope": former["scope"]})
    else:
        try:
            run.graph.send("DELETE", path)
        except Refusal as refusal:
            if refusal.status != 404:  # by an undo that stopped after it
                raise


def _undo_registration(run: Run, path: str) -> None:
    """Take back what was added, and leave what others added since."""
    assignment = run.notebook.first("assignment")
    if assignment and assignment.get("appRoleAssignmentRequired") is not True:
        run.say("  restores: assignment is not required")
        run.graph.send(
            "PATCH", run.service_principal, {"appRoleAssignmentRequired": False}
        )
    former = run.notebook.first("application")
    if not former:
        return
    found = run.graph.get(
        f"{path}?$select=appRoles,web,requiredResourceAccess,optionalClaims"
    )
    wanted = run.plan["application"]
    before = {role.get("id") for role in dicts(former, "appRoles")}
    added = {role["id"] for role in wanted["appRoles"]} - before
    kept = [
        {name: value for name, value in role.items() if name != "origin"}
        for role in dicts(found, "appRoles")
    ]
    if any(role["id"] in added for role in kept):
        run.say("  deletes: app roles")
        # One that is enabled cannot be deleted:
        # https://learn.microsoft.com/en-us/graph/api/resources/approle
        disabled = [
            {**role, "isEnabled": False} if role["id"] in added else role
            for role in kept
        ]
        run.graph.send("PATCH", path, {"appRoles": disabled})
        rest = [role for role in disabled if role["id"] not in added]
        run.graph.send("PATCH", path, {"appRoles": rest})
    run.say("  restores: redirect URIs, sign-out, permission and claims")
    run.graph.send("PATCH", path, _former_rest(wanted, former, found))


def _former_rest(wanted: Document, former: Document, found: Document) -> Document:
    def without(name: str, key: str, ours: set[Any]) -> list[Document]:
        old = former.get("optionalClaims") or {}
        now = found.get("optionalClaims") or {}
        known = {one.get(key) for one in dicts(old, name)}
        return [one for one in dicts(now, name) if one.get(key) not in ours - known]

    web, old = found.get("web") or {}, former.get("web") or {}
    uris = [
        uri
        for uri in web.get("redirectUris") or []
        if uri != wanted["redirectUri"] or uri in (old.get("redirectUris") or [])
    ]
    logout = web.get("logoutUrl")
    if logout == wanted["logoutUrl"]:
        logout = old.get("logoutUrl")
    claims = {claim["name"] for claim in wanted["idTokenClaims"]}
    permission = wanted["permission"]
    had = any(
        access.get("id") == permission["id"]
        for entry in dicts(former, "requiredResourceAccess")
        for access in dicts(entry, "resourceAccess")
    )
    access = []
    for entry in dicts(found, "requiredResourceAccess"):
        rest = [
            one
            for one in dicts(entry, "resourceAccess")
            if had or one.get("id") != permission["id"]
        ]
        if rest:
            access.append({**entry, "resourceAccess": rest})
    return {
        "web": {"redirectUris": uris, "logoutUrl": logout},
        "requiredResourceAccess": access,
        "optionalClaims": {
            **(found.get("optionalClaims") or {}),
            "idToken": without("idToken", "name", claims),
        },
    }
