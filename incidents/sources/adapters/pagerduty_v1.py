"""PagerDuty Events API v1 (/generic/2010-04-15/create_event.json), which older clients speak."""

from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter

_ACTIONS: Final[Mapping[str, Action]] = {
    "trigger": "fire",
    "acknowledge": "acknowledge",
    "resolve": "resolve",
}


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("Event object must be a JSON object")
    problems = _problems(body)
    if problems:
        raise Malformed(*problems)
    details = payload.mapping(body.get("details"))
    text = plain(body.get("description"), 1024)
    return [
        Signal(
            action=_ACTIONS[plain(body["event_type"], 40)],
            fingerprint=key(body.get("incident_key")) or fingerprint(text),
            title=text,
            description=plain(body.get("details"), 15_000),
            severity=plain(details.get("severity"), 40),
            service=plain(details.get("service"), 120),
            link=payload.link(body.get("client_url")) or _first_link(body),
            labels=payload.labels({"client": body.get("client")}),
            annotations=payload.tidy(details),
        )
    ]


def _problems(body: Mapping[str, Any]) -> list[str]:
    action = plain(body.get("event_type"), 40)
    if not action:
        return ["Event type is missing or blank"]
    if action not in _ACTIONS:
        return ["Event type is invalid (must be one of trigger, acknowledge, resolve)"]
    if action == "trigger" and not plain(body.get("description"), 10):
        return ["Description is missing or blank"]
    if action != "trigger" and not plain(body.get("incident_key"), 255):
        return ["Incident key is missing or blank"]
    return []


def _first_link(body: Mapping[str, Any]) -> str:
    contexts = [payload.mapping(entry) for entry in payload.items(body.get("contexts"))[:10]]
    return next(filter(None, (payload.link(entry.get("href")) for entry in contexts)), "")


ADAPTERS.add("pagerduty-v1")(Adapter(label="PagerDuty Events v1", read=read, names_itself=True))
