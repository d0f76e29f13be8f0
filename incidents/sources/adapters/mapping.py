"""Any JSON, read by expressions that people have written for one integration.

`Integration.options["mapping"]` holds a JMESPath expression for each field. `list` finds the events
in a message that carries several; all others are asked of one event. Values that a map names become
our words; the usual words are known without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.errors import Invalid
from incidents.kernel.options import Option, Options
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import expressions

MOST: Final = 1000
PREVIEWED: Final = 5
_ACTIONS: Final[Mapping[str, Action]] = {
    **dict.fromkeys(("fire", "firing", "alerting", "triggered", "open", "problem", "down"), "fire"),
    **dict.fromkeys(("ack", "acknowledge", "acknowledged"), "acknowledge"),
    **dict.fromkeys(("resolve", "resolved", "ok", "closed", "recovered", "up"), "resolve"),
}


def _expression(name: str, label: str, text: str = "", placeholder: str = "") -> Option:
    return Option(
        f"mapping.{name}",
        label,
        help=text,
        placeholder=placeholder,
        limit=expressions.LONGEST,
        check=expressions.checked,
    )


FIELDS: Final = (
    _expression(
        "list", "Events", "Where one message carries several: the list of them.", "events[]"
    ),
    _expression("title", "Title", "What people read first. Needed.", "alert.name"),
    _expression("description", "Description", "", "alert.text"),
    _expression(
        "fingerprint",
        "Identity",
        "What stays the same when the same trouble is told again. Empty: the title and the labels.",
        "alert.id",
    ),
    _expression("status", "Status", "Empty: every message fires.", "alert.state"),
    Option(
        "mapping.status_map",
        "Words of the status",
        "pairs",
        help="One a line: what they say = fire, acknowledge, resolve or ignore.",
        words=("fire", "acknowledge", "resolve", "ignore"),
    ),
    _expression("severity", "Severity", "", "alert.level"),
    Option(
        "mapping.severity_map",
        "Words of the severity",
        "pairs",
        help="One a line: what they say = P0, P1, P2 or P3.",
    ),
    _expression("service", "Service", "A service of ours, by name or slug.", "alert.service"),
    _expression("link", "Link", "Where one sees more.", "alert.url"),
    _expression("labels", "Labels", "An object of them.", "{host: alert.host, zone: alert.zone}"),
    _expression("at", "Time", "RFC 3339, or seconds since 1970.", "alert.started"),
)


def is_told(options: Options) -> bool:
    return bool(_told(options).get("title"))


def _told(options: Options) -> Mapping[str, Any]:
    return payload.mapping(options.get("mapping"))


def read(body: Any, options: Options) -> list[Signal]:
    """Raises Malformed where the mapping yields no title, or no events."""
    told = _told(options)
    events = _events(body, told)
    made = [_signal(n, event, told) for n, event in enumerate(events)]
    problems = [text for text in made if isinstance(text, str)]
    if problems:
        raise Malformed(*problems[:20])
    return [signal for signal in made if isinstance(signal, Signal)]


def _events(body: Any, told: Mapping[str, Any]) -> list[Any]:
    path = told.get("list")
    if not path:
        return [body]
    found = expressions.evaluate(path, body)
    if not isinstance(found, list):
        raise Malformed(f"the expression for the events, {path!r}, yields no list")
    if len(found) > MOST:
        raise Malformed(f"the message must hold at most {MOST} events, not {len(found)}")
    return found


def _signal(n: int, event: Any, told: Mapping[str, Any]) -> Signal | str | None:
    """The signal; or what is wrong; or None for an event that the status says to ignore."""
    action = action_of(event, told)
    if action is None:
        return None
    title = plain(_value(event, told, "title"), 1024)
    labels = payload.labels(_value(event, told, "labels"))
    known = key(_value(event, told, "fingerprint"))
    if not title and not (known and action != "fire"):
        return f"event {n}: the expression for the title, {told.get('title')!r}, yields nothing"
    pairs = [f"{name}={labels[name]}" for name in sorted(labels)]
    return Signal(
        action=action,
        fingerprint=known or fingerprint(title, *pairs),
        title=title,
        description=plain(_value(event, told, "description"), 15_000),
        severity=_worded(_value(event, told, "severity"), told.get("severity_map")),
        service=plain(_value(event, told, "service"), 120),
        link=payload.link(_value(event, told, "link")),
        at=payload.moment(_value(event, told, "at")),
        labels=labels,
    )


def action_of(event: Any, told: Mapping[str, Any]) -> Action | None:
    """What the status asks for. A word that nobody knows fires: trouble must not get lost."""
    word = _worded(_value(event, told, "status"), told.get("status_map")).lower()
    return None if word == "ignore" else _ACTIONS.get(word, "fire")


def _value(event: Any, told: Mapping[str, Any], name: str) -> Any:
    return expressions.evaluate(plain(told.get(name), expressions.LONGEST), event)


def _worded(value: object, words: object) -> str:
    said = plain(value, 60)
    return plain(payload.mapping(words).get(said.lower()), 60) or said


@dataclass(frozen=True, slots=True)
class Yield:
    """What one expression yields of the first event, or why it yields nothing."""

    label: str
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping makes of a message: each expression by itself, and the signals, or why not."""

    yields: list[Yield]
    signals: list[Signal]
    total: int
    problems: list[str]


def preview(body: Any, told: Mapping[str, Any]) -> Preview:
    """Never fails: people are still typing."""
    yields = [_yielded(field, body, told) for field in FIELDS if field.kind == "text"]
    try:
        signals = read(body, {"mapping": told}) if told.get("title") else []
        problems = [] if told.get("title") else ["Say where the title is."]
    except Malformed as error:
        signals, problems = [], error.problems
    return Preview([y for y in yields if y], signals[:PREVIEWED], len(signals), problems)


def _yielded(field: Option, body: Any, told: Mapping[str, Any]) -> Yield | None:
    name = field.name.removeprefix("mapping.")
    text = plain(told.get(name), expressions.LONGEST)
    if not text:
        return None
    try:
        found = expressions.yielded(text, body if name == "list" else _first(body, told))
    except Invalid as error:
        return Yield(field.label, problem=str(error))
    if found is None:
        return Yield(field.label, problem="It finds nothing in this message.")
    return Yield(field.label, payload.write(payload.tidy(found)).decode()[:300])


def _first(body: Any, told: Mapping[str, Any]) -> Any:
    try:
        return next(iter(_events(body, told)), None)
    except Malformed:
        return None
