"""What a change to the rules would have done to the last days of traffic. Reads, never writes.

For what mutes, incidents are those there really were, without those all of whose alerts would have
been muted. For grouping they are counted anew from when the alerts began and ended, as though
nobody had resolved an incident by hand.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from incidents.kernel import clock, durations
from incidents.kernel.matchers import Matcher, all_match
from incidents.models import AfterWindow, Alert, GroupingPolicy, Inhibition, MaintenanceWindow
from incidents.pipeline import correlation
from incidents.pipeline.noise import rules, windows

DAYS: Final = 7
MOST: Final = 20_000
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Example:
    """One alert, and in words what would have become of it."""

    alert: Alert
    effect: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`alerts` were looked at and `left_out` not, being older and too many; `matched` are those the
    change is about, `muted` those that would have made no incident."""

    alerts: int
    left_out: int
    matched: int
    muted: int
    incidents_before: int
    incidents_after: int
    examples: Sequence[Example] = ()
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class _Episode:
    alert: Alert
    labels: dict[str, str]
    start: datetime
    end: datetime


@dataclass(slots=True)
class _Effects:
    """What happens to whom: muted for good, or something that is worth telling."""

    matched: int = 0
    muted: set[int] = field(default_factory=set)
    told: list[Example] = field(default_factory=list)

    def mute(self, alert: Alert, effect: str) -> None:
        self.muted.add(alert.pk)
        self.tell(alert, effect)

    def tell(self, alert: Alert, effect: str) -> None:
        if len(self.told) < SHOWN:
            self.told.append(Example(alert, effect))


def preview_silence(matchers: Sequence[Matcher]) -> Preview:
    """As if the silence had lasted all the time."""

    def judge(episodes: Sequence[_Episode], effects: _Effects) -> None:
        for episode in episodes:
            if all_match(matchers, episode.labels):
                effects.matched += 1
                effects.mute(episode.alert, "would have been silenced")

    return _muting(judge)


def preview_window(window: MaintenanceWindow) -> Preview:
    """As if the window had been open at its hours in the last days too."""
    now = clock.now()
    past = _in_the_past(window, now)
    found = list(windows.occurrences(past, after=now - timedelta(days=DAYS), before=now))

    def judge(episodes: Sequence[_Episode], effects: _Effects) -> None:
        wanted = window.matchers_read
        for episode in episodes:
            until = max((o.ends_at for o in found if o.covers(episode.start)), default=None)
            if until is None or not all_match(wanted, episode.labels):
                continue
            _hold(episode, until, effects, for_good=window.afterwards == AfterWindow.LEAVE)

    return _muting(judge)


