"""Reading runbooks, their versions and their runs. Each function names its queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import NotFound
from incidents.models import Incident
from runbooks.models import Category, Runbook, RunbookPattern, RunbookRun

# A library longer than this is searched, not scrolled.
SHOWN = 200
# Everybody reads how often a runbook ran: what ran in a private incident is not counted.
_OPEN_TO_ALL = Q(runs__incident__private=False)


def library(*, text: str = "", category: str = "", tag: str = "") -> QuerySet[Runbook]:
    """Runbooks by title with `run_count` and `last_run_at`, narrowed by words. One query."""
    rows = Runbook.objects.select_related("owner").annotate(
        run_count=Count("runs", filter=_OPEN_TO_ALL),
        last_run_at=Max("runs__started_at", filter=_OPEN_TO_ALL),
    )
    for word in text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(summary__icontains=word)
            | Q(body__icontains=word)
            | Q(tags__contains=[word.lower()])
        )
    if category:
        rows = rows.filter(category=category)
    if tag:
        rows = rows.filter(tags__contains=[tag.lower()])
    return rows.order_by("title", "pk")


def categories() -> list[tuple[str, str]]:
    """The categories in use, in the order of their list. One query."""
    used = set(Runbook.objects.values_list("category", flat=True).distinct())
    return [(value, label) for value, label in Category.choices if value in used]


def runbook(ref: str | int) -> Runbook:
    """The runbook with this id or slug. One query, and one for its patterns when read."""
    text = str(ref)
    numeric = text.isascii() and text.isdecimal() and len(text) < 19
    found = (
        Runbook.objects.select_related("owner")
        .prefetch_related("patterns")
        .filter(Q(pk=int(text)) if numeric else Q(slug=text))
        .first()
    )
    if found is None:
        raise NotFound(f"There is no runbook {text}.", "The library lists them all.")
    return found


def startable() -> QuerySet[Runbook]:
    """What may be started by hand: enabled, by title."""
    return Runbook.objects.filter(enabled=True).only("slug", "title").order_by("title")


def enabled_patterns() -> list[RunbookPattern]:
    """Every pattern of every enabled runbook. One query."""
    rows = RunbookPattern.objects.filter(runbook__enabled=True)
    return list(rows.select_related("runbook", "runbook__owner").order_by("runbook_id", "pk"))


def enabled(slugs: Collection[str]) -> QuerySet[Runbook]:
    """The enabled runbooks of these names. One query."""
    rows = Runbook.objects.select_related("owner").filter(enabled=True, slug__in=slugs)
    return rows.order_by("title", "pk")


@dataclass(frozen=True, slots=True)
class Record:
    """What the past runs of a runbook say."""

    runs: int
    finished: int
    last_started_at: datetime | None
    median_seconds: float | None


def record_of(runbook: Runbook) -> Record:
    """Over the newest 500 runs. One query."""
    runs = runbook.runs.filter(incident__private=False).order_by("-started_at")
    rows = list(runs.values_list("started_at", "finished_at")[:500])
    took = sorted((end - start).total_seconds() for start, end in rows if end)
    return Record(
        runs=len(rows),
        finished=len(took),
        last_started_at=rows[0][0] if rows else None,
        median_seconds=took[len(took) // 2] if took else None,
    )


def versions(runbook: Runbook) -> Any:
    """The historical rows of the runbook, the newest first: a queryset."""
    return runbook.history.exclude(history_type="-").order_by("-version")


def version(runbook: Runbook, number: int) -> Any:
    """One historical row. One query."""
    found = runbook.history.filter(version=number).exclude(history_type="-").first()
    if found is None:
        raise NotFound(f"{runbook.title} has no version {number}.", "Its history lists them.")
    return found


def run(principal: Principal, run_id: int, action: str) -> RunbookRun:
    """One run with its incident and ticks, if `principal` may do `action` to that incident.

    NotFound where there is none or its incident is hidden. Two queries, and one for one's roles.
    """
    rows = RunbookRun.objects.select_related(
        "incident", "incident__severity", "incident__service", "runbook"
    ).prefetch_related("ticks")
    visible = access.visible_incidents(principal)
    found = rows.filter(pk=run_id, incident__in=visible).first()
    if found is None:
        raise NotFound(f"There is no runbook run {run_id}.", "The incident lists its runs.")
    access.require(principal, action, found.incident)
    return found


def runs_of(incident: Incident) -> Sequence[RunbookRun]:
    """The runs of an incident, open ones first, then the newest. Two queries."""
    rows = RunbookRun.objects.filter(incident=incident).prefetch_related("ticks")
    found = list(rows.select_related("runbook").order_by("-started_at", "-pk")[:50])
    for each in found:
        each.incident = incident
    return sorted(found, key=lambda each: each.is_finished)
