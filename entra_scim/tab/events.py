"""What happened in an environment, and who or what did it."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.people import search

from .event_lines import lines_of
from .forms import KIND_GROUPS, EventFilterForm
from .pages import EnvironmentPage
from .sorting import Column, Sorting

NAMED_EVENTS = 20_000
"""Among how many of the newest events a name is searched for. Those of people from
Entra are found without."""

COUNTED_EVENTS = 2_000
"""Of how many of the newest events the kinds are counted."""

_FEW_EVENTS = 1000
"""How many events about somebody are found once, and read by their keys from then on."""

_COLUMNS = {"at": Column(fields=("at", "pk"), starts_descending=True)}


class EventsPage(EnvironmentPage):
    template_name = "entra_scim/tab/events.html"
    page = "events"
    title = gettext_lazy("Events")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.paginated(self.events())
        form = EventFilterForm(self.request.GET)
        form.show_counts(self.counts())
        return super().get_context_data(
            form=form,
            found=found,
            lines=lines_of(found, self.environment),
            sorting=self.sorting,
            query=self.query_without_page(),
            **kwargs,
        )

    @property
    def sorting(self) -> Sorting:
        return Sorting(self.request.GET, _COLUMNS)

    def events(self) -> models.QuerySet[Any]:
        """Return the events that the visitor asks for, in the order they ask for."""
        form = EventFilterForm(self.request.GET)
        events: models.QuerySet[Any] = ProvisioningEvent.objects.for_environment(
            self.environment
        ).order_by(*self.sorting.fields)
        return self.matching(events, form.cleaned_data) if form.is_valid() else events

    def counts(self) -> Counter[str]:
        """Return how many of the newest events are of each kind, all else the same."""
        form = EventFilterForm({**self.request.GET.dict(), "kind": ""})
        events: models.QuerySet[Any] = ProvisioningEvent.objects.for_environment(
            self.environment
        )
        if form.is_valid():
            events = self.matching(events, form.cleaned_data)
        return Counter(events.values_list("kind", flat=True)[:COUNTED_EVENTS])

    def matching(
        self, events: models.QuerySet[Any], wanted: dict[str, Any]
    ) -> models.QuerySet[Any]:
        """Return the events that the form asks for."""
        if wanted["person"]:
            events = events.filter(self.about)
        if wanted["reason"]:
            events = events.filter(reason=wanted["reason"])
        if wanted["kind"]:
            events = events.filter(
                kind__in=KIND_GROUPS.get(wanted["kind"], (wanted["kind"],))
            )
        if wanted["since"]:
            events = events.filter(at__gte=_midnight(wanted["since"]))
        if wanted["until"]:
            day = datetime.timedelta(days=1)
            events = events.filter(at__lt=_midnight(wanted["until"] + day))
        return events

    @cached_property
    def about(self) -> Q:
        """The condition that events are about somebody with the name that is asked for.

        No index finds a part of a name. So few events are looked for once, and not by
        each statement of the page.
        """
        form = EventFilterForm({**self.request.GET.dict(), "kind": ""})
        form.is_valid()
        text = form.cleaned_data["person"]
        events = ProvisioningEvent.objects.for_environment(self.environment)
        named = Q(*(Q(name__icontains=word) for word in text.split()))
        times = events.order_by("-at").values_list("at", flat=True)
        for oldest in times[NAMED_EVENTS : NAMED_EVENTS + 1]:
            named &= Q(at__gt=oldest)
        users = ProvisionedUser.objects.for_environment(self.environment).filter(
            pk__in=search.people(self.environment, text)
        )
        of_users = Q(user_id__in=list(users.values_list("user_id", flat=True)))
        found: set[Any] = set()
        newest = events.order_by("-at")
        for these in (events.filter(of_users).order_by(), newest.filter(named)):
            found.update(these.values_list("pk", flat=True)[: _FEW_EVENTS + 1])
            if len(found) > _FEW_EVENTS:
                return named | of_users
        return Q(pk__in=found)


def _midnight(date: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time()))
