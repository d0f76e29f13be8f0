"""Messages as they came in, and what became of each: for people who ask where one went.

A list walks the ids backwards, a bounded number of rows at a time: whatever is asked for, however
rare it is, a page costs the same. Messages that speak of an alert of a hidden incident are hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Exists, F, Func, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from incidents.models import Alert, Incident, Signal, SignalState

SIZE: Final = 50
# A page looks at this many messages at most; the next page goes on from there.
LOOKED_AT: Final = 20_000
OF_ALERT: Final = 50
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """`until` asks for what was received before it."""

    integration: int = 0
    state: str = ""
    until: datetime | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.integration or self.state or self.until)


@dataclass(frozen=True, slots=True)
class SignalPage:
    """`older` is the id that the next page is below; 0 where there is none."""

    rows: Sequence[Signal]
    older: int = 0


def hidden_alerts(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """The alerts of incidents that the asker, who may see `incidents`, may not know of."""
    rows = Alert.objects.filter(incident__private=True).order_by()
    return rows.exclude(incident__in=incidents.filter(private=True))


def visible(incidents: QuerySet[Incident]) -> QuerySet[Signal]:
    """The messages that speak of no hidden alert, also where they came after its end."""
    speaks_of = Func(
        OuterRef("outcome"),
        Func(template="'$[*] ? (@.fingerprint == $name)'::jsonpath"),
        Func(F("fingerprint"), template="jsonb_build_object('name', %(expressions)s)"),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )
    hidden = hidden_alerts(incidents).filter(integration=OuterRef("integration"))
    rows = Signal.objects.select_related("integration").defer("body")
    return rows.exclude(
        Exists(hidden.annotate(speaks_of=speaks_of).filter(speaks_of=True).values("pk"))
    )


def may_be_read(signal: Signal, incidents: QuerySet[Incident]) -> bool:
    """Whether its text may be shown. What has not been understood may speak of anything: it stays
    closed while its sender has an alert in a hidden incident."""
    if signal.state == SignalState.FOLDED:
        return True
    return not hidden_alerts(incidents).filter(integration=signal.integration_id).exists()


def page(
    rows: QuerySet[Signal], chosen: SignalFilter, *, before: int = 0, size: int = SIZE
) -> SignalPage:
    """The newest that match, below the id `before`. Three queries, a few more for a time."""
    ends = Signal.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["last"] is None:
        return SignalPage([])
    top = min(before or ends["last"] + 1, ends["last"] + 1)
    if chosen.until is not None:
        top = min(top, first_since(chosen.until))
    floor = max(top - LOOKED_AT, ends["first"])
    rows = rows.filter(_wanted(chosen), pk__lt=top, pk__gte=floor)
    found = list(rows.annotate(size=Length("body")).order_by("-pk")[: size + 1])
    if len(found) > size:
        return SignalPage(found[:size], found[size - 1].pk)
    return SignalPage(found, floor if floor > ends["first"] else 0)


def _wanted(chosen: SignalFilter) -> Q:
    wanted = Q()
    if chosen.integration:
        wanted &= Q(integration_id=chosen.integration)
    if chosen.state:
        wanted &= Q(state=chosen.state)
    return wanted


def first_since(at: datetime) -> int:
    """About the first id that was received at `at` or later: ids grow with time. A few dozen
    lookups by key, because no index by time alone is worth its place on the way in."""
    ends = Signal.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["last"] is None:
        return 0
    low, high = ends["first"], ends["last"] + 1
    while low < high:
        middle = (low + high) // 2
        found = (
            Signal.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "received_at")
        )
        row = found.first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = row[0] + 1
    return int(low)


def of_alert(alert: Alert, incidents: QuerySet[Incident]) -> list[Signal]:
    """The newest messages that spoke of the alert, found among the last that came before it was
    heard of for the last time."""
    first = alert.first_signal_id or 0
    heard = max(alert.last_seen_at, alert.resolved_at or alert.last_seen_at)
    top = first_since(heard + _MINUTE)
    rows = visible(incidents).filter(
        integration_id=alert.integration_id,
        pk__gte=max(first, top - LOOKED_AT),
        pk__lt=max(top, first + 1),
        outcome__contains=[{"fingerprint": alert.fingerprint}],
    )
    return list(rows.annotate(size=Length("body")).order_by("-pk")[:OF_ALERT])


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a message, and what became of it. `alert` is None where there is none."""

    number: int
    outcome: Mapping[str, Any]
    alert: Alert | None

    @property
    def action(self) -> str:
        return str(self.outcome.get("action", ""))

    @property
    def fingerprint(self) -> str:
        return str(self.outcome.get("fingerprint", ""))


MOST_PARTS: Final = 100


def parts(signal: Signal, alerts: QuerySet[Alert]) -> list[Part]:
    """What the message held, with those of `alerts` that it went to. One query."""
    told = [o for o in signal.outcome if "error" not in o][:MOST_PARTS]
    found = alerts.in_bulk([o["alert"] for o in told if "alert" in o])
    return [Part(n, o, found.get(o.get("alert", 0))) for n, o in enumerate(told, 1)]


def error_of(signal: Signal) -> str:
    """Why it was not understood; empty where it was."""
    return next((str(o["error"]) for o in signal.outcome if "error" in o), "")
