"""Who is here and why: people from Entra, and people without it."""

from __future__ import annotations

import datetime
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entra_scim.accounts import links, places
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.people import (
    identity,
    provisioning,
    remedies,
    search,
)
from entra_scim.policy import get_policy
from entra_scim.roles import reasons
from entra_scim.story.sentences import sentence_of

from .event_lines import lines_of
from .forms import LinkedPeopleFilterForm, PeopleFilterForm
from .pages import EnvironmentPage
from .sorting import Column, Sorting
from .step_up import StepUpMixin

_PERSON_EVENTS = 20
_REFUSED_LATELY = datetime.timedelta(days=7)

_COLUMNS = {
    "name": Column(fields=("search_text", "id")),
    "changed": Column(fields=("modified", "id"), starts_descending=True),
}
"""What people from Entra are sorted by."""


class PeoplePage(EnvironmentPage):
    template_name = "entra_scim/tab/people.html"
    page = "people"
    title = gettext_lazy("People from Entra")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = LinkedPeopleFilterForm(self.request.GET)
        sorting = Sorting(self.request.GET, _COLUMNS)
        people = self.people(form.cleaned_data if form.is_valid() else {})
        found = self.paginated(people.order_by(*sorting.fields), "user")
        granting = reasons.granted_by_role(self.environment)
        return super().get_context_data(
            form=form,
            found=found,
            rows=[(person, reasons.role_names(person, granting)) for person in found],
            sorting=sorting,
            query=self.query_without_page(),
            **kwargs,
        )

    def people(self, wanted: dict[str, Any]) -> models.QuerySet[ProvisionedUser]:
        """Return the environment's provisioned people that the form asks for."""
        people: Any = ProvisionedUser.objects.for_environment(self.environment)
        if text := wanted.get("q"):
            people = people.filter(pk__in=search.people(self.environment, text))
        match wanted.get("status"):
            case "active":
                people = people.with_access()
            case "inactive":
                people = people.without_access()
            case "waiting":
                people = _few(people, people.waiting())
            case "no_sign_in":
                people = _few(people, people.unable_to_sign_in())
                people = people.filter(user__is_active=True)
        return cast("models.QuerySet[ProvisionedUser]", people)


def _few(
    people: models.QuerySet[Any], meant: models.QuerySet[Any]
) -> models.QuerySet[Any]:
    """Return those of some people who are meant, all of whom somebody could read.

    By their keys, looked for in no order: a database that walks through the list until
    there are a thousand would walk to its end for a few.
    """
    found = meant.order_by().values_list("pk", flat=True)
    keys = list(found[: search.MOST + 1])
    return meant if len(keys) > search.MOST else people.filter(pk__in=keys)


class PersonPage(EnvironmentPage):
    template_name = "entra_scim/tab/person.html"
    page = "people"
    title = gettext_lazy("Person from Entra")

    def person(self) -> ProvisionedUser:
        people = ProvisionedUser.objects.for_environment(
            self.environment
        ).select_related("user")
        return cast(
            ProvisionedUser, get_object_or_404(people, pk=self.kwargs["person_id"])
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.person()
        events = ProvisioningEvent.objects.for_environment(self.environment).filter(
            user=person.user
        )
        return super().get_context_data(
            person=person,
            external_id=person.attributes.get("externalId", ""),
            waiting=identity.waiting_object_id(person),
            managed=links.is_in_force(person),
            is_let_in=places.is_let_in(get_policy(), person.user, self.environment),
            reasons=reasons.reasons(person, reasons.granted_by_role(self.environment)),
            lines=lines_of(events[:_PERSON_EVENTS]),
            refused=[
                sentence_of(event)
                for event in events.open_refusals(
                    since=timezone.now() - _REFUSED_LATELY
                )
            ],
            **kwargs,
        )


class SamePersonPage(StepUpMixin, PersonPage):
    """Accepts the other object ID that Entra sent for a person."""

    template_name = "entra_scim/tab/confirm_same_person.html"
    title = gettext_lazy("The same person")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = self.person()
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("same_person", person.pk))
        object_id = request.POST.get("object_id", "")
        remedies.accept_object_id(self.environment, person.pk, object_id)
        return self.done(
            _("Microsoft Entra ID: %(person)s is the same person.")
            % {"person": person},
            self.url("person", person.pk),
        )


