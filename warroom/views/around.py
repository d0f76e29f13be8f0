"""What the page of a room shows around its log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q, prefetch_related_objects

from incidents import access
from incidents.access import Principal
from incidents.models import Alert, Fact, Incident, IncidentRole, Role, User
from incidents.pipeline import moves
from incidents.selectors import brief
from warroom.realtime.presence import Person, people_here
from warroom.selectors.log import CHAT, DELETED, FILE_ADDED, FILE_REMOVED, POSTED

TIMELINE_PAGE = 200
ALERTS_SHOWN = 50
ASSIGNABLE = 200


@dataclass(frozen=True, slots=True)
class Held:
    code: str
    label: str
    people: list[Person]


@dataclass(frozen=True, slots=True)
class Here:
    """One person in the room. `here` is responding, watching or away, `role` a label or empty."""

    name: str
    handle: str
    here: str
    role: str
    you: bool

    @property
    def word(self) -> str:
        """What is said beside the name: what they do here, or else how present they are."""
        if self.you:
            return f"you, {self.here}"
        return self.here if self.here == "away" or not self.role else self.role


@dataclass(frozen=True, slots=True)
class Brief:
    broken: brief.Line
    next: brief.Line


@dataclass(frozen=True, slots=True)
class Counts:
    messages: int
    timeline: int
    alerts: int
    files: int


@dataclass(frozen=True, slots=True)
class Timeline:
    facts: list[Fact]
    more_before: int | None


def load_roles(incident: Incident) -> None:
    """Everybody's roles in the incident, for `roles` and the brief. Two queries."""
    prefetch_related_objects([incident], "role_assignments__user")


def roles(incident: Incident) -> list[Held]:
    """Who holds which role now, the roles that one person holds first."""
    held: dict[str, list[Person]] = {role: [] for role in IncidentRole.values}
    for row in incident.current_roles():
        held[row.role].append(Person(row.user.username, str(row.user)))
    return [Held(role.value, str(role.label), held[role.value]) for role in IncidentRole]


def possible_moves(principal: Principal, incident: Incident) -> list[moves.Move]:
    """The moves that the state machine allows now and `principal` may make."""
    may = {
        action: access.may(principal, action, incident)
        for action in ("incident.respond", "incident.command")
    }
    allowed = moves.allowed_from(incident.state)
    return [move for move in allowed if may[access.action_of_move(move.name)]]


def brief_of(incident: Incident, alerts: Sequence[Alert], possible: Sequence[moves.Move]) -> Brief:
    """What is broken and what comes next; the next move only where it is possible."""
    coming = brief.what_next(incident)
    if coming.move not in {move.name for move in possible}:
        coming = replace(coming, move="")
    return Brief(brief.what_is_broken(incident, alerts), coming)


def alerts(incident: Incident) -> list[Alert]:
    """The newest alerts of the incident, those that still fire first. One query."""
    rows = Alert.objects.filter(incident=incident).select_related("severity", "service")
    return list(rows.order_by("resolved_at", "-started_at")[:ALERTS_SHOWN])


def counts(incident: Incident, alerts: Sequence[Alert]) -> Counts:
    """How much there is of what; `alerts` are those shown. One query, two with many alerts."""
    chat = Fact.objects.filter(incident=incident).aggregate(
        posted=Count("id", filter=Q(kind=POSTED)),
        deleted=Count("id", filter=Q(kind=DELETED)),
        all=Count("id", filter=Q(kind__startswith=CHAT)),
        added=Count("id", filter=Q(kind=FILE_ADDED)),
        removed=Count("id", filter=Q(kind=FILE_REMOVED)),
    )
    return Counts(
        messages=chat["posted"] - chat["deleted"],
        timeline=incident.last_seq - chat["all"],
        files=chat["added"] - chat["removed"],
        alerts=len(alerts) if len(alerts) < ALERTS_SHOWN else incident.alerts.count(),
    )


def timeline(incident: Incident, *, before: int | None = None) -> Timeline:
    """The facts but for chat, newest first. One query."""
    rows = Fact.objects.filter(incident=incident).exclude(kind__startswith=CHAT)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: TIMELINE_PAGE + 1])
    facts = found[:TIMELINE_PAGE]
    more = facts[-1].seq if len(found) > TIMELINE_PAGE else None
    return Timeline(facts=facts, more_before=more)


def people(incident: Incident, *, you: str) -> list[Here]:
    """Who has the room open, from Valkey; reads the prefetched roles."""
    held = {row.user.username: str(row.get_role_display()) for row in incident.current_roles()}
    return [
        Here(
            name=person.name,
            handle=person.handle,
            here=person.state,
            role=held.get(person.handle, ""),
            you=person.handle == you,
        )
        for person in people_here(incident.pk)
    ]


def assignable() -> list[User]:
    """People who may hold a role. One query."""
    rows = User.objects.filter(is_active=True).exclude(role=Role.OBSERVER)
    return list(rows.order_by("name", "username")[:ASSIGNABLE])
