"""/hypothesis the pool is exhausted · /hypothesis refuted 2 the pool is half empty"""

from typing import Final

from incidents.kernel.errors import Invalid
from warroom.models import Verdict
from warroom.services import hypotheses
from warroom.services.commands import REGISTRY, Call, Command, first_word
from warroom.services.text import whole

_VERDICTS: Final = {
    **{str(verdict.value): verdict for verdict in Verdict},
    "support": Verdict.SUPPORTED,
    "refute": Verdict.REFUTED,
    "reopen": Verdict.OPEN,
}


def _judgement(call: Call) -> tuple[int, Verdict, str] | None:
    """(number, verdict, evidence) of a call that judges; None for one that proposes."""
    word, rest = first_word(call.argument)
    which, evidence = first_word(rest)
    number, verdict = whole(which), _VERDICTS.get(word.lower())
    return None if number is None or verdict is None else (number, verdict, evidence)


def _run(call: Call) -> str:
    judgement, pk, actor = _judgement(call), call.incident.pk, call.principal.actor
    if judgement is None:
        hypotheses.propose(incident_id=pk, text=call.argument, actor=actor)
        return ""
    number, verdict, evidence = judgement
    hypotheses.judge(incident_id=pk, number=number, verdict=verdict, evidence=evidence, actor=actor)
    return ""


def _preview(call: Call) -> str:
    judgement = _judgement(call)
    if judgement is None:
        if not call.argument.strip():
            raise Invalid("A hypothesis needs words.", "For instance: /hypothesis the pool leaks")
        return f"Proposes the hypothesis: {call.argument.strip()}"
    number, verdict, evidence = judgement
    if verdict != Verdict.OPEN and not evidence:
        raise Invalid("Without evidence it stays open.", "Say what was seen after its number.")
    found = hypotheses.numbered(call.incident, number)
    return f"Calls hypothesis {number} “{found.text}” {verdict.label.lower()}."


REGISTRY.add("hypothesis")(
    Command(
        hint="what it could be, or supported 2 evidence",
        help="Say what it could be, or judge it",
        action="incident.respond",
        run=_run,
        preview=_preview,
    )
)