def _in_the_past(window: MaintenanceWindow, now: datetime) -> MaintenanceWindow:
    """The same window, begun whole weeks earlier: at the same hours of the same weekdays."""
    late = window.starts_at - (now - timedelta(days=DAYS))
    weeks = max(0, late // timedelta(days=7) + bool(window.recurrence))
    starts = window.starts_at.astimezone(window.zone) - timedelta(weeks=weeks)
    return MaintenanceWindow(
        starts_at=starts,
        minutes=window.minutes,
        recurrence=window.recurrence,
        time_zone=window.time_zone,
    )


def _hold(episode: _Episode, until: datetime, effects: _Effects, *, for_good: bool) -> None:
    effects.matched += 1
    if for_good or episode.end <= until:
        effects.mute(episode.alert, "would have made no incident")
        return
    later = durations.spoken((until - episode.start).total_seconds())
    effects.tell(episode.alert, f"would have made its incident {later} later")


def preview_inhibition(inhibition: Inhibition) -> Preview:
    """As if the inhibition had been there all the time."""
    held = rules.Inhibiting(inhibition, inhibition.source_read, inhibition.target_read)

    def judge(episodes: Sequence[_Episode], effects: _Effects) -> None:
        sources: dict[tuple[str, ...], list[_Episode]] = {}
        for episode in episodes:
            if held.is_source(episode.labels):
                sources.setdefault(_values(inhibition.equal, episode), []).append(episode)
        for episode in episodes:
            if not all_match(held.target, episode.labels) or held.is_source(episode.labels):
                continue
            same = sources.get(_values(inhibition.equal, episode), ())
            firing = [s for s in same if s.start <= episode.start < s.end]
            if firing:
                until = max(source.end for source in firing)
                _hold(episode, until, effects, for_good=False)

    return _muting(judge)


def _values(names: Iterable[str], episode: _Episode) -> tuple[str, ...]:
    return tuple(episode.labels.get(name, "") for name in names)


def _muting(judge: Callable[[Sequence[_Episode], _Effects], None]) -> Preview:
    episodes, left_out = _episodes()
    effects = _Effects()
    judge(episodes, effects)
    incidents: dict[int, bool] = {}
    for episode in episodes:
        incident = episode.alert.incident_id
        if incident is not None:
            heard = episode.alert.pk not in effects.muted
            incidents[incident] = incidents.get(incident, False) or heard
    return Preview(
        alerts=len(episodes),
        left_out=left_out,
        matched=effects.matched,
        muted=len(effects.muted),
        incidents_before=len(incidents),
        incidents_after=sum(incidents.values()),
        examples=effects.told,
    )


def preview_policy(policy: GroupingPolicy) -> Preview:
    """As if the policy had been there all the time, in its place among the others."""
    episodes, left_out = _episodes()
    others = [(p, p.matchers_read) for p in GroupingPolicy.objects.filter(enabled=True)]
    order = [(p, wanted) for p, wanted in others if p.pk != policy.pk]
    if policy.enabled:
        order.append((policy, policy.matchers_read))
    order.sort(key=lambda pair: (pair[0].position, pair[0].pk or 1 << 62))
    found = rules.Rules(policies=order)
    mine = [episode for episode in episodes if found.policy_for(episode.labels) is policy]
    effects = _Effects(matched=len(mine))
    opened = _Grouping(policy, effects).run(mine)
    incidents = {e.alert.incident_id for e in mine if e.alert.incident_id is not None}
    return Preview(
        alerts=len(episodes),
        left_out=left_out,
        matched=len(mine),
        muted=len(effects.muted),
        incidents_before=len(incidents),
        incidents_after=opened,
        examples=effects.told,
    )


@dataclass(slots=True)
class _Group:
    opens: datetime
    ends: datetime
    alerts: int = 1


@dataclass
class _Grouping:
    policy: GroupingPolicy
    effects: _Effects
    groups: dict[str, _Group] = field(default_factory=dict)
    ends: dict[tuple[int, str], list[datetime]] = field(default_factory=dict)
    opened: int = 0

    def run(self, episodes: Sequence[_Episode]) -> int:
        """How many incidents there would have been."""
        for episode in episodes:
            self._one(episode)
        return self.opened

    def _one(self, episode: _Episode) -> None:
        alert, policy = episode.alert, self.policy
        end = episode.end
        if policy.auto_resolve:
            end = min(end, alert.last_seen_at + timedelta(seconds=policy.auto_resolve))
        alert.policy = policy
        key = correlation.key_of(alert)
        starts = self._steady_at(episode)
        self.ends.setdefault((alert.integration_id, alert.fingerprint), []).append(end)
        if starts > episode.start and end <= starts:
            self.effects.mute(alert, "would have been held as flapping")
            return
        group = self.groups.get(key)
        if group is not None and starts <= group.ends + timedelta(seconds=policy.cooldown):
            group.ends = max(group.ends, end)
            group.alerts += 1
            self.effects.tell(alert, f"would have joined {group.alerts - 1} other alerts")
            return
        opens = starts + timedelta(seconds=policy.wait)
        if policy.wait and end <= opens:
            self.effects.mute(alert, "would have passed before its group was told of")
            return
        self.groups[key] = _Group(opens, end)
        self.opened += 1

    def _steady_at(self, episode: _Episode) -> datetime:
        """When it counts: at once, or when it has stopped flapping."""
        policy = self.policy
        if not policy.flap_changes:
            return episode.start
        window = timedelta(seconds=policy.flap_window)
        ended = self.ends.get((episode.alert.integration_id, episode.alert.fingerprint), ())
        count = 1 + sum(episode.start - window < at <= episode.start for at in ended)
        return episode.start + window if count >= policy.flap_changes else episode.start


def _episodes() -> tuple[list[_Episode], int]:
    """The alerts of the last days in order of their beginning, and how many more there were."""
    now = clock.now()
    rows = Alert.objects.filter(started_at__gt=now - timedelta(days=DAYS))
    related = rows.select_related("severity", "service", "integration")
    newest = related.defer("description", "annotations", "trail", "muted_by")
    found = list(newest.order_by("-started_at", "-pk")[:MOST])
    left_out = rows.count() - len(found) if len(found) == MOST else 0
    episodes = [_Episode(a, a.offered_labels(), a.started_at, a.resolved_at or now) for a in found]
    return episodes[::-1], left_out
