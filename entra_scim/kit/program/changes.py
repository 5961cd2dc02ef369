"""What to change in a document of Entra's, so that it says what the plan wants.

Each function takes a part of the plan and the document as Entra answered it, and
returns the document to send with the differences in words. Nothing is changed in
place, and what the plan does not speak of goes back as it came: Entra replaces lists
and whole schemas, so what were left out would be lost
(https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-update).
"""

from __future__ import annotations

from typing import Any, NamedTuple

Document = dict[str, Any]


class Unsuitable(Exception):
    """A document is not what Entra answers here, or must be changed by hand first.

    ``code`` and ``values`` are for those who say so in words of their own.
    """

    def __init__(self, text: str, /, code: str = "", **values: str) -> None:
        super().__init__(text)
        self.code = code
        self.values = values


class Change(NamedTuple):
    """A document to send, and in which way it differs from what was found."""

    body: Document
    differences: list[str]


def application(wanted: Document, found: Document) -> Change:
    """Return what to PATCH an application with.

    ``redirectUris``, ``requiredResourceAccess`` and ``appRoles`` are replaced whole:
    https://learn.microsoft.com/en-us/graph/api/application-update

    Raises:
        Unsuitable: The application signs people out of something else.
    """
    body: Document = {}
    differences: list[str] = []
    for name, change in (
        ("web", _web(wanted, found.get("web") or {})),
        ("requiredResourceAccess", _access(wanted, found)),
        ("optionalClaims", _claims(wanted, found.get("optionalClaims") or {})),
        ("appRoles", _roles(wanted["appRoles"], dicts(found, "appRoles"))),
    ):
        if change.differences:
            body[name] = change.body[name]
            differences += change.differences
    return Change(body, differences)


def schema(wanted: Document, found: Document) -> Change:
    """Return a synchronization schema that sends object IDs and roles, and no groups.

    Raises:
        Unsuitable: It is not the schema of an application that provisions users.
    """
    differences: list[str] = []
    targets = set()
    rules = []
    for rule in dicts(found, "synchronizationRules"):
        mappings = []
        for mapping in dicts(rule, "objectMappings"):
            source = mapping.get("sourceObjectName")
            if source == wanted["sourceObject"]:
                targets.add(
                    (
                        str(rule.get("targetDirectoryName")),
                        str(mapping.get("targetObjectName")),
                    )
                )
                mapping = _user_mapping(wanted, mapping, differences)
            elif source == wanted["leftOut"] and mapping.get("enabled") is not False:
                differences.append(f"{source}: do not provision")
                mapping = {**mapping, "enabled": False}
            mappings.append(mapping)
        rules.append({**rule, "objectMappings": mappings})
    if not targets:
        raise Unsuitable(
            "This is not the synchronization schema of an application that provisions "
            "users: no rule in it maps the object User."
        )
    directories = [
        _directory(wanted["attribute"], directory, targets, differences)
        for directory in dicts(found, "directories")
    ]
    if targets:
        name = ", ".join(sorted(directory for directory, _name in targets))
        raise Unsuitable(f"The schema describes no users of the target {name}.")
    body = {**found, "directories": directories, "synchronizationRules": rules}
    return Change(body, differences)


def _web(wanted: Document, found: Document) -> Change:
    uris = found.get("redirectUris") or []
    differences = []
    if wanted["redirectUri"] and wanted["redirectUri"] not in uris:
        differences.append(f"Redirect URIs: add {wanted['redirectUri']}")
        uris = [*uris, wanted["redirectUri"]]
    logout = found.get("logoutUrl") or ""
    if wanted["logoutUrl"] and logout != wanted["logoutUrl"]:
        if logout:
            raise Unsuitable(
                f"The application signs people out at {logout}, so it belongs to "
                "something else. Choose another application, or empty Front-channel "
                "logout URL under App registrations → Authentication.",
                "other_product",
                url=str(logout),
            )
        differences.append(f"Front-channel logout URL: {wanted['logoutUrl']}")
        logout = wanted["logoutUrl"]
    web = {"redirectUris": uris, "logoutUrl": logout or None}
    return Change({"web": web}, differences)


def _access(wanted: Document, found: Document) -> Change:
    name = "requiredResourceAccess"
    permission = wanted["permission"]
    entries = dicts(found, name)
    ours = next(
        (e for e in entries if e.get("resourceAppId") == permission["resourceAppId"]),
        {"resourceAppId": permission["resourceAppId"]},
    )
    access = dicts(ours, "resourceAccess")
    if any(entry.get("id") == permission["id"] for entry in access):
        return Change({}, [])
    added = {"id": permission["id"], "type": "Scope"}
    changed = {**ours, "resourceAccess": [*access, added]}
    others = [entry for entry in entries if entry is not ours]
    return Change(
        {name: [*others, changed]}, [f"API permissions: add {permission['name']}"]
    )


def _claims(wanted: Document, found: Document) -> Change:
    claims = dicts(found, "idToken")
    names = {entry.get("name") for entry in claims}
    missing = [claim for claim in wanted["idTokenClaims"] if claim["name"] not in names]
    if not missing:
        return Change({}, [])
    changed = {
        **found,
        "idToken": [*claims, *missing],
        "accessToken": found.get("accessToken") or [],
        "saml2Token": found.get("saml2Token") or [],
    }
    return Change(
        {"optionalClaims": changed},
        [f"ID token: add the claim {claim['name']}" for claim in missing],
    )


