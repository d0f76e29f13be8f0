"""/merge INC-12 same switch: put this incident into another one."""

from incidents import access
from incidents.access import Principal
from incidents.commands.kinds import INCIDENT, TEXT
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, first_word, planned
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.pipeline import merging


def _target(principal: Principal, argument: str) -> Incident:
    ref, _ = first_word(argument)
    if not ref:
        raise Invalid("Say into which incident.", "For instance: /merge INC-12")
    return access.incident_for(principal, ref, merging.COMMAND)


def _plan(call: Call) -> Plan:
    target = _target(call.principal, call.argument)
    if target.pk == call.incident.pk:
        raise Invalid(f"{target.reference} is this incident.", "Name the one that goes on.")
    merging.check_pair(call.incident, target)
    sources = merging.may_merge(call.principal, target, [call.incident.pk])
    reason = first_word(call.argument)[1][:300]

    def act() -> str:
        merging.merge_for(call.principal, target, sources, reason=reason)
        return f"Merged into {target.reference}: {target.get_absolute_url()}"

    return Plan(f"Merges this incident into {target.reference} {target.title}, which goes on.", act)


REGISTRY.add("merge")(
    planned(
        _plan,
        help="Merge this incident into another one, which goes on",
        action="incident.command",
        arguments=(Argument("INC-12", INCIDENT), Argument("why", TEXT, optional=True)),
        others=lambda principal, argument: [_target(principal, argument).pk],
    )
)
