"""How long each step took, against what the severity asks for."""

from collections.abc import Sequence
from datetime import datetime

from incidents.kernel.clock import seconds_between
from incidents.models import Fact, Incident, State
from postmortems.models import Figure

_AFTER_ACKNOWLEDGING = tuple(state for state in State.values if state != State.DETECTED)


def figures_of(incident: Incident, facts: Sequence[Fact]) -> list[Figure]:
    """What is known of: detect (from the beginning in the world), then acknowledge, identify,
    mitigate and resolve, each from the moment the incident was opened."""
    level = incident.severity
    opened = next((fact.seq for fact in facts if fact.kind == "incident.opened"), None)
    detected = seconds_between(incident.began_at, incident.opened_at)
    found = [Figure("detect", "Time to detect", detected or 0.0, seq=opened)]
    steps: tuple[tuple[str, datetime | None, float | None, Sequence[str]], ...] = (
        ("acknowledge", incident.acknowledged_at, level.ack_minutes * 60, _AFTER_ACKNOWLEDGING),
        ("identify", incident.identified_at, None, (State.IDENTIFIED,)),
        (
            "mitigate",
            incident.mitigated_at,
            level.mitigate_minutes * 60,
            (State.MITIGATED, State.MONITORING),
        ),
        ("resolve", incident.resolved_at, None, (State.RESOLVED,)),
    )
    for slug, stamp, target, states in steps:
        seconds = seconds_between(incident.opened_at, stamp)
        if seconds is not None:
            name = f"Time to {slug}"
            found.append(Figure(slug, name, seconds, target, _moved(facts, states)))
    return found


def _moved(facts: Sequence[Fact], states: Sequence[str]) -> int | None:
    """The number of the first move into one of `states`."""
    moves = (fact for fact in facts if fact.kind == "incident.state_changed")
    return next((fact.seq for fact in moves if fact.data.get("new") in states), None)
