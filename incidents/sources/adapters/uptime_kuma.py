"""Uptime Kuma's webhook notification (server/notification-providers/webhook.js).

`heartbeat.status` is 0 down, 1 up, 2 pending, 3 maintenance; the monitor is the identity. Without a
heartbeat the message is a try-out, which opens nothing, or tells of a certificate that runs out.
"""

from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

_ACTIONS: Final[Mapping[str, Action]] = {"0": "fire", "1": "resolve"}
_EXAMPLE = """{
  "heartbeat": {"monitorID": 1, "status": 0, "time": "2026-11-20 10:00:00.000", "msg": "timeout"},
  "monitor": {"id": 1, "name": "Our first alert", "url": "https://shop.example"},
  "msg": "[Our first alert] [Down] timeout"
}"""
_SETUP = """Settings → Notifications → Set up notification
Notification type:  Webhook
Post URL:           {url}
Request body:       Preset - application/json"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object, as Uptime Kuma's preset makes it")
    beat, text = body.get("heartbeat"), plain(body.get("msg"), 1024)
    if isinstance(beat, dict):
        return _beat(beat, payload.mapping(body.get("monitor")))
    if not text:
        raise Malformed("heartbeat must be an object: choose the preset “application/json”")
    return [_certificate(text)] if "certificate" in text.lower() else []


def _beat(beat: Mapping[str, Any], monitor: Mapping[str, Any]) -> list[Signal]:
    number = plain(monitor.get("id"), 100) or plain(beat.get("monitorID"), 100)
    if not number:
        raise Malformed("heartbeat.monitorID is missing")
    action = _ACTIONS.get(plain(beat.get("status"), 4))
    if action is None:
        return []
    name = plain(monitor.get("name"), 900) or f"Monitor {number}"
    tags = _tags(monitor.get("tags"))
    return [
        Signal(
            action=action,
            fingerprint=key(f"monitor:{number}"),
            title=f"{name} is down",
            description=plain(beat.get("msg"), 15_000),
            severity=tags.get("severity", ""),
            service=tags.get("service") or name,
            link=payload.link(monitor.get("url")),
            value=plain(beat.get("ping"), 60),
            at=payload.moment(beat.get("time")),
            labels=payload.labels(
                {
                    **tags,
                    "monitor": name,
                    "type": monitor.get("type"),
                    "host": monitor.get("hostname"),
                }
            ),
        )
    ]


def _certificate(text: str) -> Signal:
    name = text.partition("Server certificate")[0] or text
    return Signal(
        action="fire", fingerprint=fingerprint("certificate", name), title=text, severity="warning"
    )


def _tags(value: object) -> dict[str, str]:
    tags = [tag for tag in payload.items(value)[:64] if isinstance(tag, dict)]
    return payload.labels({plain(tag.get("name"), 128): tag.get("value") or "yes" for tag in tags})


ADAPTERS.add("uptime-kuma")(
    Adapter(
        label="Uptime Kuma",
        path="/hooks/uptime-kuma/{key}",
        read=read,
        example=_EXAMPLE,
        snippets=(Snippet("In Uptime Kuma", _SETUP),),
    )
)
