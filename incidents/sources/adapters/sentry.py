"""Sentry, internal integration (docs.sentry.io/integrations/integration-platform/webhooks).

The id of the issue is the identity, so that a later "issue resolved" closes what an issue alert has
opened. Which resource a message is about shows in its data; what opens or closes nothing, such as a
comment or an installation, is accepted and makes no signal.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

_ISSUE_ACTIONS: Final[Mapping[str, Action]] = {
    "created": "fire",
    "unresolved": "fire",
    "resolved": "resolve",
    "ignored": "resolve",
    "archived": "resolve",
}
_METRIC_ACTIONS: Final[Mapping[str, Action]] = {
    "critical": "fire",
    "warning": "fire",
    "resolved": "resolve",
}
_EXAMPLE = """{
  "action": "triggered",
  "data": {
    "event": {
      "event_id": "e1", "issue_id": "1170820242", "title": "Our first alert",
      "level": "warning", "culprit": "checkout.views in pay"
    },
    "triggered_rule": "First alert"
  }
}"""
_SETUP = """Settings → Developer settings → New internal integration
Webhook URL:      {url}
Alert rule action: on
Permissions:      Issue & Event: Read, Alerts: Read
Webhooks:         issue
Client secret:    copy it into “Client secret” of this integration"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        raise Malformed("the body must be an object with “data”, as Sentry's webhook sends it")
    action, data = plain(body.get("action"), 40).lower(), body["data"]
    for name, make in _READ.items():
        if isinstance(data.get(name), dict):
            signal = make(action, data)
            return [signal] if signal is not None else []
    return []


def _event_alert(action: str, data: Mapping[str, Any]) -> Signal | None:
    event = data["event"]
    issue = plain(event.get("issue_id") or event.get("event_id"), 100)
    if not issue:
        raise Malformed("data.event.issue_id is missing")
    if action not in {"triggered", ""}:
        return None
    tags = _tags(event.get("tags"))
    culprit, rule = plain(event.get("culprit"), 500), plain(data.get("triggered_rule"), 200)
    return Signal(
        action="fire",
        fingerprint=key(f"issue:{issue}"),
        title=plain(event.get("title"), 1024) or culprit or "Sentry issue",
        description="\n".join(filter(None, (culprit, rule and f"Alert rule: {rule}"))),
        severity=plain(event.get("level") or tags.get("level"), 40),
        service=tags.get("service", ""),
        link=payload.link(event.get("web_url")) or payload.link(event.get("url")),
        at=payload.moment(event.get("datetime")),
        labels=payload.labels(
            {**tags, "platform": event.get("platform"), "environment": event.get("environment")}
        ),
    )


def _issue(action: str, data: Mapping[str, Any]) -> Signal | None:
    issue = data["issue"]
    number = plain(issue.get("id"), 100)
    if not number:
        raise Malformed("data.issue.id is missing")
    asked = _ISSUE_ACTIONS.get(action)
    if asked is None:
        return None
    project = payload.mapping(issue.get("project"))
    return Signal(
        action=asked,
        fingerprint=key(f"issue:{number}"),
        title=plain(issue.get("title"), 1024) or "Sentry issue",
        description=plain(issue.get("culprit"), 500),
        severity=plain(issue.get("level"), 40),
        service=plain(project.get("slug"), 120),
        link=payload.link(issue.get("permalink")) or payload.link(issue.get("web_url")),
        at=payload.moment(issue.get("lastSeen")) if asked == "fire" else None,
        labels=payload.labels(
            {
                "short_id": issue.get("shortId"),
                "project": project.get("slug"),
                "platform": issue.get("platform"),
            }
        ),
    )


def _metric_alert(action: str, data: Mapping[str, Any]) -> Signal | None:
    alert = data["metric_alert"]
    rule = payload.mapping(alert.get("alert_rule"))
    number = plain(alert.get("id") or rule.get("id"), 100)
    if not number:
        raise Malformed("data.metric_alert.id is missing")
    asked = _METRIC_ACTIONS.get(action)
    if asked is None:
        return None
    title = plain(data.get("description_title") or alert.get("title") or rule.get("name"), 1024)
    return Signal(
        action=asked,
        fingerprint=key(f"metric:{number}"),
        title=title or "Sentry metric alert",
        description=plain(data.get("description_text"), 15_000),
        severity=action if asked == "fire" else "",
        link=payload.link(data.get("web_url")),
        at=payload.moment(alert.get("date_closed" if asked == "resolve" else "date_started")),
        labels=payload.labels({"rule": rule.get("name"), "dataset": rule.get("dataset")}),
    )


def _tags(value: object) -> dict[str, str]:
    """A list of [name, value] pairs."""
    pairs = [
        pair for pair in payload.items(value)[:64] if isinstance(pair, list) and len(pair) == 2
    ]
    return payload.labels({plain(name, 128): inner for name, inner in pairs})


_READ: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Signal | None]]] = {
    "metric_alert": _metric_alert,
    "issue": _issue,
    "event": _event_alert,
}

ADAPTERS.add("sentry")(
    Adapter(
        label="Sentry",
        path="/hooks/sentry/{key}",
        read=read,
        example=_EXAMPLE,
        signed="Client secret",
        names_itself=True,
        snippets=(Snippet("In Sentry", _SETUP),),
    )
)
