"""What happened in an environment, and who or what did it."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
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
            events = events.filter(self.about(wanted["person"]))
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

    def about(self, text: str) -> Q:
        """Return the condition that events are about somebody with a name."""
        users = ProvisionedUser.objects.for_environment(self.environment).filter(
            pk__in=search.people(self.environment, text)
        )
        named = Q(*(Q(name__icontains=word) for word in text.split()))
        times = (
            ProvisioningEvent.objects.for_environment(self.environment)
            .order_by("-at")
            .values_list("at", flat=True)
        )
        for oldest in times[NAMED_EVENTS : NAMED_EVENTS + 1]:
            named &= Q(at__gt=oldest)
        return named | Q(user_id__in=list(users.values_list("user_id", flat=True)))


def _midnight(date: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time()))
