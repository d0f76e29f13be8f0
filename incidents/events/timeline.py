"""Reading the facts of an incident, in order, from a cursor on."""

from incidents.models import Fact

PAGE = 500


def since(incident_id: int, after: int = 0, limit: int = PAGE) -> list[Fact]:
    """The facts with seq > `after`, ascending, at most `limit`. One query."""
    rows = Fact.objects.filter(incident_id=incident_id, seq__gt=after).order_by("seq")
    return list(rows[:limit])


def latest(incident_id: int, limit: int = PAGE, *, before: int | None = None) -> list[Fact]:
    """The newest `limit` facts (below seq `before` where given), ascending. One query."""
    rows = Fact.objects.filter(incident_id=incident_id)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return list(rows.order_by("-seq")[:limit])[::-1]


def of_kind(incident_id: int, *kinds: str) -> list[Fact]:
    """All facts of these kinds, ascending. One query."""
    return list(Fact.objects.filter(incident_id=incident_id, kind__in=kinds).order_by("seq"))
