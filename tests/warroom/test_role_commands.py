"""The commands for roles, updates and the catch-up: what they would do, and what they do."""

import pytest

from incidents.access import Principal
from incidents.commands import running
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Fact, Incident, Notice, User
from incidents.pipeline import lifecycle
from tests.conftest import FrozenClock, People
from tests.warroom.clockwork import engine_works
from warroom.services import handover


@pytest.fixture
def commanded(frozen: FrozenClock, incident: Incident, people: People) -> Incident:
    """Cara commands it, and asks Tom to be its scribe."""
    by = Actor.of(people.commander)
    lifecycle.assign(incident_id=incident.pk, role="commander", user=people.commander, actor=by)
    cara = Principal(user=people.commander)
    handover.offer(principal=cara, incident=incident, role="scribe", handle="tom")
    return Incident.objects.select_related("severity").get(pk=incident.pk)


@pytest.mark.parametrize(
    ("by", "typed", "says"),
    [
        ("cara", "/handover @tom I go to sleep", "Asks Tom Teammate to take over as incident c"),
        ("cara", "/handover @tom ic", "You keep it until that is accepted."),
        ("ada", "/handover @tom", "Cara Commander keeps it until that is accepted."),
        ("cara", "/handover @tom scribe now", "Asks Tom Teammate to take over as scribe."),
        ("cara", "/handover", "Say whom you offer it to"),
        ("cara", "/handover @olga", "only observes"),
        ("tom", "/handover @stan", "commander"),
        ("tom", "/accept", "Makes you scribe."),
        ("tom", "/decline no time", "Declines the role of scribe, and tells Cara Commander."),
        ("cara", "/accept", "No role is offered to you here"),
        ("cara", "/role scribe", "Makes Cara Commander scribe."),
        ("cara", "/role scribe @tom", "Makes Tom Teammate scribe."),
        ("tom", "/role responder", "Makes Tom Teammate responder."),
        ("cara", "/role", "Say which role"),
        ("cara", "/assign @tom ic", "Makes Tom Teammate incident commander, taking over from C"),
        ("tom", "/update it heals", "Tells everybody inside. The next update is then due in 30"),
        ("tom", "/update", "The update is empty"),
        ("olga", "/catchup", "Says in five lines how things stand, to you alone."),
    ],
)
def test_it_says_what_it_would_do_and_does_nothing(
    commanded: Incident, people: People, by: str, typed: str, says: str
) -> None:
    principal = Principal(user=User.objects.get(username=by))
    shown = running.preview(principal=principal, incident=commanded, text=typed)
    assert says in shown.says
    assert Incident.objects.get(pk=commanded.pk).last_seq == commanded.last_seq


def _type(user: User, incident: Incident, text: str) -> str:
    return running.run(principal=Principal(user=user), incident=incident, text=text).reply


def test_a_role_is_handed_over_by_command_alone(commanded: Incident, people: People) -> None:
    asked = _type(people.commander, commanded, "/handover @tom ops the cache is yours")
    assert asked == "Tom Teammate is asked."
    with pytest.raises(Invalid, match=r"Say which: (scribe|operations), (scribe|operations)\."):
        _type(people.teammate, commanded, "/accept")
    _type(people.teammate, commanded, "/accept scribe")
    _type(people.teammate, commanded, "/decline ops no time")
    held = commanded.role_assignments.filter(until__isnull=True, user=people.teammate)
    assert [row.role for row in held] == ["scribe"]
    assert Fact.objects.get(kind="role.declined").text.endswith("operations lead: no time")


def test_whom_a_role_is_offered_to_gets_an_urgent_notice_and_who_gave_it_the_answer(
    commanded: Incident, people: People
) -> None:
    _type(people.teammate, commanded, "/accept")
    engine_works()
    told = Notice.objects.filter(kind__startswith="role.").values_list(
        "user__username", "text", "urgent"
    )
    assert sorted(told) == [
        ("cara", "accepted the role of scribe", False),
        ("tom", "offers you the role of scribe until 03:15 UTC", True),
    ]


def test_the_catch_up_is_read_by_who_asks_for_it_alone(commanded: Incident, people: People) -> None:
    reply = _type(people.observer, commanded, "/catchup")
    assert "Who: Incident commander: Cara Commander" in reply.splitlines()
    assert Incident.objects.get(pk=commanded.pk).last_seq == commanded.last_seq
