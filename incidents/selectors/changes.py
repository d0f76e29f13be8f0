"""What was deployed or switched around an incident."""

from datetime import timedelta
from typing import Final

from django.db.models import Q

from incidents.models import Change, Incident

BEFORE: Final = timedelta(hours=24)
SHOWN: Final = 8


def around(incident: Incident) -> list[Change]:
    """The newest changes from a day before the incident until it was over: those of its service
    and of the services it depends on, and those that name no service. One query."""
    rows = Change.objects.filter(at__gte=incident.began_at - BEFORE).select_related("service")
    if incident.resolved_at:
        rows = rows.filter(at__lte=incident.resolved_at)
    if incident.service is not None:
        near = Q(service=incident.service) | Q(service__in=incident.service.depends_on.all())
        rows = rows.filter(near | Q(service__isnull=True))
    return list(rows.order_by("-at")[:SHOWN])
