"""What the service says of itself (RFC 7644 §4): all that it does, nothing else."""

from __future__ import annotations

from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Pagination,
    Patch,
    Resource,
    ResourceType,
    ServiceProviderConfig,
    Sort,
)

from entra_scim.document.attributes import USER
from entra_scim.document.catalogue import SCHEMAS

from .paging import DEFAULT_COUNT, MAX_COUNT
from .schema import EnterpriseUser, EntraUser, User

_CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MAX_COUNT),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(
        cursor=False,
        index=True,
        default_pagination_method=Pagination.DefaultPaginationMethod.index,
        default_page_size=DEFAULT_COUNT,
        max_page_size=MAX_COUNT,
    ),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Access key",
            description="A bearer key that the environment's administrator generates.",
            spec_uri="https://www.rfc-editor.org/info/rfc6750",
            primary=True,
        )
    ],
)
_RESOURCE_TYPES = [
    ResourceType.from_resource(EntraUser).model_copy(
        update={"description": USER.description}
    )
]
_SCHEMAS = [
    model.to_schema().model_copy(update={"description": schema.description})
    for model, schema in zip((User, EnterpriseUser), SCHEMAS, strict=True)
]


def service_provider_config(base: str) -> dict[str, Any]:
    """Return the service provider's configuration (RFC 7643 §5)."""
    return _dump(_CONFIG, "ServiceProviderConfig", f"{base}/ServiceProviderConfig")


def resource_types(base: str) -> dict[str, dict[str, Any]]:
    """Return the resource types by name (RFC 7643 §6)."""
    return {
        str(item.id): _dump(item, "ResourceType", f"{base}/ResourceTypes/{item.id}")
        for item in _RESOURCE_TYPES
    }


def schemas(base: str) -> dict[str, dict[str, Any]]:
    """Return the schemas by URN (RFC 7643 §7)."""
    return {
        str(item.id): _dump(item, "Schema", f"{base}/Schemas/{item.id}")
        for item in _SCHEMAS
    }


def _dump(resource: Resource[Any], resource_type: str, location: str) -> dict[str, Any]:
    document = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    document["meta"] = {"resourceType": resource_type, "location": location}
    return document
