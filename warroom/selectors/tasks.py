"""Reads of tasks."""

from django.db.models import F, QuerySet

from incidents.kernel.errors import NotFound
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


def numbered(incident: Incident, number: int) -> Task:
    """The task with its assignee. One query. NotFound where there is none."""
    rows = Task.objects.filter(incident=incident, number=number).select_related("assignee")
    task = rows.first()
    if task is None:
        raise NotFound(f"{incident.reference} has no task {number}.")
    return task


def count_open(incident: Incident) -> int:
    """How many are not finished. One query."""
    return Task.objects.filter(incident=incident, state__in=UNFINISHED).count()


def across(
    visible: QuerySet[Incident], *, whose: User | None, open_only: bool = True
) -> QuerySet[Task]:
    """The tasks of the visible incidents: by due time, so that what is overdue comes first.

    `whose` narrows them to one person's.
    """
    rows = Task.objects.filter(incident__in=visible)
    if whose is not None:
        rows = rows.filter(assignee=whose)
    if open_only:
        rows = rows.filter(state__in=UNFINISHED)
    rows = rows.select_related("assignee", "incident__severity")
    order = (F("ended_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk")
    return rows.order_by(*order)
