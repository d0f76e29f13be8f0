"""The body that Alertmanager's webhook version 4 and Grafana share: alerts with labels, grouped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal


@dataclass(frozen=True, slots=True)
class Member:
    """One alert of a message; `notes` are its annotations over those common to all."""

    alert: Mapping[str, Any]
    body: Mapping[str, Any]
    labels: dict[str, str]
    notes: Mapping[str, Any]
    group: str

    @property
    def is_over(self) -> bool:
        return _status(self.alert, self.body) == "resolved"


def is_spoken(body: object) -> bool:
    return isinstance(body, dict) and isinstance(body.get("alerts"), list)


def read(body: Any, make: Callable[[Member], Signal]) -> list[Signal]:
    """One signal an alert, made by `make`. Raises Malformed."""
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object, as Alertmanager's webhook sends it")
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Malformed("alerts must be a list, as Alertmanager's webhook version 4 sends it")
    problems = [text for n, alert in enumerate(alerts) for text in _problems(n, alert, body)]
    if problems:
        raise Malformed(*problems[:20])
    group = key(body.get("groupKey"))
    common = payload.mapping(body.get("commonAnnotations"))
    return [make(_member(alert, body, group, common)) for alert in alerts]


def _member(
    alert: Mapping[str, Any], body: Mapping[str, Any], group: str, common: Mapping[str, Any]
) -> Member:
    notes = {**common, **payload.mapping(alert.get("annotations"))}
    return Member(alert, body, payload.labels(alert["labels"]), notes, group)


def _problems(n: int, alert: object, body: Mapping[str, Any]) -> list[str]:
    if not isinstance(alert, dict):
        return [f"alerts[{n}] must be an object"]
    found = []
    if not isinstance(alert.get("labels"), dict):
        found.append(f"alerts[{n}].labels must be an object")
    elif not alert["labels"] and not alert.get("fingerprint"):
        found.append(f"alerts[{n}] needs labels or a fingerprint to be told from others")
    if _status(alert, body) not in {"firing", "resolved"}:
        found.append(f"alerts[{n}].status must be firing or resolved")
    return found


def _status(alert: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    return plain(alert.get("status") or body.get("status") or "firing", 20).lower()


def signal(member: Member) -> Signal:
    alert, labels, notes = member.alert, member.labels, member.notes
    started = payload.moment(alert.get("startsAt"))
    name, over = labels.get("alertname", ""), member.is_over
    return Signal(
        action="resolve" if over else "fire",
        fingerprint=key(alert.get("fingerprint")) or _own_fingerprint(labels),
        title=plain(notes.get("summary"), 1024) or name or "Alert without a name",
        description=plain(notes.get("description") or notes.get("message"), 15_000),
        severity=labels.get("severity", ""),
        service=labels.get("service") or labels.get("job", ""),
        group=member.group,
        value=plain(notes.get("value"), 60),
        link=payload.link(alert.get("generatorURL"))
        or payload.link(member.body.get("externalURL")),
        at=payload.moment(alert.get("endsAt")) if over else started,
        since=started if over else None,
        labels=labels,
        annotations=payload.tidy(notes),
    )


def _own_fingerprint(labels: Mapping[str, str]) -> str:
    return fingerprint(*(f"{name}={labels[name]}" for name in sorted(labels)))
