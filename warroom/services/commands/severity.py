"""/severity P1 because more regions fail"""

from incidents.kernel.errors import Invalid
from incidents.pipeline import lifecycle
from incidents.pipeline.triage import Severities
from warroom.services.commands import REGISTRY, Call, Command, first_word


def _run(call: Call) -> str:
    word, reason = first_word(call.argument)
    severities = Severities.load()
    if not word:
        raise Invalid("Say which severity.", "For instance: /severity P1 more regions fail")
    lifecycle.set_severity(
        incident_id=call.incident.pk,
        severity=severities.named(word),
        actor=call.principal.actor,
        reason=reason,
    )
    return ""


REGISTRY.add("severity")(
    Command(
        hint="P0 to P3 [reason]",
        help="Change the severity",
        action="incident.command",
        run=_run,
    )
)
