"""Datadog's webhook (docs.datadoghq.com/integrations/webhooks).

There is no fixed body: it is a template. With ours the alert's aggregation and cycle keys are its
identity; with Datadog's default there is only the title, whose prefix tells triggered from
recovered. A variable that Datadog could not fill stays as `$NAME` and counts as empty.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

# [P1] [Triggered on {host:db-1}] The disk is full
_PREFIX = re.compile(
    r"\s*(?:\[(?P<priority>P\d)\]\s*)?"
    r"\[(?P<word>(?:Re-)?(?:Triggered|Recovered|Warn|No Data|Renotify))"
    r"(?: on \{(?P<scope>[^}]*)\})?\]\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_UNFILLED = re.compile(r"\$[A-Z_]+(\[[^\]]*\])?")
# Datadog's P1 is the worst of five.
_SEVERITIES: Final = {
    "p1": "critical",
    "p2": "high",
    "p3": "medium",
    "p4": "low",
    "p5": "low",
}
_WORDS: Final = {"warn": "warning", "re-warn": "warning"}
_ALERT_TYPES: Final = {"error": "error", "warning": "warning", "info": "info", "success": "info"}

TEMPLATE = """{
  "body": "$TEXT_ONLY_MSG",
  "title": "$EVENT_TITLE",
  "event_type": "$EVENT_TYPE",
  "id": "$ID",
  "date": "$DATE",
  "last_updated": "$LAST_UPDATED",
  "org": {"id": "$ORG_ID", "name": "$ORG_NAME"},
  "alert_id": "$ALERT_ID",
  "alert_title": "$ALERT_TITLE",
  "alert_cycle_key": "$ALERT_CYCLE_KEY",
  "aggreg_key": "$AGGREG_KEY",
  "alert_transition": "$ALERT_TRANSITION",
  "alert_status": "$ALERT_STATUS",
  "alert_type": "$ALERT_TYPE",
  "alert_scope": "$ALERT_SCOPE",
  "priority": "$ALERT_PRIORITY",
  "tags": "$TAGS",
  "hostname": "$HOSTNAME",
  "link": "$LINK",
  "snapshot": "$SNAPSHOT"
}"""
_EXAMPLE = """{
  "title": "[Triggered] Our first alert",
  "body": "Sent by hand",
  "event_type": "query_alert_monitor",
  "id": "1",
  "tags": "env:test,service:checkout"
}"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be an object, as the template of the webhook makes it")
    said = {name: _filled(value) for name, value in body.items()}
    if not plain(said.get("title") or said.get("alert_title"), 10):
        raise Malformed("title is missing: keep “title” in the payload of the webhook")
    return [_signal(said)]


def _filled(value: Any) -> Any:
    return "" if isinstance(value, str) and _UNFILLED.fullmatch(value) else value


def _signal(said: Mapping[str, Any]) -> Signal:
    title = plain(said.get("title"), 1024)
    prefix = _PREFIX.fullmatch(title)
    parts = prefix.groupdict() if prefix else {}
    rest = plain(parts.get("rest"), 1024) or title
    word = plain(said.get("alert_transition") or parts.get("word"), 40).lower()
    tags = _tags(said.get("tags"))
    scope = plain(said.get("alert_scope") or parts.get("scope"), 500)
    return Signal(
        action="resolve" if word in {"recovered", "re-recovered"} else "fire",
        fingerprint=_cycle(said) or fingerprint("title", rest, plain(parts.get("scope"), 500)),
        title=plain(said.get("alert_title"), 1024) or rest,
        description=plain(said.get("body"), 15_000),
        severity=_severity(said, parts, word),
        service=tags.get("service", ""),
        value=plain(said.get("alert_status"), 60),
        link=payload.link(said.get("link")),
        at=_at(said.get("last_updated")) or _at(said.get("date")),
        labels=payload.labels(
            {
                **tags,
                "hostname": said.get("hostname"),
                "scope": scope,
                "monitor": said.get("alert_id"),
            }
        ),
        annotations=payload.tidy(_notes(said)),
    )


def _cycle(said: Mapping[str, Any]) -> str:
    keys = [plain(said.get(name), 300) for name in ("aggreg_key", "alert_cycle_key")]
    return key("-".join(keys)) if all(keys) else ""


def _severity(said: Mapping[str, Any], parts: Mapping[str, Any], word: str) -> str:
    priority = plain(said.get("priority") or parts.get("priority"), 20).lower()
    kind = plain(said.get("alert_type"), 20).lower()
    return _WORDS.get(word) or _SEVERITIES.get(priority) or _ALERT_TYPES.get(kind, "")


def _tags(value: object) -> dict[str, str]:
    """`env:prod,service:checkout` as labels; a tag without a value says yes to itself."""
    parts = value if isinstance(value, list) else plain(value, 8000).split(",")
    pairs = [plain(part, 500).partition(":") for part in parts]
    return payload.labels({name: rest or "yes" for name, _, rest in pairs if name})


def _notes(said: Mapping[str, Any]) -> dict[str, Any]:
    names = ("event_type", "id", "org", "snapshot", "alert_transition")
    return {name: said[name] for name in names if said.get(name)}


def _at(value: object) -> Any:
    """Datadog writes milliseconds, as text."""
    text = plain(value, 20)
    return payload.moment(int(text) / 1000) if text.isascii() and text.isdigit() else None


ADAPTERS.add("datadog")(
    Adapter(
        label="Datadog",
        path="/hooks/datadog/{key}",
        read=read,
        example=_EXAMPLE,
        snippets=(
            Snippet("Integrations → Webhooks → New: the address", "{url}"),
            Snippet("Its payload, in place of the default", TEMPLATE),
            Snippet("Then name it in the message of each monitor", "@webhook-incidents"),
        ),
    )
)
