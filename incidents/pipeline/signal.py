"""What an adapter makes of an inbound message: one Signal per condition it reports."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Action = Literal["fire", "acknowledge", "resolve", "change"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One condition as its sender sees it, in our words.

    `fingerprint` identifies the condition within its integration. `severity` is any spelling that
    the severity table knows, or empty. `service` is a name or slug, or empty. `group` joins alerts
    that belong to one cause, where the sender says so. `at` is the sender's time, aware, or None;
    A `change` is no condition: something was deployed or switched, and it never makes an alert.
    `since` is when the episode began that a resolve ends, where the sender says which one.
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
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)


class Malformed(ValueError):
    """The message is not what its protocol asks for. `problems` names each fault."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)
