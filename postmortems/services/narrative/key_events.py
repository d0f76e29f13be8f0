"""The timeline in words: the facts that tell the story, numbered and timed."""

from collections.abc import Sequence
from typing import Final

from incidents.models import Fact, State
from postmortems.models import Record
from postmortems.services.narrative.prose import clock_time, plain, said

MAX_EVENTS: Final = 40
_NAMES: Final = {
    "incident.opened": "Opened",
    "incident.severity_changed": "Severity",
    "incident.role_assigned": "Role",
    "incident.noted": "Note",
    "alert.attached": "Alert",
    "alert.more": "Alert",
    "alert.resolved": "Alert over",
    "alert.acknowledged": "Alert",
    "status.published": "Public",
    "decision.recorded": "Decision",
    "hypothesis.proposed": "Hypothesis",
    "hypothesis.judged": "Hypothesis",
    "task.done": "Task",
    "chat.posted": "Pinned",
}
_PINNED: Final = 5
# What must be told comes first when there is more than fits.
_WEIGHTS: Final = {
    "incident.opened": 4,
    "incident.state_changed": 4,
    "incident.severity_changed": 4,
    "status.published": 4,
    "decision.recorded": 4,
    "incident.role_assigned": 3,
    "incident.noted": 3,
    "runbook.started": 3,
    "runbook.finished": 3,
    "alert.attached": 2,
    "alert.resolved": 2,
    "alert.more": 2,
    "hypothesis.judged": 2,
    "incident.edited": 0,
    "pin.added": 0,
    "pin.removed": 0,
    "task.opened": 0,
    "task.changed": 0,
    "task.dropped": 0,
    "task.reopened": 0,
    "task.due": 0,
    "incident.access_changed": 0,
    "runbook.step_unticked": 0,
}


def key_events(record: Record) -> str:
    return "\n".join(
        f"1. **{clock_time(fact.occurred_at, record)}** *{_name(fact)}* {_sentence(fact)}"
        for fact in chosen(record.facts, record.pinned)
    )


def chosen(facts: Sequence[Fact], pinned: Sequence[Fact] = ()) -> list[Fact]:
    """At most MAX_EVENTS facts in the order in which they happened; the telling ones stay, above
    all those that people pinned."""
    weights = {fact.seq: _WEIGHTS.get(fact.kind, 1) for fact in facts}
    weights |= {fact.seq: _PINNED for fact in pinned}
    every = {fact.seq: fact for fact in (*facts, *pinned) if weights[fact.seq] > 0}
    ranked = sorted(every.values(), key=lambda fact: (-weights[fact.seq], fact.seq))
    return sorted(ranked[:MAX_EVENTS], key=lambda fact: (fact.occurred_at, fact.seq))


def _name(fact: Fact) -> str:
    if fact.kind == "incident.state_changed" and fact.data.get("new") in State.values:
        return State(fact.data["new"]).label
    if fact.kind.startswith("runbook."):
        return "Runbook"
    return _NAMES.get(fact.kind, "Event")


def _sentence(fact: Fact) -> str:
    return said(f"{plain(fact.actor_name)} {plain(fact.text)}", fact)
