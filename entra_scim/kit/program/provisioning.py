"""The job that provisions people: its credentials, its mapping, and its start."""

from __future__ import annotations

from . import changes, saved
from .graph import Refusal
from .run import JOB, SAVED, Document, Run, Stop

_POLLS = 24
_SAVE = "Provisioning: save the Tenant URL and the access key"


def find_template(run: Run) -> None:
    """Wait for the provisioning template, which a new application has only later."""
    polls = _POLLS if run.graph.is_fresh else 1
    for poll in range(polls):
        if poll:
            run.graph.sleep(run.graph.pause)
        templates = run.graph.get(f"{run.synchronization}/templates")["value"]
        ids = [str(template.get("id")) for template in templates]
        known = [name for name in run.plan["templates"] if name in ids]
        fitting = known or [i for i in ids if "scim" in i.lower()]
        if fitting:
            run.found["template"] = fitting[0]
            return
    raise Stop(
        "Entra offers no SCIM provisioning for this application "
        f"({', '.join(ids) or 'no template'}). If it was made just now, run this again "
        "in ten minutes. Otherwise make one with New application → Create your own "
        "application.",
        "no_template",
    )


def find_job(run: Run) -> None:
    jobs = run.graph.get(f"{run.synchronization}/jobs")["value"]
    fitting = [job for job in jobs if job.get("templateId") == run.found["template"]]
    if fitting:
        run.found["job"] = fitting[0]["id"]
        is_active = (fitting[0].get("schedule") or {}).get("state") == "Active"
        if is_active and not _quarantine(fitting[0]):
            run.found["runs"] = "yes"


def save_credentials(run: Run) -> None:
    """Try the credentials, then save them: a job with bad ones is quarantined at once.

    The key cannot be read back. A job is made after it was saved, so where one is, it
    is asked for only to replace it, or because what is saved with it must change.
    """
    has_job = "job" in run.found
    differing = _differing(run) if has_job else [_SAVE]
    if run.options.check:
        run.differs(differing)
        return
    is_settled = run.notebook.has(SAVED) and not run.options.new_key and not differing
    key = "" if is_settled else run.ask_key()
    if not key:
        if has_job:
            run.say("  left as they are")
            run.differences += differing
            return
        raise Stop(
            "The access key is needed: generate one in the tab, under SCIM access key."
        )
    secret = {"key": "SecretToken", "value": key}
    credentials = run.plan["credentials"]
    try:
        run.graph.send(
            "POST",
            f"{run.synchronization}/jobs/validateCredentials",
            {
                "templateId": run.found["template"],
                "useSavedCredentials": False,
                "credentials": [credentials[0], secret],
            },
        )
    except Refusal as refusal:
        if refusal.status != 400:
            raise
        raise Stop(
            f"Entra could not reach {credentials[0]['value']} with this key: "
            f"{refusal.text}. Nothing was saved. Is the address reachable from the "
            "internet, and is the key whole and not revoked?",
            "unreachable",
            url=credentials[0]["value"],
            text=refusal.text,
        ) from None
    run.differs(differing or [_SAVE])
    run.graph.send(
        "PUT",
        f"{run.synchronization}/secrets",
        {"value": [credentials[0], secret, *credentials[1:]]},
    )
    run.notebook.note(SAVED)
    run.has_new_key = True


def _differing(run: Run) -> list[str]:
    """Return what Entra says of saved settings that is otherwise than wanted."""
    try:
        found = run.graph.get(f"{run.synchronization}/secrets")
    except Refusal as refusal:
        if refusal.status not in (400, 403, 404, 405):
            raise
        run.say(f"  not compared: Entra does not show what is saved ({refusal.text})")
        return []
    plan = run.plan
    return saved.differing(plan["credentials"], found, plan["anyRecipient"])


def make_job(run: Run) -> None:
    if "job" not in run.found:
        # One may be there whose answer was lost, and an application has one job.
        find_job(run)
    if "job" in run.found or not run.differs(["Provisioning: make the job"]):
        return
    run.notebook.note(JOB)
    try:
        job = run.graph.send(
            "POST",
            f"{run.synchronization}/jobs",
            {"templateId": run.found["template"]},
            once=True,
        )
    except Refusal as refusal:
        if 400 <= refusal.status < 500:  # surely not made
            run.notebook.forget(JOB)
        raise
    run.found["job"] = job["id"]


def set_schema(run: Run) -> None:
    if "job" not in run.found:
        run.differs(["Attribute mapping: externalId, roles, no groups"])
        return
    path = f"{run.job}/schema"
    found = run.graph.get(path)
    change = changes.schema(run.plan["schema"], found)
    if run.options.check:
        run.differs(saved.scope_filters(run.plan["schema"], found))
    if not run.differs(change.differences):
        return
    copy = run.notebook.keep("schema", found)
    run.say(f"  the former schema is kept in {copy}")
    run.graph.send("PUT", path, change.body)
    left = changes.schema(run.plan["schema"], run.graph.get(path)).differences
    if left:
        raise Stop(
            f"Entra kept the schema otherwise than it was sent ({'; '.join(left)}). "
            "Set this by hand: Provisioning → Attribute mapping."
        )


def start(run: Run) -> None:
    """Start the job last: a schema that changes later costs a full initial cycle."""
    if "job" not in run.found:
        run.differs(["Provisioning: start"])
        return
    job = run.graph.get(run.job)
    if (job.get("schedule") or {}).get("state") != "Active" and run.differs(
        ["Provisioning: start"]
    ):
        job = _started(run)
    if (
        _quarantine(job)
        and run.has_new_key
        and run.differs(["Provisioning: restart, after new credentials"])
    ):
        run.graph.send(
            "POST", f"{run.job}/restart", {"criteria": {"resetScope": "Full"}}
        )
        run.has_new_key = False
        job = _started(run)
    quarantine = _quarantine(job)
    if quarantine:
        error = quarantine.get("error") or {}
        reason = str(error.get("message") or quarantine.get("reason") or "no reason")
        raise Stop(
            f"Entra has put provisioning in quarantine: {reason}. The tab's events say "
            "what was refused.",
            "quarantine",
            text=reason,
        )


def _started(run: Run) -> Document:
    run.graph.send("POST", f"{run.job}/start")
    run.graph.rest(2 * run.graph.pause)
    return run.graph.get(run.job)


def _quarantine(job: Document) -> Document:
    quarantine: Document = (job.get("status") or {}).get("quarantine") or {}
    return quarantine
