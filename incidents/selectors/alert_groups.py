"""The list of alerts as people read it: in groups, the worst first, so that a storm is one line.

A group is what one incident holds, or what would become one incident: the alerts of one
correlation key. What fires now is grouped by the database; what is over, and all there ever was,
only within a page, because nobody may have to wait until millions of rows are grouped.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import MD5, Cast, Concat, RowNumber

from incidents.models import Alert, Incident

GROUPS_A_PAGE: Final = 30
# So many of a group are shown before it is opened, and so many of one that is open.
SHOWN: Final = 3
SHOWN_OPEN: Final = 50
MOST_OPEN: Final = 10
# Whoever counts further than this learns nothing more.
COUNTED: Final = 10_000
COUNTED_PAST: Final = 1000

_KEY: Final = Case(
    When(
        incident__isnull=False,
        then=Concat(Value("i"), Cast("incident_id", TextField()), output_field=TextField()),
    ),
    When(
        ~Q(correlation_key=""),
        then=Concat(Value("k"), MD5("correlation_key"), output_field=TextField()),
    ),
    default=Concat(Value("a"), Cast("pk", TextField()), output_field=TextField()),
)
# What a row shows needs none of these, and they may be long.
_LONG: Final = ("description", "labels", "annotations", "trail", "handling")


@dataclass(slots=True)
class Group:
    """`alerts` are the first of `count`; `key` names the group in addresses."""

    key: str
    count: int = 0
    alerts: list[Alert] = field(default_factory=list)
    is_open: bool = False

    @property
    def incident(self) -> Incident | None:
        return self.alerts[0].incident

    @property
    def rest(self) -> int:
        return self.count - len(self.alerts)


@dataclass(frozen=True, slots=True)
class GroupPage:
    groups: Sequence[Group]
    older: str = ""


def counted(rows: QuerySet[Alert], most: int) -> str:
    """How many there are, counted up to `most`."""
    found = rows.order_by()[: most + 1].count()
    return f"{found:,}" if found <= most else f"{most:,}+"


def firing(rows: QuerySet[Alert], *, before: str = "", opened: Collection[str] = ()) -> GroupPage:
    """The groups of what fires, worst and newest first. Two queries, and one for roles.

    `rows` must be open alerts; `before` is where the page before ended.
    """
    grouped = rows.annotate(group=_KEY).order_by().values("group")
    grouped = grouped.annotate(
        worst=Min("severity__rank"), newest=Max("started_at"), last=Max("pk"), n=Count("pk")
    )
    after = _read(before)
    if after is not None:
        worst, newest, last = after
        grouped = grouped.filter(
            Q(worst__gt=worst)
            | Q(worst=worst, newest__lt=newest)
            | Q(worst=worst, newest=newest, last__lt=last)
        )
    found: list[Any] = list(grouped.order_by("worst", "-newest", "-last")[: GROUPS_A_PAGE + 1])
    page = found[:GROUPS_A_PAGE]
    groups = {row["group"]: Group(row["group"], row["n"]) for row in page}
    _fill(groups, rows, opened)
    older = _cursor(page[-1]) if len(found) > GROUPS_A_PAGE else ""
    return GroupPage([group for group in groups.values() if group.alerts], older)


def _fill(groups: dict[str, Group], rows: QuerySet[Alert], opened: Collection[str]) -> None:
    if not groups:
        return
    worst_first = (F("severity__rank").asc(), F("started_at").desc(), F("pk").desc())
    place = Window(RowNumber(), partition_by=F("group"), order_by=worst_first)
    inside = Q(place__lte=SHOWN)
    open_keys = [key for key in opened if key in groups]
    if open_keys:
        inside |= Q(group__in=open_keys, place__lte=SHOWN_OPEN)
    members = rows.annotate(group=_KEY).filter(group__in=list(groups)).annotate(place=place)
    shown = members.filter(inside).order_by("group", "place").defer(*_LONG)
    for alert in shown.prefetch_related("incident__role_assignments__user"):
        groups[getattr(alert, "group")].alerts.append(alert)  # noqa: B009  annotated
    for key in open_keys:
        groups[key].is_open = True


def of_group(rows: QuerySet[Alert], key: str) -> QuerySet[Alert]:
    """The alerts of one group."""
    return rows.annotate(group=_KEY).filter(group=key)


def on_page(alerts: Sequence[Alert], opened: Collection[str] = ()) -> list[Group]:
    """`alerts` in groups, in the order of the first of each; those of more than a few are folded
    unless they are `opened`."""
    found: dict[str, Group] = {}
    for alert in alerts:
        key = f"i{alert.incident_id}" if alert.incident_id else f"a{alert.pk}"
        group = found.setdefault(key, Group(key))
        group.count += 1
        group.is_open = key in opened
        if group.is_open or len(group.alerts) < SHOWN:
            group.alerts.append(alert)
    return list(found.values())


def light(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """With what a row of a list shows, and without what is long."""
    return rows.prefetch_related("incident__role_assignments__user").defer(*_LONG)


def _cursor(row: Mapping[str, Any]) -> str:
    return f"{row['worst']}_{row['newest'].timestamp():.6f}_{row['last']}"


def _read(cursor: str) -> tuple[int, datetime, int] | None:
    """A cursor that cannot be read means the first page."""
    parts = cursor.split("_")
    try:
        worst, seconds, last = int(parts[0]), float(parts[1]), int(parts[2])
        return worst, datetime.fromtimestamp(seconds, tz=UTC), last
    except (ValueError, IndexError, OverflowError, OSError):
        return None
