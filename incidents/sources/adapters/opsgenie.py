"""Opsgenie's Alert API v2 (docs.opsgenie.com/docs/alert-api; opsgenie-python-sdk 2.1).

The alias is the identity: one alert is open for it at a time. The door writes down which request
it was beside the body; a body alone is a new alert. Priorities are words of ours, so that P1 is
Opsgenie's highest and not our second.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Deed, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, opsgenie_ids

PRIORITIES: Final = {"P1": "critical", "P2": "high", "P3": "medium", "P4": "low", "P5": "info"}
DEFAULT_PRIORITY: Final = "P3"
IDENTIFIER_TYPES: Final = ("id", "alias", "tiny")
MOST: Final = 50
# What each request needs in its body, beside an identifier.
NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "create": ("message", "Message can not be empty."),
    "note": ("note", "Note can not be empty."),
    "snooze": ("endTime", "End time can not be empty."),
    "tag": ("tags", "Tags can not be empty."),
    "untag": ("tags", "Tags can not be empty."),
    "detail": ("details", "Details can not be empty."),
    "undetail": ("keys", "Keys can not be empty."),
    "assign": ("owner", "Owner can not be empty."),
    "responder": ("responder", "Responder can not be empty."),
    "team": ("team", "Team can not be empty."),
    "escalate": ("escalation", "Escalation can not be empty."),
    "priority": ("priority", "Priority can not be empty."),
    "message": ("message", "Message can not be empty."),
    "description": ("description", "Description can not be empty."),
}

_EXAMPLE = """{
  "message": "Our first alert",
  "alias": "first-alert",
  "description": "Sent to see whether it arrives",
  "priority": "P3",
  "tags": ["trial"],
  "details": {"host": "laptop"}
}"""

_ALERTMANAGER = """receivers:
  - name: incidents
    opsgenie_configs:
      - api_key: {key}
        api_url: {site}/
        update_alerts: true"""

_PYTHON = """import opsgenie_sdk

configuration = opsgenie_sdk.Configuration()
configuration.host = "{site}"
configuration.api_key["Authorization"] = "{key}"
alerts = opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(configuration))"""

_CURL = """curl -X POST '{url}' \\
  -H 'Authorization: GenieKey {key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"message": "The disk is full", "alias": "disk-db-1", "priority": "P2"}'"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("body: Request body is not processable. It must be a JSON object.")
    request = payload.mapping(body.get("request"))
    verb = plain(request.get("verb"), 20) or "create"
    told = payload.mapping(body.get("body")) if request else body
    problems = _problems(verb, told)
    if problems:
        raise Malformed(*problems)
    if verb == "create":
        return _created(told, plain(request.get("id"), 60))
    name = _name(request)
    signals = [_VERBS[verb](name, {**told, "action": request.get("action")}, _by(told))]
    if verb != "note":
        signals += _noted(name, told)
    return signals


def _problems(verb: str, told: Mapping[str, Any]) -> list[str]:
    """Each as `field: what is wrong`, as the API words it."""
    if verb != "create" and verb not in _VERBS:
        return [f"action: There is no action called {verb!r}."]
    found = []
    name, text = NEEDED.get(verb, ("", ""))
    if name and not _is_filled(told.get(name)):
        found.append(f"{name}: {text}")
    priority = told.get("priority") if verb in {"create", "priority"} else None
    if priority and not (isinstance(priority, str) and priority in PRIORITIES):
        found.append(f"priority: Priority should be one of [{', '.join(PRIORITIES)}].")
    if verb == "snooze" and told.get(name) and payload.moment(told[name]) is None:
        found.append("endTime: End time should be a time in ISO 8601.")
    return found


def _is_filled(value: object) -> bool:
    return bool(value) if isinstance(value, dict | list) else plain(value, 10) != ""


def _name(request: Mapping[str, Any]) -> dict[str, Any]:
    """Which alert is meant: the members of a signal that say so."""
    text, kind = plain(request.get("identifier"), 600), request.get("identifierType")
    if kind == "alias":
        return {"fingerprint": key(text)}
    if kind == "tiny":
        is_number = text.isascii() and text.isdecimal() and len(text) < 19
        return {"fingerprint": key(text), "alert_id": int(text) if is_number else 0}
    number = opsgenie_ids.number_in(text)
    return {"fingerprint": key(text)} | ({} if number is None else {"alert_id": number})


