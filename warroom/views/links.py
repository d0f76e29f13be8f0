"""What the room shows of the incidents that this one hangs together with."""

from dataclasses import dataclass, replace
from typing import Any

from incidents import access
from incidents.access import Principal
from incidents.kernel import clock
from incidents.models import Incident
from incidents.pipeline import heirs, merging
from incidents.selectors import relations
from incidents.web.permissions import Abilities, abilities


def abilities_in(principal: Principal, incident: Incident) -> Abilities:
    """Nothing is done any more in a room whose incident was merged into another."""
    able = abilities(principal, incident)
    return replace(able, respond=False, command=False) if incident.is_merged else able


@dataclass(frozen=True, slots=True)
class Gone:
    """`to` is None where the viewer may not know where it went."""

    to: Incident | None
    by: str
    may_undo: bool
    until: Any


def gone(principal: Principal, incident: Incident) -> Gone | None:
    """Where a merged incident went; no query for one that is not merged."""
    if not incident.is_merged:
        return None
    visible = access.visible_incidents(principal)
    went = relations.went_to(visible, incident, heirs.way_of(incident))
    if went is None:
        return None
    direct = incident.merged_into
    may_undo = (
        clock.now() < went.until
        and access.may(principal, merging.COMMAND, incident)
        and direct is not None
        and access.may(principal, merging.COMMAND, direct)
    )
    return Gone(went.target, went.by, may_undo, went.until)


def context(principal: Principal, incident: Incident) -> dict[str, Any]:
    """Four queries at most."""
    visible = access.visible_incidents(principal)
    return {
        "link_groups": relations.links(visible, incident),
        "merged_here": relations.merged_here(visible, incident),
        "link_choices": [(name, each.label) for name, each in merging.RELATIONS.items()],
        "may_merge": access.may(principal, merging.COMMAND, incident),
    }
