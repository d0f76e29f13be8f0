"""/status investigating looking at the deploy: a state, or the name of a move."""

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import State
from incidents.pipeline import lifecycle, moves
from warroom.services.commands import REGISTRY, Call, Command, first_word

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


def _run(call: Call) -> str:
    word, reason = first_word(call.argument)
    state = _WORDS.get(word.lower())
    if state is None:
        now = ", ".join(str(move.target) for move in moves.allowed_from(call.incident.state))
        said = f"There is no state {word!r}." if word else "Say which state."
        raise Invalid(said, f"Possible now: {now}.")
    step = moves.leading_to(call.incident.state, state)
    if step is not None:
        access.require(call.principal, access.action_of_move(step.name), call.incident)
    lifecycle.set_state(
        incident_id=call.incident.pk, state=state, actor=call.principal.actor, reason=reason
    )
    return ""


REGISTRY.add("status")(
    Command(
        hint="investigating, mitigated, resolved … [reason]",
        help="Move to another state",
        action="incident.respond",
        run=_run,
    )
)
