"""Roles that people get by themselves, as the rules say."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q

from incidents import access
from incidents.kernel.actor import Actor
from incidents.models import OVER, SINGLE_ROLES, Fact, Incident, IncidentRole, Role, Team, User
from incidents.pipeline import lifecycle
from warroom.models import Occasion, RoleRule, Who


def occasion_of(fact: Fact) -> Occasion | None:
    """What rules may be about; None where `fact` is nothing of that kind."""
    if fact.kind == "incident.opened":
        return Occasion.OPENED
    was_new = fact.kind == "incident.state_changed" and fact.data.get("old") == "detected"
    goes_on = fact.data.get("new") not in OVER
    return Occasion.ACKNOWLEDGED if was_new and goes_on else None


@transaction.atomic
def apply(fact: Fact) -> None:
    """Give out the roles that the rules provide for; a role that somebody has stays theirs."""
    occasion = occasion_of(fact)
    rules = RoleRule.objects.filter(occasion=occasion, is_active=True) if occasion else ()
    if not rules:
        return
    incident = lifecycle.locked(fact.incident_id, merged_too=True)
    if incident.is_over:
        return
    for rule in rules:
        if _fits(rule, incident):
            for user in _whom(rule, incident, fact):
                _give(rule.role, user, incident, fact)


def load_role_rules() -> None:
    """A new installation begins with one: whoever acknowledges commands."""
    if not RoleRule.objects.exists():
        RoleRule.objects.create(occasion=Occasion.ACKNOWLEDGED, role=IncidentRole.COMMANDER)


def _fits(rule: RoleRule, incident: Incident) -> bool:
    if rule.severity is not None and incident.severity.rank > rule.severity.rank:
        return False
    if rule.service_id is not None and incident.service_id != rule.service_id:
        return False
    return rule.team_id is None or incident.team_id == rule.team_id


def _whom(rule: RoleRule, incident: Incident, fact: Fact) -> Iterable[User]:
    if rule.who == Who.ACTOR:
        return User.objects.filter(pk=fact.actor_user_id) if fact.actor_user_id else ()
    if rule.who == Who.PERSON:
        return [rule.person] if rule.person else []
    members = _members(incident.team)
    return members if rule.who == Who.TEAM else _least_busy(members)


def _members(team: Team | None) -> list[User]:
    return list(team.members.order_by("username")) if team else []


def _least_busy(people: Iterable[User]) -> list[User]:
    open_now = Q(role_assignments__until__isnull=True) & ~Q(
        role_assignments__incident__state__in=OVER
    )
    able = User.objects.filter(pk__in=[user.pk for user in people], is_active=True)
    able = able.exclude(role=Role.OBSERVER)
    count = Count("role_assignments__incident", filter=open_now, distinct=True)
    return list(able.annotate(busy=count).order_by("busy", "username")[:1])


def _give(role: str, user: User, incident: Incident, fact: Fact) -> None:
    """Observers hold no roles; nobody is let into a private incident by a rule."""
    held = incident.role_assignments.filter(role=role, until__isnull=True)
    is_taken = held.exists() if role in SINGLE_ROLES else held.filter(user=user).exists()
    able = user.is_active and Role(user.role) != Role.OBSERVER
    if is_taken or not able or not access.sees(access.of_user(user), incident):
        return
    actor = Actor.system("rule")
    lifecycle.assign(incident_id=incident.pk, role=role, user=user, actor=actor, cause=fact)
