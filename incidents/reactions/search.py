"""The words by which an incident is found again: its own, its service's and its alerts'."""

from typing import Final

from django.db import connection, transaction

from incidents.models import Alert, Incident, IncidentType

_ALERTS_READ: Final = 20
_MOST: Final = 20_000
# Labels that say where, not what: their words would make strangers alike.
_PLACES: Final = frozenset(
    {"instance", "pod", "node", "host", "hostname", "container", "severity", "uid", "id"}
)
# Words are joined by spaces: a dash or a dot would make one odd word of two.
_INDEX: Final = """
    INSERT INTO incidents_incidenttext AS text (incident_id, words)
    VALUES (%s, to_tsvector('english', regexp_replace(%s, '[^[:alnum:]]+', ' ', 'g')))
    ON CONFLICT (incident_id) DO UPDATE SET words = excluded.words
"""


@transaction.atomic
def index(incident_id: int) -> None:
    """Write the incident's words anew. Three queries."""
    rows = Incident.objects.select_related("service").select_for_update(of=("self",))
    incident = rows.filter(pk=incident_id).first()
    if incident is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [incident_id, _text(incident)[:_MOST].replace("\0", "")])


def _text(incident: Incident) -> str:
    texts = [incident.title, incident.summary[:4000], incident.root_cause[:4000]]
    texts.append(str(IncidentType(incident.type).label))
    if incident.service is not None:
        texts.append(incident.service.name)
    alerts = Alert.objects.filter(incident=incident).order_by("pk").only("title", "labels")
    for alert in alerts[:_ALERTS_READ]:
        texts.append(alert.title)
        texts += [str(text) for name, text in alert.labels.items() if name not in _PLACES]
    return " ".join(texts)
