"""What an adapter makes of an inbound message: one Signal per condition it reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from incidents.kernel import payload

Action = Literal["fire", "acknowledge", "resolve", "change", "handle"]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a sender does to an alert beside opening, acknowledging and closing it.

    `kind` is one of `incidents.pipeline.alerting.DEEDS`, which says what `values` hold; `by` is
    who the sender says did it, or empty.
    """

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One condition as its sender sees it, in our words.

    `fingerprint` identifies the condition within its integration. `severity` is any spelling that
    the severity table knows, or empty. `service` is a name or slug, or empty. `group` joins alerts
    that belong to one cause, where the sender says so. `at` is the sender's time, aware, or None;
    A `change` is no condition: something was deployed or switched, and it never makes an alert.
    `since` is when the episode began that a resolve ends, where the sender says which one; `until`
    when the condition is over unless it is told again.
    """

    action: Action
    fingerprint: str
    title: str = ""
    description: str = ""
    severity: str = ""
    service: str = ""
    group: str = ""
    value: str = ""
    link: str = ""
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)
    deed: Deed | None = None
    alert_id: int | None = None


class Malformed(ValueError):
    """The message is not what its protocol asks for. `problems` names each fault."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


# What differs from one telling to the next without anything having changed.
_TIMES: Final = frozenset(
    {
        *("lastReceived", "last_received", "last_updated", "startsAt", "endsAt", "timestamp"),
        *("time", "at", "date", "datetime"),
    }
)


def content(signal: Signal, options: Mapping[str, Any]) -> str:
    """A name for what a signal says, without when it says so and without what `options["ignore"]`
    names: of one condition, two signals with the same content tell nothing new."""
    ignored = _TIMES.union(options.get("ignore") or ())
    said = [
        signal.title,
        signal.description,
        signal.severity,
        signal.service,
        "" if "value" in ignored else signal.value,
        signal.link,
        {name: text for name, text in sorted(signal.labels.items()) if name not in ignored},
        {name: signal.annotations[name] for name in signal.annotations if name not in ignored},
    ]
    return payload.digest(payload.write(said))
