"""What an application needs so that people can sign in with it."""

from __future__ import annotations

import time
from datetime import date

from . import changes, proofs
from .graph import Refusal
from .run import ASKED, Document, Run, Stop, equals

CONSENT_LEFT = "API permissions: grant admin consent"
"""What differs where nobody with enough rights has consented."""
_MAY_NOT = {400, 403}
"""What Graph answers to somebody who may not consent, or not to this."""


def set_registration(run: Run) -> None:
    path = f"/applications/{run.found['app']}"
    found = run.graph.get(
        f"{path}?$select=appRoles,web,requiredResourceAccess,optionalClaims"
    )
    change = changes.application(run.plan["application"], found)
    if run.differs(change.differences):
        run.notebook.keep("application", found)
        run.graph.send("PATCH", path, change.body)


def require_assignment(run: Run) -> None:
    path = run.service_principal
    found = run.graph.get(
        f"{path}?$select=appRoleAssignmentRequired,appOwnerOrganizationId"
    )
    tenant = run.found["tenant"] = found.get("appOwnerOrganizationId") or ""
    if run.plan["tenantId"] and tenant and tenant != run.plan["tenantId"]:
        raise Stop(
            f"You are signed in to the directory {tenant}, but this environment is "
            f"connected to {run.plan['tenantId']}. Sign in there: az login --tenant "
            f"{run.plan['tenantId']}",
            "tenant",
        )
    if found.get("appRoleAssignmentRequired") is not True and run.differs(
        ["Properties: assignment required"]
    ):
        run.notebook.keep("assignment", found)
        run.graph.send("PATCH", path, {"appRoleAssignmentRequired": True})


def prove(run: Run) -> None:
    """Give the application what sign-in proves itself with, if the tab has nothing."""
    path = f"/applications/{run.found['app']}"
    plan = run.plan
    if plan["certificate"]:
        found = run.graph.get(f"{path}?$select=keyCredentials")
        change = proofs.certificates(plan["certificate"], found)
        if run.options.check and not change.differences:
            ours = [
                one
                for one in changes.dicts(found, "keyCredentials")
                if one.get("key") == plan["certificate"]
            ]
            run.differs(proofs.expiring("Certificates", ours, _today()))
        if run.differs(change.differences):
            run.notebook.keep("certificate", {"key": plan["certificate"]})
            run.graph.send("PATCH", path, change.body)
        return
    if plan["federated"] and not run.options.new_secret:
        known = run.graph.get(f"{path}/federatedIdentityCredentials")["value"]
        try:
            if proofs.is_trusted(plan["federated"], known):
                return
        except changes.Unsuitable as reason:
            if not run.options.check:
                raise
            run.differs([str(reason)])
            return
        if run.differs([f"Federated credentials: add {plan['federated']['name']}"]):
            run.notebook.keep("federated", plan["federated"])
            run.graph.send(
                "POST",
                f"{path}/federatedIdentityCredentials",
                plan["federated"],
                once=True,
            )
        return
    is_wanted = plan["needsSecret"] or run.options.new_secret
    if not is_wanted and not (plan["hasSecret"] and run.options.check):
        return
    _add_secret(run, path, plan["secretName"])


def _add_secret(run: Run, path: str, name: str) -> None:
    """Add a client secret, once: each one has a value that Entra shows only then."""
    found = run.graph.get(f"{path}?$select=passwordCredentials")
    known = changes.dicts(found, "passwordCredentials")
    named = [one["keyId"] for one in known if one.get("displayName") == name]
    if run.options.check and (run.plan["hasSecret"] or named):
        run.differs(proofs.expiring("Client secrets", known, _today()))
    if run.options.check and run.plan["hasSecret"]:
        return
    made = _without_unseen(run, path, named)
    if run.options.check and made:
        return
    if made and not run.options.new_secret:
        run.say(
            f"  There is a client secret “{name}” already. Its value was shown once. "
            "If nobody has it, delete it under Certificates & secrets, and run this "
            "again with --new-secret."
        )
        return
    if not run.differs([f"Client secrets: add “{name}”"]):
        return
    for identifier in made:
        run.notebook.note(_known(identifier))
    run.notebook.note(ASKED)
    wanted = {"displayName": name, "endDateTime": run.plan["secretEnds"]}
    try:
        answer = run.graph.send(
            "POST", f"{path}/addPassword", {"passwordCredential": wanted}, once=True
        )
    except Refusal as refusal:
        if 400 <= refusal.status < 500:  # surely not made
            run.notebook.forget(ASKED)
        raise
    run.show_secret(answer["secretText"], str(answer.get("endDateTime", ""))[:10])
    run.notebook.keep("secret", {"keyId": answer["keyId"]})
    run.notebook.forget(ASKED)


def _without_unseen(run: Run, path: str, made: list[str]) -> list[str]:
    """Delete the secret that a former run added if nobody saw its value."""
    if not run.notebook.has(ASKED):
        return made
    unseen = [one for one in made if not run.notebook.has(_known(one))]
    for identifier in unseen:
        if run.differs(["Client secrets: delete one whose value nobody has seen"]):
            run.graph.send("POST", f"{path}/removePassword", {"keyId": identifier})
    if not run.options.check:
        run.notebook.forget(ASKED)
    return [one for one in made if one not in unseen]


def _known(identifier: str) -> str:
    """Return the note that a secret was there before another was asked for."""
    return f"secret-{identifier}-was-there"


def _today() -> date:
    return date(*time.gmtime()[:3])


def consent(run: Run) -> None:
    """Consent for everybody, last: it may need more rights than all before.

    Somebody who may not consent is told where somebody who may can do it.
    """
    wanted = run.plan["consent"]
    try:
        _consent(run, wanted)
    except Refusal as refusal:
        if refusal.status not in _MAY_NOT:
            raise
        run.differences.append(CONSENT_LEFT)
        run.say(
            f"  not done: {refusal.text}. Ask an administrator who may consent to open "
            f"{run.plan['signIn']}/{run.found['tenant'] or 'organizations'}/adminconsent"
            f"?client_id={run.found['appId']}"
        )


def _consent(run: Run, wanted: Document) -> None:
    sp = run.found["sp"]
    resource = run.graph.get(
        f"/servicePrincipals?$filter={equals('appId', wanted['resourceAppId'])}"
    )["value"][0]["id"]
    grants = run.graph.get(f"/oauth2PermissionGrants?$filter={equals('clientId', sp)}")
    ours = [
        grant
        for grant in grants["value"]
        if grant.get("resourceId") == resource
        and grant.get("consentType") == "AllPrincipals"
    ]
    given = str(ours[0].get("scope") or "").split() if ours else []
    missing = [scope for scope in wanted["scope"].split() if scope not in given]
    if not missing or not run.differs(
        [f"API permissions: grant admin consent for {' '.join(missing)}"]
    ):
        return
    scope = " ".join([*given, *missing])
    if ours:
        identifier = ours[0]["id"]
        run.notebook.keep("consent", {"id": identifier, "scope": " ".join(given)})
        run.graph.send(
            "PATCH", f"/oauth2PermissionGrants/{identifier}", {"scope": scope}
        )
        return
    made = run.graph.send(
        "POST",
        "/oauth2PermissionGrants",
        {
            "clientId": sp,
            "consentType": "AllPrincipals",
            "principalId": None,
            "resourceId": resource,
            "scope": scope,
        },
        once=True,
    )
    run.notebook.keep("consent", {"id": made["id"], "scope": ""})
