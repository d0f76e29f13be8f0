"""What an incident hangs together with: merged, linked, and what else it could be linked to.

Each takes the incidents the viewer may see; what is hidden from them is not there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from incidents.models import OVER, Alert, Incident, IncidentLink, LinkKind, Merge, State, User
from incidents.selectors import similar

SHOWN: Final = 8
UNDO: Final = timedelta(days=30)
# What the first of a link is to the second, and the second to the first.
_WORDS: Final = {
    LinkKind.RELATED: ("Related", "Related"),
    LinkKind.DUPLICATE_OF: ("Duplicate of", "Same as"),
    LinkKind.CAUSED_BY: ("Caused by", "Causes"),
    LinkKind.CHILD_OF: ("Parent", "Children"),
    LinkKind.SPLIT_FROM: ("Split off from", "Split off"),
}
_ORDER: Final = (
    *("Parent", "Children", "Caused by", "Causes", "Duplicate of", "Same as"),
    *("Related", "Split off from", "Split off"),
)


@dataclass(frozen=True, slots=True)
class Linked:
    link_id: int
    incident: Incident


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents with the same relation to the one that is shown."""

    label: str
    links: Sequence[Linked]

    @property
    def open(self) -> int:
        return sum(not each.incident.is_over for each in self.links)


def links(visible: QuerySet[Incident], incident: Incident) -> list[Group]:
    """Its links to visible incidents, grouped by what they are to it. Two queries."""
    rows = IncidentLink.objects.filter(Q(one=incident) | Q(other=incident))
    found = [
        (_WORDS[LinkKind(row.kind)][0 if row.one_id == incident.pk else 1], row) for row in rows
    ]
    others = {row.other_id if row.one_id == incident.pk else row.one_id for _, row in found}
    known = visible.select_related("severity").in_bulk(others) if others else {}
    groups: dict[str, list[Linked]] = {}
    for label, row in found:
        other = known.get(row.other_id if row.one_id == incident.pk else row.one_id)
        if other is not None:
            groups.setdefault(label, []).append(Linked(row.pk, other))
    return [Group(label, groups[label]) for label in _ORDER if label in groups]


@dataclass(frozen=True, slots=True)
class Gone:
    """Where a merged incident went: `target` goes on with it, None where the viewer does not see
    that. `until` is how long it can be undone."""

    target: Incident | None
    at: datetime
    by: str
    until: datetime


def went_to(visible: QuerySet[Incident], incident: Incident, way: Sequence[int]) -> Gone | None:
    """None for an incident that is not merged; `way` as `pipeline.heirs.way_of` tells it."""
    if not incident.is_merged:
        return None
    merge = Merge.objects.filter(source=incident, undone_at__isnull=True).first()
    at = incident.merged_at or incident.updated_at
    target = visible.select_related("severity").filter(pk=way[-1]).first() if way[1:] else None
    return Gone(target, at, merge.by_name if merge else "", at + UNDO)


def merged_here(visible: QuerySet[Incident], incident: Incident) -> list[Incident]:
    """The visible incidents that were merged into this one. One query."""
    rows = visible.filter(merged_into=incident, state=State.MERGED).select_related("severity")
    return list(rows.order_by("merged_at", "pk"))


def people_of(incidents: Sequence[Incident], *, but: Incident) -> list[User]:
    """Who has a role in any of them and none in `but`. One query."""
    held = User.objects.filter(
        is_active=True,
        role_assignments__incident__in=incidents,
        role_assignments__until__isnull=True,
    )
    there = but.role_assignments.filter(until__isnull=True).values("user_id")
    return list(held.exclude(pk__in=there).distinct().order_by("name", "username"))


def alerts_of(incident: Incident, limit: int) -> list[Alert]:
    """Its alerts, those that fire first. One query."""
    rows = Alert.objects.filter(incident=incident).select_related("severity", "service")
    first = Case(When(state="resolved", then=1), default=0)
    return list(rows.order_by(first, "-started_at")[:limit])


def candidates(
    visible: QuerySet[Incident], incident: Incident | None, text: str, limit: int = SHOWN
) -> list[Incident]:
    """What the viewer may mean by `text`, a reference or words, the likeliest first; without any
    text what is like the incident."""
    rows = visible.exclude(state=State.MERGED).select_related("severity", "service")
    if incident is not None:
        rows = rows.exclude(pk=incident.pk)
    words = text.strip().replace("\0", "")[:100]
    if not words:
        return _likely(rows, incident, limit)
    return list(_ranked(rows, words)[:limit])


def _likely(rows: QuerySet[Incident], incident: Incident | None, limit: int) -> list[Incident]:
    found = [each.incident for each in similar.find(rows, incident)] if incident else []
    rest = rows.exclude(state__in=OVER).exclude(pk__in=[each.pk for each in found])
    return [*found, *rest.order_by("-opened_at", "-pk")[:limit]][:limit]


_NUMBER: Final = re.compile(r"(?:inc-?\s*)?(\d{1,18})", re.IGNORECASE)


def _ranked(rows: QuerySet[Incident], words: str) -> QuerySet[Incident]:
    query = SearchQuery(words, search_type="websearch", config="english")
    number = _NUMBER.fullmatch(words)
    pk = int(number[1]) if number else 0
    bonus = Case(
        When(pk=pk, then=Value(10.0)),
        When(title__icontains=words, then=Value(1.0)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    alive = Case(
        When(state__in=OVER, then=Value(0.0)), default=Value(0.5), output_field=FloatField()
    )
    rank = Coalesce(SearchRank(F("text__words"), query), Value(0.0), output_field=FloatField())
    matching = rows.filter(Q(pk=pk) | Q(title__icontains=words) | Q(text__words=query))
    return matching.annotate(rank=rank + bonus + alive).order_by("-rank", "-pk")
