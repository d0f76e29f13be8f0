"""The rules against noise as the engine holds them, and what they say about one alert."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from incidents.kernel import clock
from incidents.kernel.matchers import Matcher, all_match
from incidents.models import (
    AfterWindow,
    GroupingPolicy,
    Inhibition,
    MaintenanceWindow,
    Silence,
)
from incidents.models.noise import VERSION
from incidents.pipeline.noise import windows

# Rules that are over are dropped from memory at the latest after this long.
_FRESH: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alert makes no incident for now. `until` is None where no time is known."""

    kind: str
    id: str
    why: str
    until: datetime | None = None

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "why": self.why[:300],
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True)
class _Silenced:
    silence: Silence
    matchers: list[Matcher]


@dataclass(frozen=True, slots=True)
class _Planned:
    window: MaintenanceWindow
    matchers: list[Matcher]


@dataclass(frozen=True, slots=True)
class Inhibiting:
    inhibition: Inhibition
    source: list[Matcher]
    target: list[Matcher]

    def is_source(self, labels: Mapping[str, str]) -> bool:
        return all_match(self.source, labels)


@dataclass(frozen=True)
class Rules:
    """All rules in force, read for matching."""

    silences: Sequence[_Silenced] = ()
    windows: Sequence[_Planned] = ()
    inhibitions: Sequence[Inhibiting] = ()
    policies: Sequence[tuple[GroupingPolicy, list[Matcher]]] = ()
    version: str = ""
    read_at: datetime = field(default_factory=clock.now)

    @property
    def any(self) -> bool:
        return bool(self.silences or self.windows or self.inhibitions or self.policies)

    def policy_for(self, labels: Mapping[str, str]) -> GroupingPolicy | None:
        """The first policy in order that fits."""
        fitting = (policy for policy, wanted in self.policies if all_match(wanted, labels))
        return next(fitting, None)

    def muting(self, labels: Mapping[str, str], at: datetime) -> list[Reason]:
        """The silences and windows in force at `at` that fit."""
        return [
            *(
                by_silence(held.silence)
                for held in self.silences
                if _is_active(held.silence, at) and all_match(held.matchers, labels)
            ),
            *self._planned(labels, at),
        ]

    def _planned(self, labels: Mapping[str, str], at: datetime) -> Iterable[Reason]:
        for held in self.windows:
            found = windows.open_at(held.window, at)
            if found is not None and all_match(held.matchers, labels):
                yield by_window(held.window, found)

    def in_force(self, at: datetime) -> frozenset[str]:
        """Names for all that holds at `at`; another set means that alerts are judged anew."""
        return frozenset(
            {
                f"rules {self.version}",
                *(str(h.silence.uuid) for h in self.silences if _is_active(h.silence, at)),
                *(f"window {h.window.pk}" for h in self.windows if windows.open_at(h.window, at)),
            }
        )

    def targets(self, labels: Mapping[str, str]) -> list[Inhibiting]:
        """The inhibitions whose target side fits."""
        return [held for held in self.inhibitions if all_match(held.target, labels)]


def _is_active(silence: Silence, at: datetime) -> bool:
    return silence.state_at(at) == "active"


def by_silence(silence: Silence) -> Reason:
    end = ", until it is over by itself" if silence.until_resolved else ""
    why = f"silenced by {silence.creator}{end}: {silence.comment}"
    return Reason("silence", str(silence.uuid), why, silence.over_at)


def by_window(window: MaintenanceWindow, found: windows.Occurrence) -> Reason:
    until = found.ends_at if window.afterwards == AfterWindow.OPEN else None
    return Reason("maintenance", str(window.pk), f"planned work: {window.name}", until)


_held: Rules | None = None


def load() -> Rules:
    """The rules, from memory while nobody has changed them. One small query."""
    global _held
    with connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM incidents_setting WHERE name = %s", [VERSION])
        version = str(cursor.fetchone())
    now = clock.now()
    if _held is None or _held.version != version or not 0 <= _age(_held, now) < _FRESH.seconds:
        _held = read(now, version)
    return _held


def _age(held: Rules, now: datetime) -> float:
    return (now - held.read_at).total_seconds()


def read(now: datetime, version: str = "") -> Rules:
    """The rules in force or to come, from the database."""
    going = Q(ended_at__isnull=True) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    return Rules(
        silences=[_Silenced(s, s.matchers_read) for s in Silence.objects.filter(going)],
        windows=[
            _Planned(w, w.matchers_read)
            for w in MaintenanceWindow.objects.filter(cancelled_at__isnull=True)
            if w.recurrence or w.starts_at + timedelta(minutes=w.minutes) > now
        ],
        inhibitions=[
            Inhibiting(i, i.source_read, i.target_read)
            for i in Inhibition.objects.filter(enabled=True)
        ],
        policies=[(p, p.matchers_read) for p in GroupingPolicy.objects.filter(enabled=True)],
        version=version,
        read_at=now,
    )
