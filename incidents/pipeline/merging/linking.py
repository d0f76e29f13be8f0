"""Links between incidents, said from either side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from incidents.events import bus
from incidents.events.relations import IncidentLinked, IncidentUnlinked
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident, IncidentLink, LinkKind
from incidents.pipeline import lifecycle
from incidents.pipeline.merging.joining import named


@dataclass(frozen=True, slots=True)
class Relation:
    """What an incident is to another, as people say it from its side."""

    label: str
    kind: LinkKind
    first: bool = True


RELATIONS: Final[Mapping[str, Relation]] = {
    "related": Relation("Related to", LinkKind.RELATED),
    "duplicate_of": Relation("Duplicate of", LinkKind.DUPLICATE_OF),
    "caused_by": Relation("Caused by", LinkKind.CAUSED_BY),
    "causes": Relation("Causes", LinkKind.CAUSED_BY, first=False),
    "child_of": Relation("Child of", LinkKind.CHILD_OF),
    "parent_of": Relation("Parent of", LinkKind.CHILD_OF, first=False),
}
MOST: Final = 200


def _relation(name: str) -> Relation:
    relation = RELATIONS.get(name)
    if relation is None:
        names = ", ".join(RELATIONS)
        raise Invalid(f"There is no link called {name!r}.", f"Links: {names}.", field="relation")
    return relation


@transaction.atomic
def link(*, incident_id: int, other_id: int, relation: str, actor: Actor) -> IncidentLink:
    """Say that the incident is `relation` (of RELATIONS) of the other; said twice it is one link.

    Raises Conflict for a second parent, or where something would come before itself.
    """
    wanted = _relation(relation)
    if incident_id == other_id:
        raise Invalid(
            f"INC-{other_id} cannot be linked to itself.", "Choose another one.", field="incident"
        )
    incidents = lifecycle.locked_all([incident_id, other_id], merged_too=True)
    here, there = incidents[incident_id], incidents[other_id]
    one, other = (here, there) if wanted.first else (there, here)
    if wanted.kind == LinkKind.RELATED:
        one, other = sorted((here, there), key=lambda incident: incident.pk)
    known = IncidentLink.objects.filter(one=one, other=other, kind=wanted.kind).first()
    if known is not None:
        return known
    _check(one, other, wanted.kind)
    made = IncidentLink.objects.create(
        one=one, other=other, kind=wanted.kind, created_at=clock.now(), by_name=actor.name
    )
    _tell(made, IncidentLinked, actor)
    return made


def _check(one: Incident, other: Incident, kind: LinkKind) -> None:
    for each in (one, other):
        if IncidentLink.objects.filter(one=each).count() >= MOST:
            raise Conflict(f"{each.reference} has {MOST} links already.", "Remove some first.")
    if kind == LinkKind.CHILD_OF:
        parent = IncidentLink.objects.filter(one=one, kind=kind).select_related("other").first()
        if parent is not None:
            name = "a private incident" if parent.other.private else parent.other.reference
            raise Conflict(
                f"{one.reference} is a child of {name} already.", "Remove that link first."
            )
    if kind != LinkKind.RELATED and one.pk in _before(other, kind):
        raise Conflict(
            f"{other.reference} comes after {one.reference} already: that would be a circle.",
            "Link them the other way round, or as related.",
        )


_BEFORE: Final = """
    WITH RECURSIVE before(id) AS (
        SELECT other_id FROM incidents_incidentlink WHERE one_id = %(id)s AND kind = %(kind)s
         UNION
        SELECT link.other_id FROM before JOIN incidents_incidentlink AS link
            ON link.one_id = before.id AND link.kind = %(kind)s
    )
    SELECT id FROM before
"""


def _before(incident: Incident, kind: LinkKind) -> set[int]:
    """Its parents and theirs, or what it was caused by and so on."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, {"id": incident.pk, "kind": kind.value})
        return {pk for (pk,) in cursor.fetchall()}


@transaction.atomic
def unlink(*, incident_id: int, link_id: int, actor: Actor) -> None:
    """Take a link of the incident away."""
    found = IncidentLink.objects.filter(pk=link_id).first()
    if found is None or incident_id not in {found.one_id, found.other_id}:
        raise NotFound("There is no such link.", "Somebody may have removed it.")
    incidents = lifecycle.locked_all([found.one_id, found.other_id], merged_too=True)
    gone = IncidentLink.objects.filter(pk=link_id).first()
    if gone is None:
        return
    gone.one, gone.other = incidents[gone.one_id], incidents[gone.other_id]
    gone.delete()
    gone.pk = link_id
    _tell(gone, IncidentUnlinked, actor)


def _tell(
    found: IncidentLink, told: type[IncidentLinked] | type[IncidentUnlinked], actor: Actor
) -> None:
    """On both sides; but where the other one is private nobody learns that there is one."""
    sides = ((found.one, found.other, True), (found.other, found.one, False))
    bus.emit_all(
        [
            bus.News(
                incident=here,
                bodies=[told(link=found.kind, first=first, **named(there))],
                actor=actor,
            )
            for here, there, first in sides
            if not there.private
        ]
    )
