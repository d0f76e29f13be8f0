"""Who may do what: one table for web, API and sockets alike.

Hidden objects are NotFound, never NotAllowed: a stranger does not learn that they exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from incidents.kernel.actor import Actor
from incidents.kernel.errors import NotAllowed, NotFound, NotSignedIn
from incidents.models import ApiKey, Incident, IncidentRole, Role, RoleAssignment, Scope, User

Row = TypeVar("Row", bound=Model)

# Action → the least role a person needs, and the scope that lets a key do it.
POLICY: Final[dict[str, tuple[Role, Scope]]] = {
    "incident.read": (Role.OBSERVER, Scope.READ),
    "incident.declare": (Role.RESPONDER, Scope.INCIDENTS),
    "incident.respond": (Role.RESPONDER, Scope.INCIDENTS),
    "incident.command": (Role.COMMANDER, Scope.INCIDENTS),
    "incident.delete": (Role.ADMIN, Scope.ADMIN),
    "alert.read": (Role.OBSERVER, Scope.READ),
    "alert.send": (Role.RESPONDER, Scope.EVENTS),
    "heartbeat.read": (Role.OBSERVER, Scope.READ),
    "heartbeat.write": (Role.ADMIN, Scope.ADMIN),
    "alert.silence": (Role.RESPONDER, Scope.INCIDENTS),
    "maintenance.plan": (Role.RESPONDER, Scope.INCIDENTS),
    "runbook.read": (Role.OBSERVER, Scope.READ),
    "runbook.run": (Role.RESPONDER, Scope.INCIDENTS),
    "runbook.edit": (Role.ADMIN, Scope.ADMIN),
    "status.read": (Role.OBSERVER, Scope.READ),
    "status.publish": (Role.COMMANDER, Scope.STATUS),
    "postmortem.read": (Role.OBSERVER, Scope.READ),
    "postmortem.write": (Role.RESPONDER, Scope.INCIDENTS),
    "postmortem.publish": (Role.COMMANDER, Scope.INCIDENTS),
    "metrics.read": (Role.OBSERVER, Scope.READ),
    "catalog.read": (Role.OBSERVER, Scope.READ),
    "routing.read": (Role.RESPONDER, Scope.READ),
    "routing.change": (Role.ADMIN, Scope.ADMIN),
    "config.read": (Role.ADMIN, Scope.ADMIN),
    "config.write": (Role.ADMIN, Scope.ADMIN),
}
# Whoever holds a role in an incident that needs a commander's word may give it there.
_OWN_INCIDENT: Final = frozenset({"incident.command"})
# Saying that it is over, or that it is not, needs a commander's word.
_ENDING: Final = frozenset({"resolve", "close", "reopen"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: nobody, a signed-in person, or an API key."""

    user: User | None = None
    key: ApiKey | None = None

    @property
    def is_known(self) -> bool:
        return self.user is not None or self.key is not None

    @property
    def actor(self) -> Actor:
        if self.user is not None:
            return Actor.of(self.user)
        if self.key is not None:
            return Actor("key", f"key:{self.key.pk}", self.key.name)
        raise NotSignedIn("Sign in first.")

    @property
    def is_admin(self) -> bool:
        return may(self, "config.write")


NOBODY: Final = Principal()


def action_of_move(name: str) -> str:
    """The action of the policy that a move of the state machine is."""
    return "incident.command" if name in _ENDING else "incident.respond"


def action_of_assigning(principal: Principal, incident: Incident, *, role: str, user: User) -> str:
    """Roles are a commander's to give; but whoever responds may join, and may take command while
    nobody has it. Call with the incident's row locked."""
    for_self = principal.user is not None and user.pk == principal.user.pk
    joins = role == IncidentRole.RESPONDER
    vacant = role == IncidentRole.COMMANDER and incident.commander is None
    return "incident.respond" if for_self and (joins or vacant) else "incident.command"


def of_user(user: User | AnonymousUser) -> Principal:
    return Principal(user=user) if isinstance(user, User) and user.is_active else NOBODY


