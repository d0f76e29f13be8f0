"""The words by which an incident is found again.

Two things are kept. `IncidentText` holds the stems that make incidents alike: its own, its
service's and its alerts'. `SearchText` holds the texts that people search: the incident's own, and
each that was written in its course.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from incidents.kernel import row_locks
from incidents.models import Alert, CustomField, Fact, Incident, IncidentType

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
# A host name is found whole and by its parts.
_BOTH_WAYS: Final = """
    to_tsvector('english', {text})
    || to_tsvector('english', regexp_replace({text}, '[^[:alnum:]]+', ' ', 'g'))
"""
_KEEP: Final = f"""
    INSERT INTO incidents_searchtext AS text
           (incident_id, seq, as_of, kind, author, said_at, body, words)
    VALUES (%(incident)s, %(seq)s, %(as_of)s, %(kind)s, %(author)s, %(said_at)s, %(body)s,
            setweight({_BOTH_WAYS.format(text="%(lead)s")}, 'A')
            || setweight({_BOTH_WAYS.format(text="%(rest)s")}, 'B'))
    ON CONFLICT (incident_id, seq) DO UPDATE
       SET as_of = excluded.as_of, kind = excluded.kind, body = excluded.body,
           words = excluded.words
     WHERE text.as_of <= excluded.as_of
"""  # noqa: S608  # made of constants


@transaction.atomic
def index(incident_id: int) -> None:
    """Write the incident's own words anew. Six queries, one more for its own fields."""
    rows = row_locks.held(Incident.objects).select_related("service")
    incident = rows.filter(pk=incident_id).first()
    if incident is None:
        return
    alerts = list(
        Alert.objects.filter(incident=incident)
        .order_by("pk")
        .only("title", "labels")[:_ALERTS_READ]
    )
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [incident_id, _plain(_alike(incident, alerts))])
    rest = _plain("\n".join(text for text in _own_texts(incident, alerts) if text))
    _keep(
        incident=incident_id,
        seq=0,
        as_of=incident.last_seq,
        kind="incident",
        author="",
        said_at=incident.opened_at,
        body=rest,
        lead=_plain(incident.title),
        rest=rest,
    )


def index_fact(fact: Fact) -> None:
    """Keep what was written in a fact, or what is left of an earlier one. One query."""
    text, instead_of = _plain(fact.body.found_by()), fact.body.instead_of
    if not text and instead_of is None:
        return
    _keep(
        incident=fact.incident_id,
        seq=instead_of if instead_of is not None else fact.seq,
        as_of=fact.seq,
        kind=fact.kind,
        author=fact.actor_name,
        said_at=fact.occurred_at,
        body=text,
        lead="",
        rest=text,
    )


def _keep(**row: str | int | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, row)


def _plain(text: str) -> str:
    return text[:_MOST].replace("\0", "")


def _alike(incident: Incident, alerts: list[Alert]) -> str:
    """What makes it like others: no names of places, nothing that people said."""
    texts = [incident.title, incident.summary[:4000], incident.root_cause[:4000]]
    texts.append(str(IncidentType(incident.type).label))
    if incident.service is not None:
        texts.append(incident.service.name)
    for alert in alerts:
        texts.append(alert.title)
        texts += [str(text) for name, text in alert.labels.items() if name not in _PLACES]
    return " ".join(texts)


def _in_own_fields(incident: Incident) -> list[str]:
    fields = CustomField.objects.filter(pk__in=[int(pk) for pk in incident.custom])
    return [f"{field.name}: {field.worded(field.of(incident.custom))}" for field in fields]


def _own_texts(incident: Incident, alerts: list[Alert]) -> list[str]:
    service = [incident.service.name, incident.service.slug] if incident.service else []
    return [
        incident.title,
        incident.summary,
        incident.customer_impact,
        incident.root_cause,
        incident.environment,
        *incident.regions,
        incident.revenue_impact,
        *service,
        *(each.name for each in incident.affected_services.all()),
        *_in_own_fields(incident),
        *dict.fromkeys(alert.title for alert in alerts),
    ]
