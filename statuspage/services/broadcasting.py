"""What is published is put down for subscribers, in the transaction that publishes it.

Nothing is sent here: the engine fans each broadcast out, then sends.
"""

from statuspage.models import Broadcast, ComponentChange, MaintenanceUpdate, PublicUpdate


def of_update(update: PublicUpdate) -> Broadcast | None:
    """For whom it concerns: what the incident affects, and what this update changed."""
    if not update.notifies:
        return None
    public = update.public_incident
    changed = {change["slug"] for change in update.changes}
    touched = set(public.effects.filter(until=None).values_list("component_id", flat=True))
    touched |= set(public.page.components.filter(slug__in=changed).values_list("pk", flat=True))
    return Broadcast.objects.create(
        page=public.page,
        kind=Broadcast.Kind.INCIDENT,
        update=update,
        components=sorted(touched),
        made_at=update.created_at,
    )


def of_maintenance(update: MaintenanceUpdate) -> Broadcast | None:
    planned = update.maintenance
    if not planned.notifies:
        return None
    return Broadcast.objects.create(
        page=planned.page,
        kind=Broadcast.Kind.MAINTENANCE,
        maintenance_update=update,
        components=sorted(planned.components.values_list("pk", flat=True)),
        made_at=update.created_at,
    )


def of_change(change: ComponentChange) -> Broadcast:
    """For programs: people read of it on the page, and are told once there is an incident."""
    return Broadcast.objects.create(
        page=change.component.page,
        kind=Broadcast.Kind.COMPONENT,
        change=change,
        components=[change.component_id],
        made_at=change.at,
    )
