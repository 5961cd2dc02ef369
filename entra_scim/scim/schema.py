"""The declared attributes as models of scim2-models, which ``/Schemas`` publishes.

Not scim2-models' own ``User``: that one rewrites or refuses what Entra sends
(``Ann@CONTOSO.com``, ``x@corp.local``), takes "0" for a boolean, and has attributes
that are not supported here.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, create_model
from pydantic.alias_generators import to_snake
from scim2_models import (
    URN,
    AnyExtension,
    CaseExact,
    ComplexAttribute,
    Extension,
    Required,
    Resource,
    Uniqueness,
)

from entra_scim.document.attribute import Attribute, Schema, Type
from entra_scim.document.attributes import ENTERPRISE_USER, USER

# Descriptions are declared. Pydantic would look for them in the source of a class.
_CONFIG = ConfigDict(use_attribute_docstrings=False)


class _Complex(ComplexAttribute):
    model_config = _CONFIG


class _User(Resource[AnyExtension]):
    model_config = _CONFIG
    __schema__ = URN(USER.urn)


class _EnterpriseUser(Extension):
    model_config = _CONFIG
    __schema__ = URN(ENTERPRISE_USER.urn)


def _fields(attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    """Return the fields of a model, as pydantic's ``create_model`` takes them."""
    return {
        to_snake(attribute.name.lstrip("$")): _field(attribute)
        for attribute in attributes
    }


def _field(attribute: Attribute) -> tuple[Any, Any]:
    marks: list[Any] = [
        CaseExact(attribute.case_exact),
        Required(attribute.required),
        Uniqueness.server if attribute.unique else Uniqueness.none,
    ]
    if attribute.type is Type.BOOLEAN:
        marks.append(Strict())
    field = Field(
        None,
        alias=attribute.name,
        description=attribute.description,
        examples=list(attribute.examples) or None,
    )
    return Annotated[(_kind(attribute) | None, *marks)], field


def _kind(attribute: Attribute) -> Any:
    if attribute.parts:
        parts = _fields(attribute.parts)
        one: Any = create_model(attribute.name, __base__=_Complex, **parts)
        return list.__class_getitem__(one) if attribute.multi_valued else one
    return bool if attribute.type is Type.BOOLEAN else str


def _model(schema: Schema, base: Any) -> Any:
    return create_model(schema.name, __base__=base, **_fields(schema.attributes))


User = _model(USER, _User)
EnterpriseUser = _model(ENTERPRISE_USER, _EnterpriseUser)
EntraUser = User[EnterpriseUser]
