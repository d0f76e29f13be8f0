"""Why an alert makes no incident, in words: what `Alert.muted_by` holds, as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.kernel import payload
from incidents.models import Alert

# What holds it: the word of the mark, its icon, and how a sentence about it begins.
KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "silence": ("Silenced", "bell-off", ""),
    "maintenance": ("Planned work", "tool", ""),
    "inhibition": ("Inhibited", "git-merge", "inhibited by "),
    "flapping": ("Flapping", "activity", ""),
    "routing": ("Held by a rule", "route", ""),
    "grouping": ("Waits for its group", "stack-2", ""),
    "storm": ("Part of a storm", "bolt", ""),
    "cooldown": ("Cooling down", "hourglass", ""),
}


@dataclass(frozen=True, slots=True)
class Muting:
    """`lead` begins the sentence that `rest` ends: “silenced by Ana” … “deploying”."""

    kind: str
    id: str
    word: str
    icon: str
    lead: str
    rest: str
    until: datetime | None


def mutings(alert: Alert) -> list[Muting]:
    """The reasons that hold an open alert; none for one that is over."""
    return [_muting(told) for told in alert.muted_by] if alert.is_muted else []


def _muting(told: Mapping[str, Any]) -> Muting:
    kind = str(told.get("kind", ""))
    word, icon, begin = KINDS.get(kind, ("Held", "bell-off", ""))
    lead, _, rest = str(told.get("why", "")).partition(": ")
    until = payload.moment(told["until"]) if told.get("until") else None
    return Muting(kind, str(told.get("id", "")), word, icon, begin + lead, rest, until)