class SetAsidePage(PersonPage):
    """Unlinks a person whose address somebody else has now."""

    template_name = "entra_scim/tab/confirm_set_aside.html"
    title = gettext_lazy("Somebody else")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = self.person()
        remedies.set_aside(self.environment, person.pk)
        return self.done(
            _("Microsoft Entra ID: set the account of %(person)s aside.")
            % {"person": person},
            self.url("people"),
        )


class ReleasePage(PersonPage):
    template_name = "entra_scim/tab/confirm_release.html"
    title = gettext_lazy("Unlink person")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = self.person()
        provisioning.release(self.environment, person.pk)
        return self.done(
            _("Microsoft Entra ID: unlinked %(person)s.") % {"person": person},
            self.url("people"),
        )


class LocalPeoplePage(EnvironmentPage):
    """People of the environment whom Entra does not manage."""

    template_name = "entra_scim/tab/local_people.html"
    page = "people"
    title = gettext_lazy("People without an Entra account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        policy = get_policy()
        linked = ProvisionedUser.objects.of_each_user(self.environment)
        everybody = policy.users_of(self.environment)
        people = _few(everybody, everybody.filter(~Exists(linked)))
        form = PeopleFilterForm(self.request.GET)
        if form.is_valid():
            if text := form.cleaned_data["q"]:
                people = people.filter(_user_matches(text))
            if status := form.cleaned_data["status"]:
                people = people.filter(is_active=status == "active")
        username = get_user_model().USERNAME_FIELD
        sorting = Sorting(
            self.request.GET, {"account": Column(fields=(username, "pk"))}
        )
        found = self.paginated(people.order_by(*sorting.fields))
        former = ReleasedUser.objects.for_environment(self.environment)
        released = {mark.user_id: mark for mark in former.filter(user__in=list(found))}
        return super().get_context_data(
            form=form,
            found=found,
            rows=[
                (
                    user,
                    getattr(user, user.get_email_field_name()),
                    policy.is_exempt(user),
                    released.get(user.pk),
                )
                for user in found
            ],
            sorting=sorting,
            query=self.query_without_page(),
            **kwargs,
        )


class ForgetPage(StepUpMixin, EnvironmentPage):
    """Lets a former person's account be linked to anyone who has its address next."""

    template_name = "entra_scim/tab/confirm_forget.html"
    page = "people"
    title = gettext_lazy("Let the account be linked again")

    def released(self) -> ReleasedUser:
        released = ReleasedUser.objects.for_environment(
            self.environment
        ).select_related("environment", "user")
        return cast(
            ReleasedUser,
            get_object_or_404(released, pk=self.kwargs["released_id"]),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(released=self.released(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        released = self.released()
        if not self.is_stepped_up(request):
            return HttpResponseRedirect(self.url("forget", released.pk))
        provisioning.forget(released)
        return self.done(
            _("Microsoft Entra ID: %(person)s may be linked again.")
            % {"person": released.user},
            self.url("local_people"),
        )


class SetFormerAsidePage(ForgetPage):
    """Frees the address of a former person, for somebody else who has it now."""

    template_name = "entra_scim/tab/confirm_set_aside.html"
    title = gettext_lazy("Somebody else")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=None, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        released = self.released()
        name = str(released.user)
        remedies.set_former_aside(released)
        return self.done(
            _("Microsoft Entra ID: set the account of %(person)s aside.")
            % {"person": name},
            self.url("local_people"),
        )


def _user_matches(text: str) -> Q:
    """Return the condition that a user's address, username and names have a text.

    Word for word: "Eve Jones" is in two fields.
    """
    model = get_user_model()
    names = {
        model.get_email_field_name(),
        model.USERNAME_FIELD,
        *({"first_name", "last_name"} & {field.name for field in model._meta.fields}),
    }
    return Q(
        *(
            Q(
                *(Q(**{f"{name}__icontains": word}) for name in sorted(names)),
                _connector=Q.OR,
            )
            for word in text.split()
        )
    )