def may(principal: Principal, action: str, incident: Incident | None = None) -> bool:
    """Whether `principal` may do `action` (to `incident`). An unknown action is a KeyError."""
    role, scope = POLICY[action]
    if incident is not None and not sees(principal, incident):
        return False
    if principal.key is not None:
        return scope in principal.key.scopes or Scope.ADMIN in principal.key.scopes
    if principal.user is None:
        return False
    if Role(principal.user.role).rank >= role.rank:
        return True
    return action in _OWN_INCIDENT and incident is not None and _leads(principal.user, incident)


def _leads(user: User, incident: Incident) -> bool:
    """A responder commands the incidents that they have been made commander of."""
    if Role(user.role).rank < Role.RESPONDER.rank:
        return False
    return incident.role_assignments.filter(
        user=user, role="commander", until__isnull=True
    ).exists()


def sees(principal: Principal, incident: Incident) -> bool:
    """Private incidents show only to those who hold, or held, a role in them, and were not removed
    from them since."""
    if not incident.private:
        return principal.is_known
    if principal.key is not None:
        return Scope.ADMIN in principal.key.scopes
    return (
        principal.user is not None
        and incident.role_assignments.filter(user=principal.user, removed_at__isnull=True).exists()
    )


def require(principal: Principal, action: str, incident: Incident | None = None) -> None:
    """Raise NotSignedIn, NotFound or NotAllowed unless `principal` may do `action`."""
    if not principal.is_known:
        raise NotSignedIn("Sign in, or send an API key.", "Authorization: Bearer <key>")
    if incident is not None and not sees(principal, incident):
        raise NotFound(f"There is no incident {incident.reference}.")
    if may(principal, action, incident):
        return
    role, scope = POLICY[action]
    if principal.key is not None:
        raise NotAllowed(f"This key may not do that: it lacks the scope “{scope}”.")
    raise NotAllowed(
        f"Only a {role.label.lower()} may do that.", "Ask an admin to change your role."
    )


def visible_incidents(principal: Principal) -> QuerySet[Incident]:
    """The incidents `principal` may know of."""
    rows = Incident.objects.all()
    if principal.key is not None:
        return rows if Scope.ADMIN in principal.key.scopes else rows.filter(private=False)
    if principal.user is None:
        return rows.none()
    named = principal.user.role_assignments.filter(removed_at__isnull=True)
    return rows.filter(Q(private=False) | Q(pk__in=named.values("incident_id")))


def known_to_each(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of rows that are somebody's about an incident (`user`, `incident`): those whose owner may
    know of the incident."""
    held = RoleAssignment.objects.filter(
        incident=OuterRef("incident"), user=OuterRef("user"), removed_at__isnull=True
    )
    return rows.filter(Q(incident__private=False) | Exists(held))


def reachable(incident: Incident, handles: Iterable[str], *, but: str = "") -> list[User]:
    """Who of those that are called exists, is active and may see the incident, without who has the
    handle `but`. One query, and one more a person where the incident is private."""
    asked = {handle.lower() for handle in handles} - {but.lower()}
    if not asked:
        return []
    rows = User.objects.annotate(lower=Lower("username")).filter(is_active=True, lower__in=asked)
    return [user for user in rows.order_by("pk") if sees(Principal(user=user), incident)]


def incident_for(principal: Principal, ref: str | int, action: str = "incident.read") -> Incident:
    """The incident that `ref` (number, UUID or reference) names, if `principal` may do `action`.

    NotFound where there is none or it is hidden, NotAllowed where only the action is refused.
    """
    if not principal.is_known:
        raise NotSignedIn("Sign in, or send an API key.", "Authorization: Bearer <key>")
    rows = Incident.objects.select_related("severity", "service", "team")
    incident = next(iter(rows.filter(_by_reference(str(ref)))), None)
    if incident is None or not sees(principal, incident):
        raise NotFound(f"There is no incident {ref}.")
    require(principal, action, incident)
    return incident


def _by_reference(ref: str) -> Q:
    text = ref.strip()
    number = text[4:] if text.upper().startswith("INC-") else text
    if number.isascii() and number.isdecimal():
        return Q(pk=int(number)) if len(number) < 19 else Q(pk__in=[])
    try:
        return Q(uuid=UUID(text))
    except ValueError:
        return Q(pk__in=[])
