"""What the product knows of an environment, for its plan."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entra_scim.connection import authorities, configuration, credentials, federation
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.logs import logger
from entra_scim.models import EntraConnection, EnvironmentRole
from entra_scim.web import names

from .plan import KitError, Wanted


def wanted_of(
    environment: AnyEnvironment,
    absolute: Callable[[str], str],
    *,
    notification_address: str = "",
    any_recipient: bool = False,
    deletion_threshold: int = 50,
) -> Wanted:
    """Return what is wanted in Entra for an environment.

    ``absolute`` makes a whole address of a path, by the product's own host.
    """
    settings = configuration.connection_of(environment)
    used = credentials.newest(settings)
    primary_key = str(environment.pk)
    base = reverse(
        names.full("entra_scim:base"), kwargs={"environment_id": primary_key}
    )
    roles = EnvironmentRole.objects.for_environment(environment)
    return Wanted(
        environment_id=primary_key,
        # Without ?aadOptscim062020, which Entra's validation of credentials does not
        # take. Both dialects are spoken here.
        tenant_url=f"{absolute(base)}/",
        redirect_uri=_address(absolute, "entra_scim_oidc:callback"),
        logout_url=_address(
            absolute, "entra_scim_oidc:front-channel-logout", primary_key
        ),
        roles=tuple(roles.values_list("value", flat=True)),
        cloud=cloud_of(settings),
        client_id=str(used.client_id) if used else str(settings.client_id or ""),
        tenant_id=str(used.tenant_id) if used else str(settings.tenant_id or ""),
        certificate=used.certificate if used else "",
        has_secret=bool(used and used.client_secret),
        federated=_federated(used),
        today=timezone.localdate(),
        notification_address=notification_address,
        any_recipient=any_recipient,
        deletion_threshold=deletion_threshold,
    )


def _federated(used: credentials.Credentials | None) -> tuple[str, str, str] | None:
    """Return what Entra must trust: what is in use, or could be where nothing is."""
    kind = used.federation if used else next(iter(federation.kinds()), "")
    if not kind:
        return None
    try:
        found = federation.identity(kind)
    except federation.NoAssertion as error:
        logger.warning("No assertion of a federated credential: %s", error)
        raise KitError(
            _(
                "The product gets no assertion for its federated credential. Its log says "
                "why: check the setting ENTRA_SCIM_FEDERATED_CREDENTIALS."
            )
        ) from None
    return found.issuer, found.subject, found.audience


def _address(absolute: Callable[[str], str], name: str, *arguments: str) -> str:
    """Return the address of a page, or nothing where sign-in is not in the URLs."""
    try:
        return absolute(reverse(names.full(name), args=arguments))
    except NoReverseMatch:
        return ""


def cloud_of(settings: EntraConnection) -> str:
    """Return the cloud to set up: the one that is saved, or the likeliest one."""
    used = credentials.newest(settings)
    # Nothing is saved yet: with a local Entra beside, that is the one to set up.
    if used is None and authorities.LOCAL in authorities.hosts():
        return authorities.LOCAL
    cloud = used.cloud if used else settings.cloud
    return cloud if cloud in authorities.hosts() else "global"
