"""/link related INC-9, /link caused by INC-9: what this incident is to another one."""

from incidents import access
from incidents.access import Principal
from incidents.commands.kinds import INCIDENT, words
from incidents.commands.registry import REGISTRY, Argument, Call, Plan, planned
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.pipeline import merging

_ALIASES = {
    "": "related",
    "related_to": "related",
    "to": "related",
    "duplicate": "duplicate_of",
    "cause": "caused_by",
    "cause_of": "causes",
    "child": "parent_of",
    "parent": "child_of",
}


def _read(principal: Principal, argument: str) -> tuple[str, Incident]:
    """The relation and the other incident; without a relation they are related."""
    *said, ref = argument.split() or [""]
    relation = "_".join(said).lower()
    if not ref:
        raise Invalid("Say what it is to which incident.", "For instance: /link related INC-9")
    return _ALIASES.get(relation, relation), access.incident_for(principal, ref)


def _plan(call: Call) -> Plan:
    relation, other = _read(call.principal, call.argument)
    known = merging.RELATIONS.get(relation)
    if known is None:
        names = ", ".join(merging.RELATIONS)
        raise Invalid(f"There is no link called {relation!r}.", f"Links: {names}.")

    def act() -> None:
        merging.link_for(call.principal, call.incident.pk, relation, other.pk)

    said = known.label.lower()
    return Plan(f"Marks this incident as {said} {other.reference} {other.title}.", act)


_RELATION = words(*((name, each.label) for name, each in merging.RELATIONS.items()))

REGISTRY.add("link")(
    planned(
        _plan,
        help="Link this incident to another one",
        action="incident.respond",
        arguments=(Argument("what it is", _RELATION), Argument("INC-9", INCIDENT)),
        others=lambda principal, argument: [_read(principal, argument)[1].pk],
    )
)
