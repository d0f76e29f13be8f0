"""/hypothesis the pool is exhausted · /hypothesis refuted 2 the pool is half empty"""

from typing import Final

from warroom.models import Verdict
from warroom.services import hypotheses
from warroom.services.commands import REGISTRY, Call, Command, first_word
from warroom.services.text import whole

_VERDICTS: Final = {
    **{value: value for value in Verdict.values},
    "support": Verdict.SUPPORTED,
    "refute": Verdict.REFUTED,
    "reopen": Verdict.OPEN,
}


def _run(call: Call) -> str:
    word, rest = first_word(call.argument)
    which, evidence = first_word(rest)
    number = whole(which)
    verdict = _VERDICTS.get(word.lower())
    actor = call.principal.actor
    if verdict and number is not None:
        hypotheses.judge(
            incident_id=call.incident.pk,
            number=number,
            verdict=verdict,
            evidence=evidence,
            actor=actor,
        )
    else:
        hypotheses.propose(incident_id=call.incident.pk, text=call.argument, actor=actor)
    return ""


REGISTRY.add("hypothesis")(
    Command(
        hint="what it could be, or supported 2 evidence",
        help="Say what it could be, or judge it",
        action="incident.respond",
        run=_run,
    )
)
