"""Calling people to an incident. What reaches them by which way is up to whoever hears the fact."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from incidents import access
from incidents.events import bus
from incidents.events import calling as facts
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Incident, Role, Team, User
from incidents.pipeline import lifecycle

MAX_WHY: Final = 300


@dataclass(frozen=True, slots=True)
class Responsible:
    """`whom` says in words who they are: "the team Payments"."""

    whom: str
    people: list[User]


@transaction.atomic
def page(*, incident_id: int, user: User, actor: Actor, why: str = "") -> Incident:
    """Call one person at once. Raises Invalid for who cannot come."""
    incident = lifecycle.locked(incident_id)
    check(incident, user, actor=actor)
    body = facts.PersonPaged(handle=user.username, name=str(user), why=_short(why))
    bus.emit(incident, body, actor=actor)
    return incident


def check(incident: Incident, user: User, *, actor: Actor) -> None:
    """Raise Invalid unless `user` can be called to the incident by `actor`."""
    if actor.is_person and user.pk == actor.user_id:
        raise Invalid("You are here already.", "Call somebody else.", field="handle")
    if not access.reachable(incident, [user.username]):
        raise Invalid(
            f"{user} may not see this incident.", "Give them a role in it first.", field="handle"
        )


@transaction.atomic
def escalate(*, incident_id: int, actor: Actor, why: str = "") -> Responsible:
    """Call the people responsible at once; returns who that was. Raises Conflict for nobody."""
    incident = lifecycle.locked(incident_id)
    found = responsible(incident, actor=actor)
    body = facts.IncidentEscalated(
        handles=[user.username for user in found.people],
        people=[str(user) for user in found.people],
        whom=found.whom,
        why=_short(why),
    )
    bus.emit(incident, body, actor=actor)
    return found


def responsible(incident: Incident, *, actor: Actor) -> Responsible:
    """Who is to be called beside `actor`: the team of the incident or of its service, else who
    commands it, else every commander there is. Raises Conflict where there is nobody."""
    but = actor.handle if actor.is_person else ""
    for whom, handles in _candidates(incident):
        people = access.reachable(incident, handles, but=but)
        if people:
            return Responsible(whom, people)
    raise Conflict(
        "There is nobody to call.", "Add people to the team of the service, or make commanders."
    )


def _candidates(incident: Incident) -> list[tuple[str, list[str]]]:
    team: Team | None = incident.team or (incident.service.team if incident.service else None)
    members = _handles(User.objects.filter(teams=team)) if team else []
    commander = incident.commander
    every = _handles(User.objects.filter(role__in=(Role.COMMANDER, Role.ADMIN)))
    return [
        (f"the team {team}", members),
        ("the incident commander", [commander.username] if commander else []),
        ("every commander", every),
    ]


def _handles(rows: QuerySet[User]) -> list[str]:
    return list(rows.values_list("username", flat=True))


def _short(why: str) -> str:
    return " ".join(why.split())[:MAX_WHY]
