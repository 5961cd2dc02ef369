"""Whatever a host can get wrong, said before it hurts."""

from __future__ import annotations

from django.core.checks import Tags, register

from .admin import check_admin, check_mixins
from .allauth import check_allauth
from .credentials import check_federated_credentials, check_set_up
from .databases import (
    check_autocommit,
    check_environment_model,
    check_keys,
    check_migrations,
    check_routers,
    check_sql_mode,
)
from .groups import check_grantable_groups
from .local_entra import check_local_authority, check_local_entra
from .people import (
    check_email_index,
    check_environments,
    check_policy,
    check_roles,
    check_user_model,
)
from .policy import (
    check_links_beside,
    check_names,
    check_policy_on_trial,
    check_protection,
    check_shared_people,
)
from .project import (
    check_backends,
    check_cookies,
    check_encryption,
    check_encryption_keys,
    check_middleware,
    check_settings,
)
from .proxy import check_proxy
from .urls import check_urls


def register_checks() -> None:
    """Register the checks with Django."""
    register(check_settings, Tags.compatibility)
    register(check_federated_credentials, Tags.security)
    register(check_set_up, Tags.security)
    register(check_middleware, Tags.security)
    register(check_backends, Tags.security)
    register(check_cookies, Tags.security)
    register(check_allauth, Tags.security)
    register(check_local_authority, Tags.security)
    register(check_local_entra, Tags.security, deploy=True)
    register(check_admin, Tags.templates)
    register(check_mixins, Tags.admin)
    register(check_urls, Tags.urls)
    register(check_encryption, Tags.security, deploy=True)
    register(check_encryption_keys, Tags.security)
    register(check_proxy, Tags.security, deploy=True)
    register(check_user_model, Tags.models)
    register(check_policy, Tags.models)
    register(check_roles, Tags.models)
    register(check_names, Tags.models)
    register(check_protection, Tags.models)
    register(check_shared_people, Tags.security)
    register(check_routers, Tags.models)
    register(check_autocommit, Tags.models)
    register(check_email_index, Tags.database)
    register(check_environments, Tags.database)
    register(check_environment_model, Tags.database)
    register(check_grantable_groups, Tags.database)
    register(check_links_beside, Tags.database)
    register(check_policy_on_trial, Tags.database, deploy=True)
    register(check_keys, Tags.database)
    register(check_sql_mode, Tags.database)
    register(check_migrations, Tags.database)
