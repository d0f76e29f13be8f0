"""Alertmanager's API v2 as Prometheus speaks it (api/v2/openapi.yaml, docs/alerts_api.md).

Identity is the label set, named as Prometheus names it (common/model/signature.go). An alert fires
until its end; without one, until five minutes after it was last told. The door writes down when the
alerts came; a list without that fires until it is resolved.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from incidents.kernel import payload
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, v4

RESOLVE_TIMEOUT: Final = timedelta(minutes=5)
MOST: Final = 1000
_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_FNV_START, _FNV_PRIME, _SEPARATOR = 0xCBF29CE484222325, 0x100000001B3, b"\xff"

_EXAMPLE = """[
  {
    "labels": {"alertname": "FirstAlert", "severity": "warning", "service": "checkout"},
    "annotations": {"summary": "Our first alert"}
  }
]"""

_PROMETHEUS = """alerting:
  alertmanagers:
    - scheme: http
      api_version: v2
      authorization:
        credentials: {key}
      static_configs:
        - targets: [incidents.example.com]"""

_AMTOOL = """# ~/.config/prometheus/amtool.yml
alertmanager.url: {site}
http.config.file: /etc/prometheus/amtool-http.yml

# /etc/prometheus/amtool-http.yml
authorization:
  credentials: {key}"""


def read(body: Any) -> list[Signal]:
    alerts = body.get("alerts") if isinstance(body, dict) else body
    if not isinstance(alerts, list):
        raise Malformed("the body must be a list of alerts")
    if len(alerts) > MOST:
        raise Malformed(f"a list holds at most {MOST} alerts, not {len(alerts)}")
    problems = [text for n, alert in enumerate(alerts) for text in _problems(n, alert)]
    if problems:
        raise Malformed(*problems[:20])
    received = payload.moment(body.get("receivedAt")) if isinstance(body, dict) else None
    return [_signal(alert, received) for alert in alerts]


def _problems(n: int, alert: object) -> list[str]:
    if not isinstance(alert, dict):
        return [f"alerts[{n}] must be an object"]
    labels, notes = alert.get("labels"), alert.get("annotations") or {}
    if not isinstance(labels, dict) or not any(labels.values()):
        return [f"alerts[{n}]: at least one label pair required"]
    if not isinstance(notes, dict):
        return [f"alerts[{n}].annotations must be an object"]
    pairs = [*labels.items(), *notes.items()]
    found = [f"alerts[{n}]: invalid label name {k[:60]!r}" for k, _ in pairs if not _is_name(k)]
    found += [f"alerts[{n}].{k[:60]} must be text" for k, v in pairs if not isinstance(v, str)]
    return found + _problems_of_times(n, alert)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _problems_of_times(n: int, alert: Mapping[str, Any]) -> list[str]:
    found = []
    for name in ("startsAt", "endsAt"):
        said = alert.get(name)
        if said and not (isinstance(said, str) and _is_time(said)):
            found.append(f"alerts[{n}].{name} must be a time as in RFC 3339")
    starts, ends = payload.moment(alert.get("startsAt")), payload.moment(alert.get("endsAt"))
    if starts and ends and ends < starts:
        found.append(f"alerts[{n}]: start time must be before end time")
    return found


def _is_time(text: str) -> bool:
    """Also the year 1, which means “never” in Go."""
    return payload.moment(text) is not None or text.startswith("0001-01-01T")


def _signal(alert: Mapping[str, Any], received: datetime | None) -> Signal:
    ends = payload.moment(alert.get("endsAt"))
    is_over = ends is not None and (received is None or ends <= received)
    told = {**alert, "status": "resolved" if is_over else "firing", "fingerprint": ""}
    labels = payload.labels(alert["labels"])
    notes = payload.mapping(alert.get("annotations"))
    signal = v4.signal(v4.Member(told, {}, labels, notes, ""))
    until = None if is_over else ends or (received and received + RESOLVE_TIMEOUT)
    return replace(signal, fingerprint=fingerprint_of(alert["labels"]), until=until)


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """The name Prometheus and Alertmanager give a label set: FNV-1a of its sorted pairs."""
    return _fingerprint(tuple(sorted((k, v) for k, v in labels.items() if v)))


@lru_cache(maxsize=4096)
def _fingerprint(pairs: tuple[tuple[str, str], ...]) -> str:
    value = _FNV_START
    for text in (text for pair in pairs for text in pair):
        for byte in text.encode() + _SEPARATOR:
            value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


ADAPTERS.add("alertmanager-api")(
    Adapter(
        label="Alertmanager API (Prometheus, amtool)",
        path="/api/v2/alerts",
        read=read,
        example=_EXAMPLE,
        snippets=(
            Snippet("prometheus.yml", _PROMETHEUS),
            Snippet("amtool", _AMTOOL),
        ),
    )
)
