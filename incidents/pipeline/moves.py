"""The state machine of an incident as one table. Nothing else knows which moves exist."""

from dataclasses import dataclass

from incidents.models import State

S = State
_OPEN = frozenset(
    {S.DETECTED, S.ACKNOWLEDGED, S.INVESTIGATING, S.IDENTIFIED, S.MITIGATED, S.MONITORING}
)


@dataclass(frozen=True, slots=True)
class Move:
    """`stamps` names the timestamp that the first such move sets."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    stamps: str = ""


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("acknowledge", "Acknowledge", frozenset({S.DETECTED}), S.ACKNOWLEDGED),
        Move(
            "investigate",
            "Investigate",
            frozenset({S.DETECTED, S.ACKNOWLEDGED, S.IDENTIFIED, S.MITIGATED, S.MONITORING}),
            S.INVESTIGATING,
        ),
        Move(
            "identify",
            "Cause identified",
            frozenset({S.ACKNOWLEDGED, S.INVESTIGATING}),
            S.IDENTIFIED,
            "identified_at",
        ),
        Move(
            "mitigate",
            "Mitigated",
            frozenset({S.ACKNOWLEDGED, S.INVESTIGATING, S.IDENTIFIED}),
            S.MITIGATED,
            "mitigated_at",
        ),
        Move(
            "monitor",
            "Monitor",
            frozenset({S.INVESTIGATING, S.IDENTIFIED, S.MITIGATED}),
            S.MONITORING,
            "mitigated_at",
        ),
        Move("resolve", "Resolve", _OPEN, S.RESOLVED, "resolved_at"),
        Move("close", "Close", frozenset({S.RESOLVED}), S.CLOSED, "closed_at"),
        Move("reopen", "Reopen", frozenset({S.RESOLVED, S.CLOSED}), S.INVESTIGATING),
    )
}

# Only the pipeline makes this one: alerts are back soon after the end.
BACK = Move("back", "Back again", frozenset({S.RESOLVED, S.CLOSED}), S.DETECTED)


def allowed_from(state: str) -> list[Move]:
    """The moves that may be made from `state`, in the order of the table."""
    return [move for move in MOVES.values() if state in move.sources]


def leading_to(state: str, target: str) -> Move | None:
    """The move from `state` to `target`, where there is one."""
    found = [move for move in allowed_from(state) if move.target == target]
    return found[0] if found else None
