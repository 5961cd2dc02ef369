"""The admin: its pages that give way to ours, and the models that need our mixins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.apps import AppConfig, apps
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning
from django.db import models
from django.template import TemplateDoesNotExist
from django.utils.module_loading import import_string

from entra_scim.web import names as url_names
from entra_scim.web.engines import engine

from .asked import environment_model

_PAGES = {
    "admin/login.html": (
        "entra_sign_in_button",
        "has no button for Microsoft Entra",
        "entra_scim",
    ),
    "admin/index.html": (
        "entra_notices",
        "does not say when a client secret is about to expire",
        "entra_scim_admin",
    ),
}
"""The admin's pages, by the tag that we add to each."""


def check_admin(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that the admin's own pages give way to ours, which add to them."""
    names = [config.name for config in apps.get_app_configs()]
    if "django.contrib.admin" not in names:
        return []
    if names.index("entra_scim") > names.index("django.contrib.admin"):
        return [
            Warning(
                "The admin's sign-in page has no button for Microsoft Entra, and its "
                "front page does not say when a client secret is about to expire.",
                hint='Move "entra_scim" before "django.contrib.admin" in '
                "INSTALLED_APPS.",
                id="entra_scim.W004",
            )
        ]
    return [
        Warning(
            f"The admin's page {page} comes from {hiding}, and {lack}.",
            hint='Move "entra_scim" before that theme in INSTALLED_APPS, or add '
            f"{{% load {library} %}}{{% {tag} %}} to the template.",
            id="entra_scim.W023",
        )
        for page, (tag, lack, library) in _PAGES.items()
        if (hiding := _hiding(page, tag))
    ]


def check_mixins(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that administrators find the tab, and edit nothing that Entra manages."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    environment = environment_model()
    if environment is None:
        return []
    messages: list[CheckMessage] = []
    registered = _admins_of(environment)
    has_own_pages = url_names.is_included("entra_scim.tab.urls")
    if not _open_sites() and not has_own_pages:
        messages.append(
            Warning(
                "The admin is at no address: nobody finds the tab Microsoft Entra ID.",
                hint='Add path("admin/", admin.site.urls) to the URLs, or '
                "entra_scim.tab.urls. If you set Entra up by commands, silence this "
                "warning.",
                id="entra_scim.W040",
            )
        )
    if not registered and not has_own_pages:
        messages.append(
            Warning(
                f"{environment._meta.label} is in no admin of your URLs: nobody finds the "
                "tab Microsoft Entra ID.",
                hint="Register its admin there, with EntraEnvironmentMixin before "
                "ModelAdmin, or add entra_scim.tab.urls to your URLs.",
                id="entra_scim.W024",
            )
        )
    elif registered and not any(
        _obeys_mixin(one, "EntraEnvironmentMixin") for one in registered
    ):
        messages.append(
            Warning(
                f"The admin of {environment._meta.label} has no tab Microsoft Entra ID.",
                hint="Put EntraEnvironmentMixin of entra_scim.admin before ModelAdmin. "
                + _unregister(environment),
                id="entra_scim.W025",
            )
        )
    user = get_user_model()
    messages += [
        Warning(
            f"The admin of {model._meta.label} lets staff change what Entra manages.",
            hint="Put EntraUserMixin of entra_scim.admin before UserAdmin. "
            + _unregister(model),
            id="entra_scim.W026",
        )
        for model, model_admin in _registered()
        if _is(model, user) and not _obeys_mixin(model_admin, "EntraUserMixin")
    ]
    return [*messages, *_misplaced_mixins(environment, user)]


def _misplaced_mixins(
    environment: type[models.Model], user: type[models.Model]
) -> Iterator[CheckMessage]:
    """Check that no mixin is on another model, whose pages would fail."""
    for model, model_admin in _registered():
        if _has_mixin(model_admin, "EntraEnvironmentMixin") and not _is(
            model, environment
        ):
            yield Error(
                f"The admin of {model._meta.label} has EntraEnvironmentMixin, and an "
                f"environment is {environment._meta.label}.",
                hint="If it is your environment model, set "
                f"ENTRA_SCIM_ENVIRONMENT_MODEL = {model._meta.label!r} before the first "
                "migrate. If not, leave the mixin out.",
                id="entra_scim.E037",
            )
        if _has_mixin(model_admin, "EntraUserMixin") and not _is(model, user):
            yield Error(
                f"The admin of {model._meta.label} has EntraUserMixin, and a user is "
                f"{user._meta.label}.",
                hint="Put the mixin into the admin of the user model only.",
                id="entra_scim.E038",
            )


def _is(model: type[models.Model], wanted: type[models.Model]) -> bool:
    # The admin may be of a proxy, or of a child.
    return issubclass(model, wanted._meta.concrete_model or wanted)


def _unregister(model: type[models.Model]) -> str:
    # Its admin may not be the product's to edit: Django's own, or another package's.
    return (
        "If another app registers its admin, unregister that first: "
        f"admin.site.unregister({model.__name__})."
    )


def _hiding(page: str, tag: str) -> str:
    """Return the file of a template that does without a tag of ours, or ""."""
    for loader in engine().engine.template_loaders:
        for origin in loader.get_template_sources(page):
            try:
                contents: str = cast(Any, origin.loader).get_contents(origin)
            except TemplateDoesNotExist:
                continue
            if tag in contents:
                return ""
            # One that extends its own name goes on to the next of that name.
            if not any(f"extends {quote}{page}{quote}" in contents for quote in "\"'"):
                return str(origin.name)
    return ""


def _admins_of(model: type[models.Model]) -> list[Any]:
    return [
        model_admin for registered, model_admin in _registered() if registered is model
    ]


def _registered() -> list[tuple[type[models.Model], Any]]:
    """Return the models in all admins that people can open, with their admins."""
    # A product may leave Django's own site out of its URLs. Or these are chosen by
    # the request, and no check can tell.
    sites = _open_sites() or _sites()
    return [entry for site in sites for entry in site._registry.items()]


def _open_sites() -> list[Any]:
    return [site for site in _sites() if url_names.is_namespace(site.name)]


def _sites() -> set[Any]:
    return {*import_string("django.contrib.admin.sites.all_sites")}


def _obeys_mixin(model_admin: Any, name: str) -> bool:
    """Tell whether an admin has a mixin, and no other admin before it overrides it."""
    mixin = _mixin(model_admin, name)
    if mixin is None:
        return False
    model_admins = import_string("django.contrib.admin.ModelAdmin")
    bases = type(model_admin).__mro__
    before = [
        base
        for base in bases[1 : bases.index(mixin)]
        if issubclass(base, model_admins) and not issubclass(base, mixin)
    ]
    # Django gives "media" to each admin.
    ours = {name for name in vars(mixin) if not name.startswith("__")} - {"media"}
    return not any(ours & vars(base).keys() for base in before)


def _has_mixin(model_admin: Any, name: str) -> bool:
    return _mixin(model_admin, name) is not None


def _mixin(model_admin: Any, name: str) -> Any:
    # By name: the admin cannot be imported where it is not installed.
    return next(
        (
            base
            for base in type(model_admin).__mro__
            if base.__name__ == name and base.__module__.startswith("entra_scim.")
        ),
        None,
    )
