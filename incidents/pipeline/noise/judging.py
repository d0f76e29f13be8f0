"""Whether an alert may make an incident now, and if not, why not and until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min

from incidents.kernel import durations
from incidents.models import AfterWindow, Alert, AlertState, GroupingPolicy, MaintenanceWindow
from incidents.pipeline import correlation
from incidents.pipeline.noise import rules
from incidents.pipeline.noise.rules import Inhibiting, Reason, Rules

# Sources of inhibition are looked for among this many open alerts, the newest first.
MOST_SOURCES: Final = 5000


def judge(alerts: Sequence[Alert], *, now: datetime, first: bool = True) -> list[Alert]:
    """Give each open alert its policy, key, and the reasons it has to wait; saves nothing.

    Returns those without an incident that nothing holds. `first` is when they are new: a group's
    wait and the count of a flapping condition belong to the beginning.
    """
    if not alerts:
        return []
    held = rules.load()
    # Reading the labels of a storm costs: where there are no rules nobody asks for them.
    labels = {id(a): a.offered_labels() if held.any else {} for a in alerts}
    for alert in alerts:
        if first:
            alert.policy = held.policy_for(labels[id(alert)])
            _set_end(alert)
        alert.correlation_key = correlation.key_of(alert)
    reasons = {id(a): [*_lasting(a, now), *held.muting(labels[id(a)], now)] for a in alerts}
    for alert, reason in _inhibited(alerts, labels, held):
        reasons[id(alert)].append(reason)
    if first:
        for alert, reason in [*_flapping(alerts, now), *_waiting(alerts, reasons, now)]:
            reasons[id(alert)].append(reason)
    for alert in alerts:
        _write_down(alert, reasons[id(alert)], now)
    return [a for a in alerts if a.incident_id is None and not a.muted_by]


def _set_end(alert: Alert) -> None:
    if alert.ends_at is None and alert.policy is not None and alert.policy.auto_resolve:
        alert.ends_at = alert.last_seen_at + timedelta(seconds=alert.policy.auto_resolve)


def _lasting(alert: Alert, now: datetime) -> Iterable[Reason]:
    """Reasons given earlier that nobody but time or a person takes back."""
    for told in alert.muted_by:
        until = datetime.fromisoformat(told["until"]) if told["until"] else None
        if told["kind"] == "maintenance" and until is None:
            if _leaves(told["id"]):
                yield Reason("maintenance", told["id"], told["why"])
        elif told["kind"] in {"routing", "flapping", "grouping"} and (until is None or until > now):
            yield Reason(told["kind"], told["id"], told["why"], until)


def _leaves(window_id: str) -> bool:
    rows = MaintenanceWindow.objects.filter(pk=window_id, cancelled_at__isnull=True)
    return rows.filter(afterwards=AfterWindow.LEAVE).exists()


Labels = Mapping[int, Mapping[str, str]]
Judged = Iterable[tuple[Alert, Reason]]


def _inhibited(alerts: Sequence[Alert], labels: Labels, held: Rules) -> Judged:
    targets = [(alert, held.targets(labels[id(alert)])) for alert in alerts]
    if not any(found for _, found in targets):
        return
    sources = _Sources.of(alerts)
    for alert, found in targets:
        for inhibiting in found:
            source = sources.blocking(inhibiting, labels[id(alert)])
            if source is not None:
                why = f"{inhibiting.inhibition.name}: {source.title} fires as well"
                yield alert, Reason("inhibition", str(inhibiting.inhibition.pk), why)
                break


@dataclass
class _Sources:
    """What fires now, for each inhibition only what fits its source side."""

    firing: list[tuple[Alert, dict[str, str]]]
    fitting: dict[tuple[int, tuple[str, ...]], Alert]
    read: set[int]

    @classmethod
    def of(cls, new: Sequence[Alert]) -> "_Sources":
        rows = (
            Alert.objects.exclude(state=AlertState.RESOLVED)
            .select_related("severity", "service", "integration")
            .order_by("-pk")[:MOST_SOURCES]
        )
        unsaved = [alert for alert in new if alert._state.adding]  # noqa: SLF001  Django's word
        firing = [*rows, *unsaved]
        return cls([(alert, alert.offered_labels()) for alert in firing], {}, set())

    def blocking(self, inhibiting: Inhibiting, labels: Mapping[str, str]) -> Alert | None:
        equal = inhibiting.inhibition.equal
        pk = inhibiting.inhibition.pk
        if pk not in self.read:
            self.read.add(pk)
            for alert, of_alert in self.firing:
                if inhibiting.is_source(of_alert):
                    values = tuple(of_alert.get(name, "") for name in equal)
                    self.fitting.setdefault((pk, values), alert)
        if inhibiting.is_source(labels):
            return None  # nothing that fits both sides inhibits itself
        return self.fitting.get((pk, tuple(labels.get(name, "") for name in equal)))


def _flapping(alerts: Sequence[Alert], now: datetime) -> Judged:
    """Counts the episodes of each condition that ended within the window of its policy."""
    watched = [(a, a.policy) for a in alerts if a.policy is not None and a.policy.flap_changes]
    if not watched:
        return
    longest = max(policy.flap_window for _, policy in watched)
    episodes = _episodes([alert for alert, _ in watched], now - timedelta(seconds=longest))
    for alert, policy in watched:
        since = now - timedelta(seconds=policy.flap_window)
        ended = episodes.get((alert.integration_id, alert.fingerprint), [])
        count = 1 + sum(at > since for at in ended)
        if count >= policy.flap_changes:
            window = durations.spoken(policy.flap_window)
            why = f"flapping: opened {count} times within {window}, held until it is steady"
            until = now + timedelta(seconds=policy.flap_window)
            yield alert, Reason("flapping", str(policy.pk), why, until)


def _episodes(alerts: Sequence[Alert], since: datetime) -> dict[tuple[int, str], list[datetime]]:
    rows = Alert.objects.filter(
        integration_id__in={alert.integration_id for alert in alerts},
        fingerprint__in={alert.fingerprint for alert in alerts},
        resolved_at__gt=since,
    ).values_list("integration_id", "fingerprint", "resolved_at")
    found: dict[tuple[int, str], list[datetime]] = {}
    for sender, fingerprint, at in rows:
        if at is not None:
            found.setdefault((sender, fingerprint), []).append(at)
    return found


def _waiting(alerts: Sequence[Alert], reasons: Mapping[int, list[Reason]], now: datetime) -> Judged:
    """The first of a group waits for others, and those that come meanwhile wait as long as it."""
    found = [
        (alert, alert.policy)
        for alert in alerts
        if alert.policy is not None and alert.policy.wait and not reasons[id(alert)]
    ]
    if not found:
        return
    keys = {alert.correlation_key for alert, _ in found}
    opened = correlation.open_keys(keys)
    until = _ends_of_waits(keys)
    for alert, policy in found:
        if alert.correlation_key not in opened:
            ends = until.setdefault(alert.correlation_key, now + timedelta(seconds=policy.wait))
            yield alert, _wait_for_others(policy, ends)


def _ends_of_waits(keys: set[str]) -> dict[str, datetime]:
    mates = Alert.objects.filter(
        correlation_key__in=keys, held=True, muted_by__contains=[{"kind": "grouping"}]
    ).exclude(state=AlertState.RESOLVED)
    return dict(
        mates.values("correlation_key")
        .annotate(ends=Min("recheck_at"), n=Count("pk"))
        .values_list("correlation_key", "ends")
    )


def _wait_for_others(policy: GroupingPolicy, until: datetime) -> Reason:
    why = f"{policy.name} waits {durations.spoken(policy.wait)} for others of its group"
    return Reason("grouping", str(policy.pk), why, until)


def _write_down(alert: Alert, reasons: Sequence[Reason], now: datetime) -> None:
    before: dict[str, Any] = {f"{r['kind']}:{r['id']}": r for r in alert.muted_by}
    is_new = alert._state.adding  # noqa: SLF001  what routing said was not told yet
    after = {f"{r.kind}:{r.id}": r for r in reasons}
    for name, reason in after.items():
        if name not in before or is_new:
            alert.tell(at=now, kind=reason.kind, text=reason.why)
    for name, told in before.items():
        if name not in after:
            alert.tell(at=now, kind="released", text=f"no longer {told['why']}")
    alert.muted_by = [reason.as_data() for reason in reasons]
    alert.held = alert.incident_id is None and bool(reasons)
    alert.recheck_at = min((r.until for r in reasons if r.until is not None), default=None)