def _created(told: Mapping[str, Any], own_id: str) -> list[Signal]:
    details = payload.labels(told.get("details"))
    source, alias = plain(told.get("source"), 1000), plain(told.get("alias"), 600)
    entity = plain(told.get("entity"), 512)
    priority = told.get("priority") or DEFAULT_PRIORITY
    named = key(alias) or own_id or fingerprint(plain(told.get("message"), 1024), entity, source)
    fired = Signal(
        action="fire",
        fingerprint=named,
        title=plain(told.get("message"), 1024),
        description=plain(told.get("description"), 15_000),
        severity=PRIORITIES[priority],
        service=plain(details.get("service") or entity, 120),
        link=payload.link(source) or payload.link(details.get("url")),
        labels=_filled({**details, "entity": entity, "source": source}),
        annotations=_filled(
            {
                "alias": alias if alias != named else "",
                "priority": priority,
                "tags": texts(told.get("tags")),
                "details": details,
                "responders": payload.tidy(payload.items(told.get("responders"))),
                "visibleTo": payload.tidy(payload.items(told.get("visibleTo"))),
                "actions": texts(told.get("actions")),
            }
        ),
    )
    return [fired, *_noted({"fingerprint": named}, told)]


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def texts(value: object) -> list[str]:
    """A list of words without repeats; one text with commas is a list as well."""
    parts = value.split(",") if isinstance(value, str) else payload.items(value)
    found = (plain(part, 512) for part in parts[: 2 * MOST])
    return list(dict.fromkeys(filter(None, found)))[:MOST]


def _by(told: Mapping[str, Any]) -> str:
    return plain(told.get("user"), 100) or plain(told.get("source"), 100)


def _noted(name: Mapping[str, Any], told: Mapping[str, Any]) -> list[Signal]:
    text = plain(told.get("note"), 15_000)
    return [_handle("note", name, _by(told), {"note": text})] if text else []


Make = Callable[[Mapping[str, Any], Mapping[str, Any], str], Signal]


def _handle(
    kind: str, name: Mapping[str, Any], by: str, values: Mapping[str, Any] | None = None
) -> Signal:
    return Signal(action="handle", deed=Deed(kind, dict(values or {}), by), **name)


def _named(told: Mapping[str, Any], member: str) -> str:
    """A person, team or rule is told by name, user name or id."""
    said = told.get(member)
    if isinstance(said, dict):
        parts = (plain(said.get(part), 200) for part in ("name", "username", "id"))
        return next(filter(None, parts), "")
    return plain(said, 200)


def _plainly(kind: str) -> Make:
    return lambda name, _told, by: _handle(kind, name, by)


def _list_of(kind: str, member: str) -> Make:
    return lambda name, told, by: _handle(kind, name, by, {member: texts(told.get(member))})


def _one(kind: str, member: str, *, said_as: str) -> Make:
    return lambda name, told, by: _handle(kind, name, by, {said_as: _named(told, member)})


def _changed(member: str, limit: int) -> Make:
    return lambda name, told, by: _handle(
        "change", name, by, {member: plain(told.get(member), limit)}
    )


def _snoozed(name: Mapping[str, Any], told: Mapping[str, Any], by: str) -> Signal:
    until = payload.moment(told.get("endTime"))
    return _handle("snooze", name, by, {"until": until.isoformat() if until else ""})


def _reprioritised(name: Mapping[str, Any], told: Mapping[str, Any], by: str) -> Signal:
    priority = plain(told.get("priority"), 2)
    values = {"priority": priority, "severity": PRIORITIES[priority]}
    return _handle("change", name, by, values)


_VERBS: Final[Mapping[str, Make]] = {
    "acknowledge": lambda name, _told, _by: Signal(action="acknowledge", **name),
    "close": lambda name, _told, _by: Signal(action="resolve", **name),
    "unacknowledge": _plainly("unacknowledge"),
    "delete": _plainly("delete"),
    "note": lambda name, told, by: _handle(
        "note", name, by, {"note": plain(told.get("note"), 15_000)}
    ),
    "snooze": _snoozed,
    "tag": _list_of("tag", "tags"),
    "untag": _list_of("untag", "tags"),
    "detail": lambda name, told, by: _handle(
        "detail", name, by, {"details": payload.labels(told.get("details"))}
    ),
    "undetail": _list_of("undetail", "keys"),
    "assign": _one("assign", "owner", said_as="owner"),
    "responder": _one("responder", "responder", said_as="name"),
    "team": _one("responder", "team", said_as="name"),
    "escalate": _one("escalate", "escalation", said_as="name"),
    "action": lambda name, told, by: _handle(
        "action", name, by, {"name": plain(told.get("action"), 120)}
    ),
    "priority": _reprioritised,
    "message": _changed("message", 1024),
    "description": _changed("description", 15_000),
}

ADAPTERS.add("opsgenie")(
    Adapter(
        label="Opsgenie Alert API",
        path="/v2/alerts",
        read=read,
        example=_EXAMPLE,
        names_itself=True,
        snippets=(
            Snippet("API address, in place of https://api.opsgenie.com", "{site}"),
            Snippet("GenieKey", "{key}"),
            Snippet("A first alert", _CURL),
            Snippet("alertmanager.yml", _ALERTMANAGER),
            Snippet("opsgenie-sdk (Python)", _PYTHON),
        ),
    )
)
