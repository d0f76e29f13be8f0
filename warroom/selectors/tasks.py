"""Reads of tasks."""

from datetime import datetime

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When

from incidents.models import Incident, User
from warroom.models import UNFINISHED, Task


def unfinished(incident: Incident) -> list[Task]:
    """In the order that people gave them. One query."""
    rows = Task.objects.filter(incident=incident, state__in=UNFINISHED)
    return list(rows.select_related("assignee").order_by("position"))


def ended(incident: Incident) -> list[Task]:
    """The last ones first. One query."""
    rows = Task.objects.filter(incident=incident).exclude(state__in=UNFINISHED)
    return list(rows.select_related("assignee").order_by("-ended_at", "-number"))


def count_open(incident: Incident) -> int:
    """How many are not finished. One query."""
    return Task.objects.filter(incident=incident, state__in=UNFINISHED).count()


def across(
    visible: QuerySet[Incident], *, now: datetime, whose: User | None, open_only: bool = True
) -> QuerySet[Task]:
    """The tasks of the visible incidents: overdue first, then by due time, then as they came.

    `whose` narrows them to one person's.
    """
    rows = Task.objects.filter(incident__in=visible)
    if whose is not None:
        rows = rows.filter(assignee=whose)
    if open_only:
        rows = rows.filter(state__in=UNFINISHED)
    rows = rows.select_related("assignee", "incident__severity")
    return rows.annotate(late=_late(now)).order_by(
        F("ended_at").desc(nulls_first=True), "-late", F("due_at").asc(nulls_last=True), "pk"
    )


def _late(now: datetime) -> Case:
    late = When(Q(due_at__lt=now, state__in=UNFINISHED), then=Value(True))
    return Case(late, default=Value(False), output_field=BooleanField())
