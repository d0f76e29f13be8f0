"""The verbs as people and keys ask for them: by reference, and only what they may.

Merging ends incidents, so it takes a commander's word in each of them; splitting and linking are
work like any other. Whoever asks must see both sides.
"""

from collections.abc import Sequence

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident, IncidentLink, Severity, User
from incidents.pipeline.merging.joining import MOST, Joining, merge
from incidents.pipeline.merging.linking import link, unlink
from incidents.pipeline.merging.parting import Parted, unmerge
from incidents.pipeline.merging.splitting import Division, split

COMMAND, RESPOND = "incident.command", "incident.respond"


def may_merge(principal: Principal, target: Incident, refs: Sequence[str | int]) -> list[Incident]:
    """The incidents that `refs` name, each once and without the target, if all may be merged."""
    if len(refs) > MOST:
        raise Invalid(f"At most {MOST} can be merged at once.", field="incidents")
    access.require(principal, COMMAND, target)
    found = [access.incident_for(principal, ref, COMMAND) for ref in refs]
    return list({each.pk: each for each in found if each.pk != target.pk}.values())


def merge_for(
    principal: Principal,
    target: Incident,
    sources: Sequence[Incident],
    *,
    title: str = "",
    severity: Severity | None = None,
    responders: Sequence[User] = (),
    reason: str = "",
) -> Incident:
    """Merge what `may_merge` has found."""
    joining = Joining(
        target_id=target.pk,
        source_ids=[source.pk for source in sources],
        title=title,
        severity=severity,
        responders=responders,
        reason=reason,
    )
    return merge(joining=joining, actor=principal.actor)


def unmerge_for(principal: Principal, ref: str | int) -> Parted:
    incident = access.incident_for(principal, ref, COMMAND)
    if incident.merged_into is None:
        raise Conflict(f"{incident.reference} is not merged into another incident.")
    try:
        access.require(principal, COMMAND, incident.merged_into)
    except NotFound as hidden:
        raise Conflict(
            f"{incident.reference} was merged into an incident that you may not see.",
            "Ask somebody who works on that one.",
        ) from hidden
    return unmerge(incident_id=incident.pk, actor=principal.actor)


def split_for(principal: Principal, ref: str | int, division: Division) -> Incident:
    incident = access.incident_for(principal, ref, RESPOND)
    return split(incident_id=incident.pk, division=division, actor=principal.actor)


def link_for(principal: Principal, ref: str | int, relation: str, other: str | int) -> IncidentLink:
    incident = access.incident_for(principal, ref, RESPOND)
    known = access.incident_for(principal, other)
    return link(
        incident_id=incident.pk, other_id=known.pk, relation=relation, actor=principal.actor
    )


def unlink_for(principal: Principal, ref: str | int, link_id: int) -> None:
    """A link to what one may not see is not there."""
    incident = access.incident_for(principal, ref, RESPOND)
    found = IncidentLink.objects.filter(pk=link_id).select_related("one", "other").first()
    if found is None or not all(access.sees(principal, i) for i in (found.one, found.other)):
        raise NotFound("There is no such link.", "Somebody may have removed it.")
    unlink(incident_id=incident.pk, link_id=link_id, actor=principal.actor)