def _roles(wanted: list[Document], found: list[Document]) -> Change:
    differences = []
    # Read-only, and refused in a PATCH:
    # https://learn.microsoft.com/en-us/graph/api/resources/approle
    entries = [
        {name: value for name, value in entry.items() if name != "origin"}
        for entry in found
    ]
    by_value = {entry.get("value"): entry for entry in entries}
    by_id = {entry.get("id"): entry for entry in entries}
    for role in wanted:
        existing = by_value.get(role["value"])
        if existing is None and role["id"] in by_id:
            renamed = str(by_id[role["id"]].get("value"))
            raise Unsuitable(
                f"The app role {role['value']} has the Value {renamed} in Entra now. "
                "Give both the same: in the tab under Roles, or in Entra under App "
                "registrations → App roles.",
                "role_renamed",
                role=role["value"],
                value=renamed,
            )
        if existing is None:
            entries.append(role)
            differences.append(f"App roles: add {role['value']}")
        elif "User" not in (existing.get("allowedMemberTypes") or []):
            raise Unsuitable(
                f"The app role {role['value']} is for applications only. Allow "
                "Users/Groups under App registrations → App roles.",
                "role_of_applications",
                role=role["value"],
            )
        elif existing.get("isEnabled") is False:
            existing["isEnabled"] = True
            differences.append(f"App roles: enable {role['value']}")
    return Change({"appRoles": entries}, differences)


def _user_mapping(
    wanted: Document, mapping: Document, differences: list[str]
) -> Document:
    changed = dict(mapping)
    if mapping.get("enabled") is not True:
        differences.append("User: provision")
        changed["enabled"] = True
    if _words(mapping.get("flowTypes")) != _words(wanted["flowTypes"]):
        differences.append(f"User: {wanted['flowTypes']}")
        changed["flowTypes"] = wanted["flowTypes"]
    rows = dicts(mapping, "attributeMappings")
    # Of an app role that somebody mapped to a part of roles: two rows would write to
    # one attribute.
    name = wanted["attribute"]["name"]
    kept = [row for row in rows if not _is_part_of(name, row)]
    differences += [
        f"Mapping: delete {row.get('targetAttributeName')}"
        for row in rows
        if _is_part_of(name, row)
    ]
    for row in wanted["mappings"]:
        kept = _with_row(kept, row, differences)
    changed["attributeMappings"] = kept
    return changed


def _with_row(
    rows: list[Document], wanted: Document, differences: list[str]
) -> list[Document]:
    name = wanted["targetAttributeName"]
    expression = wanted["source"]["expression"]
    changed = []
    is_there = False
    for row in rows:
        if _folded(row.get("targetAttributeName")) == _folded(name):
            is_there = True
            if not _is_same(row, wanted):
                differences.append(f"Mapping: {name} from {expression}")
                row = {
                    **row,
                    "source": wanted["source"],
                    "flowType": wanted["flowType"],
                }
        changed.append(row)
    if not is_there:
        differences.append(f"Mapping: add {name} from {expression}")
        changed.append(wanted)
    return changed


def _is_same(row: Document, wanted: Document) -> bool:
    source = row.get("source")
    if not isinstance(source, dict) or row.get("flowType") != wanted["flowType"]:
        return False
    expressions = [
        str(one.get("expression") or f"[{one.get('name')}]").replace(" ", "")
        for one in (source, wanted["source"])
    ]
    return (
        source.get("type") == wanted["source"]["type"]
        and expressions[0] == expressions[1]
    )


def _is_part_of(name: str, row: Document) -> bool:
    target = _folded(row.get("targetAttributeName"))
    return target.startswith((f"{_folded(name)}[", f"{_folded(name)}."))


def _directory(
    wanted: Document, directory: Document, targets: Any, differences: list[str]
) -> Document:
    objects = []
    for one in dicts(directory, "objects"):
        target = (str(directory.get("name")), str(one.get("name")))
        if target in targets:
            targets.discard(target)
            one = _described(wanted, one, differences)
        objects.append(one)
    return {**directory, "objects": objects}


def _described(wanted: Document, one: Document, differences: list[str]) -> Document:
    name = wanted["name"]
    kinds = {key: wanted[key] for key in ("type", "multivalued")}
    changed = []
    is_there = False
    for entry in dicts(one, "attributes"):
        if _folded(entry.get("name")) == _folded(name):
            is_there = True
            if {**entry, **kinds} != entry:
                differences.append(f"Attribute list: {name} is String, Multi-Value")
                entry = {**entry, **kinds}
        changed.append(entry)
    if not is_there:
        differences.append(f"Attribute list: add {name}, String, Multi-Value")
        changed.append(wanted)
    return {**one, "attributes": changed}


def dicts(document: Document, name: str) -> list[Document]:
    entries = document.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise Unsuitable(f"“{name}” should be a list of objects.")
    return entries


def _folded(text: Any) -> str:
    return str(text or "").lower()


def _words(text: Any) -> list[str]:
    return sorted(str(text or "").replace(",", " ").split())
