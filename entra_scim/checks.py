"""Whatever a host can get wrong, said before it hurts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models
from django.db.models import UniqueConstraint
from django.db.models.functions import Lower
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from .conf import SETTINGS, conf
from .policy import ProvisioningPolicy
from .transactions import database

_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
_SESSIONS = "entra_scim.middleware.EntraSessionMiddleware"


def register_checks() -> None:
    """Register the checks with Django."""
    register(check_settings, Tags.compatibility)
    register(check_middleware, Tags.security)
    register(check_admin, Tags.templates)
    register(check_urls, Tags.urls)
    register(check_encryption, Tags.security, deploy=True)
    register(check_encryption_keys, Tags.security)
    register(check_user_model, Tags.models)
    register(check_email_index, Tags.database)
    register(check_environments, Tags.database)


def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the ``ENTRA_SCIM_*`` settings exist and mean something."""
    messages: list[CheckMessage] = []
    for name in dir(settings):
        if name.startswith("ENTRA_SCIM_") and name not in SETTINGS:
            messages.append(
                Warning(
                    f"{name} is not a setting of entra_scim.",
                    hint=f"The settings are {', '.join(sorted(SETTINGS))}.",
                    id="entra_scim.W001",
                )
            )
    try:
        apps.get_model(conf.ENVIRONMENT_MODEL)
    except (AttributeError, LookupError, ValueError):
        messages.append(
            Error(
                f"ENTRA_SCIM_ENVIRONMENT_MODEL names no model: "
                f"{conf.ENVIRONMENT_MODEL!r}.",
                hint='Write it as "app_label.Model", and install its app.',
                id="entra_scim.E001",
            )
        )
    try:
        policy = import_string(conf.POLICY)
    except (AttributeError, ImportError) as error:
        messages.append(
            Error(
                f"ENTRA_SCIM_POLICY cannot be imported: {error}.",
                hint="Write it as the dotted path of a class.",
                id="entra_scim.E002",
            )
        )
    else:
        if not (isinstance(policy, type) and issubclass(policy, ProvisioningPolicy)):
            messages.append(
                Error(
                    "ENTRA_SCIM_POLICY is not a ProvisioningPolicy.",
                    hint="Subclass entra_scim.policy.ProvisioningPolicy.",
                    id="entra_scim.E003",
                )
            )
    return messages


