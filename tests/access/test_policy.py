"""The policy, row by row, as it was decided: changing it means changing this table too."""

from typing import Final

import pytest

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import NotFound
from incidents.models import ApiKey, Role, Scope
from tests.conftest import Declare, People

# Action → the least role that may do it, and the scope besides admin that lets a key do it.
DECIDED: Final = {
    "incident.read": ("observer", "read"),
    "incident.declare": ("responder", "incidents"),
    "incident.respond": ("responder", "incidents"),
    "incident.command": ("commander", "incidents"),
    "incident.delete": ("admin", None),
    "alert.read": ("observer", "read"),
    "alert.send": ("responder", "events"),
    "heartbeat.read": ("observer", "read"),
    "heartbeat.write": ("admin", None),
    "alert.silence": ("responder", "incidents"),
    "maintenance.plan": ("responder", "incidents"),
    "runbook.read": ("observer", "read"),
    "runbook.run": ("responder", "incidents"),
    "runbook.edit": ("admin", None),
    "status.read": ("observer", "read"),
    "status.publish": ("commander", "status"),
    "postmortem.read": ("observer", "read"),
    "postmortem.write": ("responder", "incidents"),
    "postmortem.publish": ("commander", "incidents"),
    "metrics.read": ("observer", "read"),
    "catalog.read": ("observer", "read"),
    "routing.read": ("responder", "read"),
    "routing.change": ("admin", None),
    "config.read": ("admin", None),
    "config.write": ("admin", None),
}
ROLES: Final = ("observer", "responder", "commander", "admin")
PERSON: Final = dict(zip(ROLES, ("observer", "teammate", "commander", "admin"), strict=True))


def test_it_decides_about_every_action() -> None:
    assert DECIDED.keys() == access.POLICY.keys()
    assert set(ROLES) == set(Role.values)


@pytest.mark.parametrize("action", DECIDED)
def test_it_lets_each_role_do_what_was_decided(people: People, action: str) -> None:
    least = ROLES.index(DECIDED[action][0])
    for rank, role in enumerate(ROLES):
        principal = access.of_user(getattr(people, PERSON[role]))
        assert access.may(principal, action) is (rank >= least), role
    assert not access.may(access.NOBODY, action)


@pytest.mark.parametrize("action", DECIDED)
def test_it_lets_each_scope_do_what_was_decided(action: str) -> None:
    for scope in Scope.values:
        allowed = scope in {"admin", DECIDED[action][1]}
        assert access.may(Principal(key=ApiKey(scopes=[scope])), action) is allowed, scope


def test_it_lets_whoever_commands_an_incident_command_it(declare: Declare, people: People) -> None:
    mine, other = declare(), declare()
    mine.role_assignments.create(user=people.teammate, role="commander", since=mine.opened_at)
    observing = mine.role_assignments.create(
        user=people.observer, role="scribe", since=mine.opened_at
    )
    tom, olga = access.of_user(people.teammate), access.of_user(people.observer)
    assert access.may(tom, "incident.command", mine)
    assert not access.may(tom, "incident.command", other)
    assert not access.may(olga, "incident.respond", mine), observing


def test_it_forgets_a_person_who_may_no_longer_sign_in(people: People) -> None:
    people.admin.is_active = False
    assert access.of_user(people.admin) is access.NOBODY


def test_a_private_incident_is_there_for_those_in_it_and_for_admin_keys(
    declare: Declare, people: People
) -> None:
    secret = declare("A breach", private=True, by=people.commander)
    mine = access.of_user(people.commander)
    strangers = (
        access.of_user(people.stranger),
        access.of_user(people.admin),
        Principal(key=ApiKey(scopes=["read", "incidents"])),
    )
    assert access.sees(mine, secret)
    assert access.sees(Principal(key=ApiKey(scopes=["admin"])), secret)
    for stranger in strangers:
        assert not access.may(stranger, "incident.read", secret)
        with pytest.raises(NotFound):
            access.require(stranger, "incident.read", secret)
