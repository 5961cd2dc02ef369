"""A job's attribute mapping as a synchronization schema, and back.

https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationschema
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from entra_emulator.directory import PROFILE, new_id
from entra_emulator.provisioning.expressions import (
    Attribute,
    Call,
    ExpressionError,
    parse,
)
from entra_emulator.provisioning.job import ProvisioningJob
from entra_emulator.provisioning.mappings import DEFAULT_MAPPINGS, Mapping
from entra_emulator.provisioning.targets import TargetError

from .errors import bad_request
from .queries import Document

_TARGET = "customappsso"
_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def new_schema(job_id: str) -> Document:
    """Return the schema of a job that was just made, without its mappings."""
    return {
        "@odata.type": "#microsoft.graph.synchronizationSchema",
        "id": job_id,
        "version": new_id(),
        "provisioningTaskIdentifier": "scim",
        "synchronizationRules": [
            {
                "containerFilter": None,
                "editable": True,
                "groupFilter": None,
                "id": new_id(),
                "metadata": [{"key": "IterateOnParentObjects", "value": "false"}],
                "name": "USER_OUTBOUND_USER",
                "objectMappings": [
                    _object_mapping("Users", "User", _USER),
                    _object_mapping("Groups", "Group", _GROUP),
                ],
                "priority": 1,
                "sourceDirectoryName": "Azure Active Directory",
                "targetDirectoryName": _TARGET,
            }
        ],
        "directories": [
            _directory(
                "Azure Active Directory",
                {
                    "User": sorted({*PROFILE, "objectId", "userPrincipalName"}),
                    "Group": [],
                },
            ),
            _directory(_TARGET, {_USER: ["id"], _GROUP: ["id"]}),
        ],
    }


def shown(schema: Document, job: ProvisioningJob, added: dict[str, bool]) -> Document:
    """Return a schema with the rows and target attributes as they are now.

    They may have been changed in the portal since it was sent.
    """
    rules = []
    for rule in schema["synchronizationRules"]:
        mappings = []
        for mapping in rule["objectMappings"]:
            if mapping["sourceObjectName"] == "User":
                mapping = {**mapping, "attributeMappings": _rows(mapping, job.mappings)}
            elif mapping["sourceObjectName"] == "Group":
                mapping = {**mapping, "enabled": job.with_groups}
            mappings.append(mapping)
        rules.append({**rule, "objectMappings": mappings})
    directories = [
        {
            **directory,
            "objects": [
                {**one, "attributes": _described(one["attributes"], job, added)}
                if directory["name"] == _TARGET and one["name"] == _USER
                else one
                for one in directory["objects"]
            ],
        }
        for directory in schema["directories"]
    ]
    return {**schema, "synchronizationRules": rules, "directories": directories}


def apply(schema: Any, job: ProvisioningJob, added: dict[str, bool]) -> Document:
    """Let a job provision as a schema says, and return the schema to keep.

    Raises:
        GraphError: It is not whole, or has a row that Entra cannot use.
    """
    try:
        users = [
            mapping
            for rule in schema["synchronizationRules"]
            for mapping in rule["objectMappings"]
            if mapping["sourceObjectName"] == "User"
        ]
        groups = [
            mapping["enabled"]
            for rule in schema["synchronizationRules"]
            for mapping in rule["objectMappings"]
            if mapping["sourceObjectName"] == "Group"
        ]
        attributes = {
            attribute["name"]: attribute.get("multivalued") is True
            for directory in schema["directories"]
            if directory["name"] == _TARGET
            for one in directory["objects"]
            if one["name"] == _USER
            for attribute in one["attributes"]
        }
        mappings = [_mapping(row) for row in users[0]["attributeMappings"]]
        deletes = "Delete" in users[0]["flowTypes"]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise bad_request(f"The schema is not whole: {error!r}") from None
    if not any(mapping.matching for mapping in mappings):
        raise bad_request("At least one attribute mapping must be a matching one.")
    for mapping in mappings:
        if mapping.target not in attributes:
            raise bad_request(
                f"The target attribute '{mapping.target}' is not in the directory."
            )
    known = {row.target for row in DEFAULT_MAPPINGS} | {"id"}
    if mappings != list(job.mappings):
        job.mappings = mappings
    job.with_groups = any(groups)
    job.deletes = deletes
    added.clear()
    added.update({n: multi for n, multi in attributes.items() if n not in known})
    return {**schema, "version": new_id()}


def _mapping(row: Document) -> Mapping:
    source = row["source"]
    expression = source["expression"]
    if source["type"] == "Attribute":
        expression = source["name"]
    try:
        parse(expression)
        return Mapping(
            row["targetAttributeName"], expression, row.get("matchingPriority") or None
        )
    except (ExpressionError, TargetError) as error:
        raise bad_request(str(error)) from None


def _rows(mapping: Document, rows: Iterable[Mapping]) -> list[Document]:
    kept = {row["targetAttributeName"]: row for row in mapping["attributeMappings"]}
    return [
        kept[row.target]
        if row.target in kept and _mapping(kept[row.target]) == row
        else _row(row)
        for row in rows
    ]


def _row(mapping: Mapping) -> Document:
    match mapping.expression:
        case Attribute(name):
            source = {"type": "Attribute", "name": name, "expression": f"[{name}]"}
        case Call(name, _arguments):
            source = {"type": "Function", "name": name, "expression": mapping.source}
        case _:
            source = {"type": "Constant", "name": "", "expression": mapping.source}
    return {
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": mapping.matching or 0,
        "source": {**source, "parameters": []},
        "targetAttributeName": mapping.target,
    }


def _described(
    attributes: list[Document], job: ProvisioningJob, added: dict[str, bool]
) -> list[Document]:
    kept = {attribute["name"]: attribute for attribute in attributes}
    names = dict.fromkeys(
        [*kept, *(row.target for row in DEFAULT_MAPPINGS), *added]
        + [row.target for row in job.mappings]
    )
    return [
        kept.get(name) or _attribute(name, added.get(name, False)) for name in names
    ]


def _attribute(name: str, multivalued: bool) -> Document:
    return {
        "anchor": name == "id",
        "apiExpressions": [],
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "metadata": [],
        "multivalued": multivalued,
        "mutability": "ReadWrite",
        "name": name,
        "referencedObjects": [],
        "required": name == "userName",
        "type": "Boolean" if name == "active" else "String",
    }


def _object_mapping(people: str, source: str, target: str) -> Document:
    return {
        "attributeMappings": [],
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "metadata": [],
        "name": f"Provision Microsoft Entra ID {people}",
        "scope": None,
        "sourceObjectName": source,
        "targetObjectName": target,
    }


def _directory(name: str, objects: dict[str, list[str]]) -> Document:
    return {
        "id": new_id(),
        "name": name,
        "objects": [
            {
                "attributes": [
                    _attribute(attribute, False) for attribute in attributes
                ],
                "metadata": [],
                "name": one,
            }
            for one, attributes in objects.items()
        ],
        "readOnly": False,
        "version": new_id(),
    }