def check_middleware(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that sessions of deactivated people are ended."""
    if not apps.is_installed("django.contrib.sessions"):
        return []
    order = list(settings.MIDDLEWARE)
    if _SESSIONS not in order:
        return [
            Error(
                "Sessions of people whom Entra deactivates would stay open.",
                hint=f"Add {_SESSIONS!r} to MIDDLEWARE, after {_AUTHENTICATION!r}.",
                id="entra_scim.E004",
            )
        ]
    if _AUTHENTICATION in order[order.index(_SESSIONS) :]:
        return [
            Error(
                "EntraSessionMiddleware comes before the user is known.",
                hint=f"Move it after {_AUTHENTICATION!r} in MIDDLEWARE.",
                id="entra_scim.E005",
            )
        ]
    return []


def check_admin(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the admin's front page can say which secrets are about to expire."""
    names = [config.name for config in apps.get_app_configs()]
    if "django.contrib.admin" not in names or names.index("entra_scim") < names.index(
        "django.contrib.admin"
    ):
        return []
    return [
        Warning(
            "The admin's front page does not say when a client secret is about to "
            "expire.",
            hint='Move "entra_scim" before "django.contrib.admin" in INSTALLED_APPS.',
            id="entra_scim.W004",
        )
    ]


def check_urls(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that Entra finds the endpoint."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        reverse("entra_scim:base", kwargs={"environment_id": "1"})
    except NoReverseMatch:
        return [
            Error(
                "The SCIM endpoint is at no address.",
                hint='Add path("api/scim/entra/", include("entra_scim.scim.urls")) to '
                "the URLs.",
                id="entra_scim.E009",
            )
        ]
    return []


def check_encryption(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that secrets do not depend on ``SECRET_KEY``. For deployment only."""
    if conf.ENCRYPTION_KEYS:
        return []
    return [
        Warning(
            "Client secrets are encrypted with a key derived from SECRET_KEY: who "
            "changes SECRET_KEY loses them.",
            hint="Set ENTRA_SCIM_ENCRYPTION_KEYS to a list of keys made with "
            "cryptography.fernet.Fernet.generate_key().",
            id="entra_scim.W003",
        )
    ]


def check_encryption_keys(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the keys in ``ENTRA_SCIM_ENCRYPTION_KEYS`` are keys."""
    messages: list[CheckMessage] = []
    for number, key in enumerate(conf.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except (TypeError, ValueError):
            messages.append(
                Error(
                    f"Key {number} of ENTRA_SCIM_ENCRYPTION_KEYS is no Fernet key.",
                    hint="Make keys with cryptography.fernet.Fernet.generate_key().",
                    id="entra_scim.E008",
                )
            )
    return messages


def check_user_model(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the product's user has what Entra leads."""
    model = get_user_model()
    missing = [
        field
        for field in (model.get_email_field_name(), "is_active", "groups")
        if not _has_field(model, field)
    ]
    if not missing:
        return []
    return [
        Error(
            f"The user model has no field {field!r}.",
            hint="Entra leads the e-mail address, activity and groups of people. "
            "Subclass AbstractUser, or AbstractBaseUser with PermissionsMixin.",
            obj=model,
            id="entra_scim.E006",
        )
        for field in missing
    ]


def check_email_index(
    app_configs: Sequence[AppConfig] | None,
    databases: Iterable[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Check that looking for an e-mail address need not read every person."""
    model, alias = get_user_model(), database()
    email = model.get_email_field_name()
    if alias not in (databases or ()) or not _has_field(model, email):
        return []
    if connections[alias].vendor == "mysql":
        if _has_index(model, email):
            return []
        hint = f"Add db_index=True to {email}."
    else:
        if _has_lower_index(model, email):
            return []
        hint = (
            f"Add models.Index(Lower({email!r}), name=...) to Meta.indexes of the "
            "user model, or create that index in a migration of your own."
        )
    return [
        Warning(
            f"The user model has no index for a look-up by {email} without case: each "
            "person whom Entra creates costs a scan of all people.",
            hint=hint,
            obj=model,
            id="entra_scim.W002",
        )
    ]


def check_environments(
    app_configs: Sequence[AppConfig] | None,
    databases: Iterable[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Check that somebody says who belongs where, once there is a choice."""
    alias = database()
    if alias not in (databases or ()):
        return []
    policy = import_string(conf.POLICY)
    if policy.environments_of is not ProvisioningPolicy.environments_of:
        return []
    environment = apps.get_model(conf.ENVIRONMENT_MODEL)
    tables = connections[alias].introspection.table_names()
    if environment._meta.db_table not in tables:  # before the first migrate
        return []
    if environment._default_manager.using(alias).count() < 2:
        return []
    return [
        Error(
            "There are several environments, and no policy that says who belongs "
            "where. Until then, nobody is linked.",
            hint="Set ENTRA_SCIM_POLICY to a subclass of ProvisioningPolicy with "
            "environments_of, users_of and create_user.",
            id="entra_scim.E007",
        )
    ]


def _has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _has_index(model: type[models.Model], name: str) -> bool:
    field: Any = model._meta.get_field(name)
    return (
        field.db_index
        or field.unique
        or any(index.fields[:1] == [name] for index in model._meta.indexes)
    )


def _has_lower_index(model: type[models.Model], name: str) -> bool:
    wanted = (Lower(name), Lower(models.F(name)))
    candidates: list[Any] = [
        *model._meta.indexes,
        *(c for c in model._meta.constraints if isinstance(c, UniqueConstraint)),
    ]
    return any(
        candidate.expressions
        and candidate.expressions[0] in wanted
        and candidate.condition is None
        for candidate in candidates
    )
