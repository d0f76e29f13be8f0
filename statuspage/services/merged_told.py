"""What is told to customers about an incident that was merged into another."""

from statuspage.models import PublicIncident


def is_told(incident_id: int, page_id: int) -> bool:
    """Whether the page tells of it as still going on."""
    rows = PublicIncident.objects.filter(incident_id=incident_id, page_id=page_id)
    return rows.filter(resolved_at=None).exists()
