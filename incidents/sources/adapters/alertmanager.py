"""Prometheus Alertmanager, webhook version 4 (notify/webhook/webhook.go, template/template.go).

Identity is the sender's fingerprint of the label set, or our own where it is missing. `groupKey`
joins the alerts that Alertmanager has grouped. A resolved alert says with `startsAt` which episode
is over, so that a late notice about an earlier one closes nothing.
"""

from collections.abc import Mapping
from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter

_EXAMPLE = """{
  "version": "4",
  "status": "firing",
  "groupKey": "{}:{alertname=\\"FirstAlert\\"}",
  "alerts": [
    {
      "status": "firing",
      "labels": {"alertname": "FirstAlert", "severity": "warning", "service": "checkout"},
      "annotations": {"summary": "Our first alert"}
    }
  ]
}"""


def read(body: Any) -> list[Signal]:
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
    return [_signal(alert, body, group, common) for alert in alerts]


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


def _signal(
    alert: Mapping[str, Any], body: Mapping[str, Any], group: str, common: Mapping[str, Any]
) -> Signal:
    labels = payload.labels(alert["labels"])
    notes = {**common, **payload.mapping(alert.get("annotations"))}
    started = payload.moment(alert.get("startsAt"))
    name = labels.get("alertname", "")
    over = _status(alert, body) == "resolved"
    return Signal(
        action="resolve" if over else "fire",
        fingerprint=key(alert.get("fingerprint")) or _own_fingerprint(labels),
        title=plain(notes.get("summary"), 1024) or name or "Alert without a name",
        description=plain(notes.get("description") or notes.get("message"), 15_000),
        severity=labels.get("severity", ""),
        service=labels.get("service") or labels.get("job", ""),
        group=group,
        value=plain(notes.get("value"), 60),
        link=payload.link(alert.get("generatorURL")) or payload.link(body.get("externalURL")),
        at=payload.moment(alert.get("endsAt")) if over else started,
        since=started if over else None,
        labels=labels,
        annotations=payload.tidy(notes),
    )


def _own_fingerprint(labels: Mapping[str, str]) -> str:
    return fingerprint(*(f"{name}={labels[name]}" for name in sorted(labels)))


ADAPTERS.add("alertmanager")(
    Adapter(
        label="Prometheus Alertmanager",
        path="/hooks/alertmanager/{key}",
        read=read,
        example=_EXAMPLE,
    )
)
