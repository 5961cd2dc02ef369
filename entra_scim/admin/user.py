"""People that Entra manages, in the product's own user admin."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.accounts import links, places
from entra_scim.accounts.managed import is_managed, managed_fields
from entra_scim.conf import conf
from entra_scim.database import transactions
from entra_scim.exceptions import ManagedByEntra
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.policy import get_policy
from entra_scim.roles import assignments, groups, memberships
from entra_scim.roles.assignments import EnvironmentRoles

from .environment import EntraEnvironmentMixin
from .group_filter import VisibleGroupsFilter
from .links import url_of
from .patience import patiently

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

_BATCH = 1000


class EntraUserMixin(ModelAdmin):
    """Mark people that Entra manages, and keep what Entra manages from being changed.

    Put it before ``UserAdmin``. Whatever way a change takes, such as the form, a list
    that can be edited or an action: it does not stay. Nobody can be made superuser, or
    exempt as the policy says, while Entra manages them. Staff status, permissions of
    one's own, other groups and everything else stay editable: they are local.
    """

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        people = super().get_queryset(request)
        return people.select_related("provisioned_user__environment")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), "managed_by_entra"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            ("groups", VisibleGroupsFilter) if entry == "groups" else entry
            for entry in super().get_list_filter(request)
        ]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "groups":
            field.queryset = field.queryset.exclude(pk__in=self.hidden_groups(request))
        return field

    def hidden_groups(self, request: HttpRequest) -> set[Any]:
        """Return the groups of environments that the visitor may not see.

        Their names tell who the other customers are and what they do.
        """
        environments = self._environments()
        if environments is None or request.user.is_superuser:
            return set()
        return groups.foreign(environments.get_queryset(request))

    @admin.display(description=gettext_lazy("Microsoft Entra"), boolean=True)
    def managed_by_entra(self, user: Any) -> bool:
        """Whether Entra manages a person."""
        return places.is_linked(user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        if obj is None or not is_managed(obj):
            return fields
        return [*fields, *(name for name in managed_fields(obj) if name not in fields)]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, permissions, protected = super().get_deleted_objects(
            objs, request
        )
        # Nobody may delete a link; the explanation says what to do instead. And the
        # mark of somebody who was released goes with the account that it protects.
        permissions = permissions - {
            ProvisionedUser._meta.verbose_name,
            ReleasedUser._meta.verbose_name,
        }
        return (
            deleted,
            counts,
            permissions,
            [*protected, *self._explanations(request, objs)],
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        user = kwargs.get("obj")
        if user and is_managed(user):
            text = _(
                "Microsoft Entra manages %(person)s: names, e-mail address, activity "
                "and the groups of roles are changed there."
            )
            messages.info(request, self._with_link(request, text, user))
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = partial(super().changeform_view, request, *args, **kwargs)
        try:
            return patiently(request, view)
        except ManagedByEntra as refusal:
            return self._refused(request, refusal)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = partial(super().changelist_view, request, *args, **kwargs)
        try:
            return patiently(request, view)
        except ManagedByEntra as refusal:
            return self._refused(request, refusal)

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Do an action, and refuse it if it changed what Entra manages.

        Raises:
            ManagedByEntra: It did; what it changed goes back with the transaction.
        """
        chosen = queryset
        if request.POST.get("select_across", "0") in ("", "0"):
            chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        chosen_links = ProvisionedUser.objects.filter(user__in=chosen.order_by())
        before = _facts([*chosen_links.order_by("pk").values_list("pk", flat=True)])
        response = super().response_action(request, queryset, *args, **kwargs)
        for pk, (_link, facts) in _facts([*before]).items():
            link, former = before[pk]
            if facts != former and links.is_in_force(link):
                raise ManagedByEntra(link.user)
        return response

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Save, but nothing that Entra manages.

        What Entra changed since the form was opened stays as well, so the person is
        locked and read again.
        """
        obj._entra_before = stored = _locked(obj.pk) if change else None
        if stored is not None and is_managed(stored):
            names = managed_fields(stored)
            for name in names:
                setattr(obj, name, getattr(stored, name))
            if {*names} & {*form.changed_data}:
                messages.warning(
                    request,
                    _(
                        "Microsoft Entra manages %(person)s: change that there, not here."
                    )
                    % {"person": obj},
                )
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Save, but leave the groups of roles to Entra, and those that were hidden.

        Raises:
            ManagedByEntra: The person would become exempt.
        """
        stored = getattr(form.instance, "_entra_before", None)
        unseen = stored and memberships.held(stored, self.hidden_groups(request))
        if stored is None or not is_managed(stored):
            super().save_related(request, form, formsets, change)
            if unseen:
                memberships.change(stored, joined=unseen, left=())
            return
        led = EnvironmentRoles(stored.provisioned_user.environment).group_ids
        before = memberships.held(stored, led)
        super().save_related(request, form, formsets, change)
        if unseen:
            memberships.change(stored, joined=unseen, left=())
        if get_policy().is_exempt(_locked(stored.pk)):
            raise ManagedByEntra(stored)
        after = memberships.held(stored, led)
        if stored.provisioned_user.roles_received_at is not None and after != before:
            memberships.change(stored, joined=before - after, left=after - before)
            messages.warning(
                request,
                _(
                    "The groups of roles stay as they were: Microsoft Entra decides "
                    "about them. Change the person's app roles there."
                ),
            )

    def _refused(self, request: HttpRequest, refusal: ManagedByEntra) -> HttpResponse:
        text = _(
            "Microsoft Entra manages %(person)s, so nothing was changed. To make them "
            "an Admin or change what Entra manages, unlink them first."
        )
        messages.error(request, self._with_link(request, text, refusal.user))
        return HttpResponseRedirect(request.get_full_path())

    def _explanations(self, request: HttpRequest, users: Iterable[Any]) -> list[str]:
        text = _(
            "%(person)s is managed by Microsoft Entra, which would create them anew in "
            "the next cycle. Unassign them in Entra and unlink them here first."
        )
        return [
            self._with_link(request, text, user)
            for user in users
            if self.managed_by_entra(user)
        ]

    def _environments(self) -> EntraEnvironmentMixin | None:
        registered = self.admin_site._registry.get(
            apps.get_model(conf.ENVIRONMENT_MODEL)
        )
        return registered if isinstance(registered, EntraEnvironmentMixin) else None

    def _with_link(self, request: HttpRequest, text: str, user: Any) -> str:
        """Return a text about somebody, with a link to their page in the tab.

        Only for who may see that environment: anyone who administers another one that the
        person belongs to learns nothing of it.
        """
        text %= {"person": user}
        person = getattr(user, "provisioned_user", None)
        environments = self._environments()
        if environments is None or person is None:
            return text
        environment = environments.get_object(request, str(person.environment_id))
        if environment is None or not environments.has_view_permission(
            request, environment
        ):
            return text
        return format_html(
            '{} <a href="{}">{}</a>',
            text,
            url_of(environments, environment, "person", person.pk),
            _("See this person in the tab"),
        )


def _locked(pk: Any) -> Any:
    users = get_user_model()._base_manager.using(transactions.database())
    return transactions.for_update(users.filter(pk=pk)).first()


def _facts(keys: list[Any]) -> dict[Any, tuple[ProvisionedUser, list[Any]]]:
    """Return what Entra manages of people, by the primary keys of their links."""
    facts = {}
    for start in range(0, len(keys), _BATCH):
        people = ProvisionedUser.objects.filter(pk__in=keys[start : start + _BATCH])
        rows = [
            *transactions.for_update(people.select_related("user"))
            .order_by("pk")
            .defer("attributes", "comparable")
        ]
        led = assignments.managed_groups(rows)
        for link in rows:
            values = [getattr(link.user, name) for name in managed_fields()]
            facts[link.pk] = (link, [*values, led.get(link.user_id)])
    return facts
