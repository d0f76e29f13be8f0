"""/severity P1 because more regions fail"""

from incidents import access
from incidents.commands.kinds import SEVERITY, TEXT
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, first_word, planned
from incidents.kernel.errors import Invalid
from incidents.models import Severity
from incidents.pipeline import lifecycle
from incidents.pipeline.triage import Severities


def _plan(call: Call) -> Plan:
    word, reason = first_word(call.argument)
    if not word:
        raise Invalid("Say which severity.", "For instance: /severity P1 more regions fail")
    severity = Severities.load().named(word)

    def act() -> None:
        lifecycle.set_severity(
            incident_id=call.incident.pk,
            severity=severity,
            actor=call.principal.actor,
            reason=reason,
        )

    return Plan(_says(call, severity), act)


def _says(call: Call, severity: Severity) -> str:
    now = call.incident.severity
    if severity == now:
        return f"It is at {now.code} already: nothing changes."
    verb = "Raises" if severity.rank < now.rank else "Lowers"
    return f"{verb} the severity from {now.code} to {severity.code}{_told(call, severity)}."


def _told(call: Call, severity: Severity) -> str:
    """How many people hear of it at once."""
    handles = lifecycle.told_of_severity(call.incident, severity)
    people = access.reachable(call.incident, handles, but=call.principal.actor.handle)
    if not people:
        return ""
    return f", and tells {people[0] if len(people) == 1 else f'{len(people)} people'}"


REGISTRY.add("severity")(
    planned(
        _plan,
        help="Change the severity",
        action="incident.command",
        arguments=(Argument("severity", SEVERITY), Argument("why", TEXT, optional=True)),
        aliases={"sev": ""},
    )
)
