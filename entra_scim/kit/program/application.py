"""Which application is the environment's, and how it is made."""

from __future__ import annotations

from .graph import LONGEST_PAUSE, Refusal
from .run import BEGUN, MADE, TARGET, Document, Run, Stop, equals

_LOOKS = 5


def find_application(run: Run) -> None:
    """Find the environment's application, or make it from the template.

    An application of the same name is another's, unless something in it is this
    environment's, or a former run had begun to make it.
    """
    plan, graph = run.plan, run.graph
    app_id = run.options.app_id or plan["clientId"]
    name = run.options.name or plan["name"]
    if not app_id:
        named = graph.get(
            f"/servicePrincipals?$filter={equals('displayName', name)}"
            "&$select=id,appId,applicationTemplateId"
        )["value"]
        ours = [sp for sp in named if _is_ours(run, sp)]
        ids = ", ".join(sp["appId"] for sp in ours or named)
        if len(ours) > 1:
            raise Stop(
                f"Entra has several applications of this environment ({ids}). Delete "
                "all but one under App registrations, and run this again.",
                "several",
                ids=ids,
            )
        if named and not ours:
            raise Stop(
                f"Entra has an application named “{name}” already ({ids}), and nothing "
                "in it says that it is this environment's. To use it, run this again "
                "with --app-id and its ID. To make another one, add --name.",
                "taken",
            )
        if not named and run.notebook.has(BEGUN) and _may_be_listed_later(run):
            return find_application(run)
        if not named:
            _make_application(run, name)
            return
        if run.notebook.has(BEGUN):  # so a run made it, and lost the answer
            run.notebook.note(MADE)
        app_id = ours[0]["appId"]
    _use_application(run, app_id)


def _may_be_listed_later(run: Run) -> bool:
    """Wait, if that may help: what a former run made may not be listed yet."""
    looks = int(run.found.get("looks", 0))
    run.found["looks"] = str(looks + 1)
    if looks >= _LOOKS or run.options.check:
        return False
    run.graph.sleep(min(run.graph.pause * 2**looks, LONGEST_PAUSE))
    return True


def _is_ours(run: Run, service_principal: Document) -> bool:
    """Tell whether an application of the wanted name is this environment's."""
    found = _registration(run, service_principal["appId"])
    wanted = run.plan["application"]
    roles = {role["id"] for role in wanted["appRoles"]}
    web = found.get("web") or {}
    if wanted["logoutUrl"] and web.get("logoutUrl") == wanted["logoutUrl"]:
        return True
    if any(role.get("id") in roles for role in found.get("appRoles") or []):
        return True
    # A run that ended between making it and marking it: before, there was none.
    return (
        run.notebook.has(BEGUN)
        and not web.get("redirectUris")
        and not web.get("logoutUrl")
    )


def _registration(run: Run, app_id: str) -> Document:
    found = run.graph.get(
        f"/applications?$filter={equals('appId', app_id)}&$select=id,appId,web,appRoles"
    )["value"]
    if not found:
        raise Stop(
            f"The directory that you are signed in to has no application {app_id}. Sign "
            "in to the right one (az login --tenant …), or give another --app-id.",
            "absent",
        )
    registration: Document = found[0]
    return registration


def _use_application(run: Run, app_id: str) -> None:
    registration = _registration(run, app_id)
    found = run.graph.get(
        f"/servicePrincipals?$filter={equals('appId', app_id)}"
        "&$select=id,appId,applicationTemplateId"
    )["value"]
    if not found or not found[0].get("applicationTemplateId"):
        raise Stop(
            f"The application {app_id} was made for sign-in alone and cannot provision. "
            "Make one with New application → Create your own application, or leave "
            "--app-id out.",
            "sign_in_only",
        )
    run.found.update(app=registration["id"], appId=app_id, sp=found[0]["id"])
    _note_target(run)


def _note_target(run: Run) -> None:
    if not run.options.check and run.notebook.first(TARGET) is None:
        run.notebook.keep(TARGET, {"appId": run.found["appId"]})


def _give_way(run: Run, name: str, made: Document) -> None:
    """Delete what was just made if somebody else made one of the name too.

    Of two runs that look at the same time, both find none.
    """
    named = run.graph.get(
        f"/servicePrincipals?$filter={equals('displayName', name)}&$select=id,appId"
    )["value"]
    others = [sp["appId"] for sp in named if sp["appId"] != made["appId"]]
    if others:
        run.graph.send("DELETE", f"/applications/{made['id']}")
        raise Stop(
            f"Somebody else made an application named “{name}” at the same time "
            f"({', '.join(others)}), so this run deleted its own. Run this again: it "
            "uses theirs.",
            "raced",
        )


def _make_application(run: Run, name: str) -> None:
    if not run.differs([f"Enterprise applications: make “{name}”"]):
        return
    run.notebook.note(BEGUN)
    try:
        made = run.graph.send(
            "POST",
            f"/applicationTemplates/{run.plan['templateId']}/instantiate",
            {"displayName": name},
            once=True,
        )
    except Refusal as refusal:
        if 400 <= refusal.status < 500:  # surely not made
            run.notebook.forget(BEGUN)
        raise
    application, principal = made["application"], made["servicePrincipal"]
    _give_way(run, name, application)
    run.notebook.note(MADE)
    run.found.update(
        app=application["id"], appId=application["appId"], sp=principal["id"]
    )
    _note_target(run)
    run.graph.is_fresh = True
    run.graph.rest(run.graph.pause)
