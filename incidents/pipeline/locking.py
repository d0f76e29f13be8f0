"""Locking the rows of incidents before a verb changes them."""

from collections.abc import Iterable

from incidents.kernel import row_locks
from incidents.kernel.errors import Conflict, NotFound
from incidents.models import Incident


def locked(incident_id: int, *, merged_too: bool = False) -> Incident:
    """The incident with its row locked until the transaction ends.

    Raises Conflict for one that was merged into another, unless `merged_too`: work goes on there.
    """
    return locked_all([incident_id], merged_too=merged_too)[incident_id]


def locked_all(incident_ids: Iterable[int], *, merged_too: bool = False) -> dict[int, Incident]:
    """As `locked`, for several: always in the same order, so that nobody waits in a circle."""
    wanted = sorted(set(incident_ids))
    rows = row_locks.held(Incident.objects).select_related("severity", "service")
    found = {incident.pk: incident for incident in rows.filter(pk__in=wanted).order_by("pk")}
    for incident_id in wanted:
        if incident_id not in found:
            raise NotFound(f"There is no incident INC-{incident_id}.")
        if found[incident_id].is_merged and not merged_too:
            raise goes_on_elsewhere(found[incident_id])
    return found


def goes_on_elsewhere(incident: Incident) -> Conflict:
    """What is said to who wants to work on one that was merged."""
    target = incident.merged_into
    into = "another incident" if target is None or target.private else target.reference
    return Conflict(
        f"{incident.reference} was merged into {into}.",
        "Go on there, or undo the merge first.",
    )
