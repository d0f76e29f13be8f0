"""How a client of each protocol sends: what a good message is, and where its key goes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from incidents.models import Integration
from tests.intake.conftest import Visitor

PAYLOADS = Path(__file__).parent.parent / "payloads"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Client:
    """`path` and `key_field` say where the key goes: the address, a member of the body, or (where
    neither) a bearer token. `opens` and `resolves` name payloads. `status` is that of success,
    `refuses` what an unknown key gets, and `faulty` what a body that cannot be read gets."""

    slug: str
    kind: str
    path: str
    opens: str
    resolves: str = ""
    key_field: str = ""
    method: str = "POST"
    status: int = 202
    refuses: int = 401
    problem: str = "application/problem+json"
    options: dict[str, Any] = field(default_factory=dict)
    limit: int = 256 * 1024

    def body(self, name: str) -> Any:
        path = PAYLOADS / self.slug / f"{name}.json"
        return json.loads(path.read_text())

    def request(self, key: str, content: bytes) -> tuple[str, str, bytes, dict[str, str]]:
        bearer = {} if "{key}" in self.path else {"Authorization": f"Bearer {key}"}
        return self.method, self.path.format(key=key), content, {**JSON, **bearer}

    def content(self, name: str, key: str) -> bytes:
        told = self.body(name)
        return json.dumps(told | {self.key_field: key} if self.key_field else told).encode()

    def send(self, visitor: Visitor, names: Sequence[str]) -> list[httpx.Response]:
        key = visitor.keys[self.kind]
        if self.options:
            Integration.objects.filter(kind=self.kind).update(options=self.options)
        return [visitor.send([self.request(key, self.content(name, key))])[0] for name in names]


_MAPPED = {"mapping": {"title": "alert.name", "fingerprint": "alert.id", "status": "alert.state"}}
_PAGERDUTY = {"refuses": 400, "problem": "application/json", "limit": 512 * 1024}
_ONCALL = "/integrations/v1/formatted_webhook/{key}/"
MAKE: Callable[..., Client] = Client
CLIENTS = [
    Client("alertmanager", "alertmanager", "/hooks/alertmanager/{key}", "firing", "resolved"),
    Client("native", "native", "/api/events", "one"),
    MAKE(
        "pagerduty",
        "pagerduty",
        "/v2/enqueue",
        "trigger",
        "resolve",
        key_field="routing_key",
        **_PAGERDUTY,
    ),
    MAKE(
        "pagerduty-v1",
        "pagerduty",
        "/generic/2010-04-15/create_event.json",
        "trigger",
        "resolve",
        key_field="service_key",
        status=200,
        **_PAGERDUTY,
    ),
    Client("grafana", "grafana", "/hooks/grafana", "firing", method="PUT"),
    Client(
        "datadog",
        "datadog",
        "/hooks/datadog/{key}",
        "recommended_warn",
        "recommended_recovered",
    ),
    Client(
        "sentry",
        "sentry",
        "/hooks/sentry/{key}",
        "event_alert",
        "issue_resolved",
        limit=1024 * 1024,
    ),
    Client(
        "cloudevents",
        "cloudevents",
        "/hooks/cloudevents/{key}",
        "structured",
        "resolved_by_type",
    ),
    Client("oncall", "oncall", _ONCALL, "alerting", "ok", status=200),
    Client(
        "goalert",
        "goalert",
        "/api/v2/generic/incoming?token={key}",
        "open",
        "close",
        status=204,
        problem="text/plain; charset=utf-8",
    ),
    Client("uptime-kuma", "uptime-kuma", "/hooks/uptime-kuma/{key}", "down", "up"),
    Client("zabbix", "zabbix", "/hooks/zabbix/{key}", "problem", "recovery"),
    Client("incident-io", "incident-io", "/v2/alert_events/http/01ABC", "firing", "resolved"),
    Client(
        "opsgenie",
        "opsgenie",
        "/v2/alerts/",
        "create",
        problem="application/json",
        limit=512 * 1024,
    ),
    Client(
        "alertmanager-api",
        "alertmanager-api",
        "/api/v2/alerts",
        "posted",
        status=200,
        problem="application/json",
        limit=1024 * 1024,
    ),
    Client("generic", "generic", "/hooks/generic/{key}", "mapped", options=_MAPPED),
]
