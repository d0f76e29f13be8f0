"""/status investigating looking at the deploy: a state, or the name of a move."""

from incidents import access
from incidents.commands.kinds import STATE, TEXT
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, first_word, planned
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import State
from incidents.pipeline import lifecycle, moves

_ALIASES = {
    "ack": State.ACKNOWLEDGED,
    "acked": State.ACKNOWLEDGED,
    "ongoing": State.INVESTIGATING,
    "found": State.IDENTIFIED,
    "fixed": State.MITIGATED,
    "watching": State.MONITORING,
    "done": State.RESOLVED,
}
_WORDS: dict[str, str] = {
    **_ALIASES,
    **{move.name: move.target for move in moves.MOVES.values()},
    **{value: value for value in State.values},
}


def _plan(call: Call) -> Plan:
    word, reason = first_word(call.argument)
    state = _WORDS.get(word.lower())
    if state is None:
        said = f"There is no state {word!r}." if word else "Say which state."
        raise Invalid(said, _possible(call))

    def act() -> None:
        lifecycle.set_state(
            incident_id=call.incident.pk, state=state, actor=call.principal.actor, reason=reason
        )

    return Plan(_says(call, state), act)


def _says(call: Call, state: str) -> str:
    incident, target = call.incident, State(state)
    if incident.state == state:
        return f"It is {target.label.lower()} already: nothing changes."
    step = moves.leading_to(incident.state, state)
    if step is None:
        now = incident.get_state_display().lower()
        raise Conflict(f"It is {now}: it cannot become {target.label.lower()}.", _possible(call))
    access.require(call.principal, access.action_of_move(step.name), incident)
    return f"Moves it from {incident.get_state_display()} to {target.label}."


def _possible(call: Call) -> str:
    targets = dict.fromkeys(str(move.target) for move in moves.allowed_from(call.incident.state))
    return f"Possible now: {', '.join(targets)}."


REGISTRY.add("status")(
    planned(
        _plan,
        help="Move to another state",
        action="incident.respond",
        arguments=(Argument("state", STATE), Argument("why", TEXT, optional=True)),
        aliases={
            "state": "",
            "ack": State.ACKNOWLEDGED.value,
            **{name: move.target.value for name, move in moves.MOVES.items()},
        },
    )
)
