"""Roles: given by rule and by hand, handed over with acceptance, taken from who fell silent."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from incidents import access
from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotAllowed
from incidents.models import Fact, Incident, RoleAssignment, Service, Team, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, FrozenClock, People
from tests.warroom.clockwork import engine_works
from warroom.models import RoleOffer, RoleRule
from warroom.realtime.presence import Person
from warroom.selectors import offers
from warroom.services import handover, roles, staleness

Offer = Callable[..., RoleOffer]


@pytest.fixture
def incident(commanded: Incident) -> Incident:
    return commanded


@pytest.fixture
def offer(incident: Incident, people: People) -> Offer:
    def make(by: User | None = None, to: str = "tom", role: str = "commander") -> RoleOffer:
        principal = Principal(user=by or people.commander)
        return handover.offer(
            principal=principal, incident=incident, role=role, handle=to, note="I sleep"
        )

    return make


def _commander(incident: Incident) -> str:
    held = Incident.objects.get(pk=incident.pk).commander
    return held.username if held else ""


def _last(incident: Incident) -> Fact:
    return Fact.objects.filter(incident=incident).latest("seq")


def test_the_giver_stays_in_charge_until_the_offer_is_accepted(
    incident: Incident, people: People, offer: Offer
) -> None:
    made = offer()
    assert _commander(incident) == "cara"
    told = _last(incident)
    assert told.body.calls() == ("tom",)
    assert told.body.urgent
    assert "until 03:15 UTC: I sleep" in told.text
    tom = Principal(user=people.teammate)
    handover.accept(principal=tom, incident=incident, offer_id=made.pk)
    assert _commander(incident) == "tom"
    kinds = list(incident.facts.values_list("kind", flat=True).order_by("-seq")[:2])
    assert kinds == ["incident.role_assigned", "role.accepted"]


def test_what_is_handed_over_is_filled_in_from_facts(incident: Incident, offer: Offer) -> None:
    lifecycle.note(incident_id=incident.pk, text="The pool is full", actor=Actor.system("probe"))
    lines = dict(offer().checklist)
    assert lines["State"] == "P1, detected"
    assert lines["Known"] == "The pool is full"
    assert lines["Tasks"] == "None open"
    assert lines["Update"] == "next update in 30 minutes"


def test_who_declines_changes_nothing_and_the_giver_hears_why(
    incident: Incident, people: People, offer: Offer
) -> None:
    tom = Principal(user=people.teammate)
    handover.decline(principal=tom, incident=incident, offer_id=offer().pk, reason="No laptop")
    told = _last(incident)
    assert told.text == "declined the role of incident commander: No laptop"
    assert (told.body.calls(), _commander(incident)) == (("cara",), "cara")


def test_an_unanswered_offer_expires_after_five_minutes(
    incident: Incident, people: People, offer: Offer, frozen: FrozenClock
) -> None:
    made = offer()
    engine_works()
    frozen.fast_forward(minutes=4)
    engine_works()
    assert [row.pk for row in offers.waiting(incident)] == [made.pk]
    frozen.fast_forward(minutes=1)
    engine_works()
    assert offers.waiting(incident) == []
    told = Fact.objects.get(kind="role.offer_expired")
    assert told.text.endswith("the role of incident commander; Cara Commander keeps it")
    with pytest.raises(Conflict, match="not answered in time"):
        handover.accept(
            principal=Principal(user=people.teammate), incident=incident, offer_id=made.pk
        )


def test_only_whom_it_is_offered_to_may_answer(
    incident: Incident, people: People, offer: Offer
) -> None:
    made = offer()
    with pytest.raises(NotAllowed, match="Only Tom Teammate"):
        handover.accept(principal=Principal(user=people.admin), incident=incident, offer_id=made.pk)


def test_responders_hand_over_what_is_theirs_and_nothing_else(
    incident: Incident, people: People, offer: Offer
) -> None:
    with pytest.raises(NotAllowed):
        offer(by=people.teammate, to="stan")
    lifecycle.assign(
        incident_id=incident.pk,
        role="scribe",
        user=people.teammate,
        actor=Actor.of(people.commander),
    )
    assert offer(by=people.teammate, to="stan", role="scribe").receiver == people.stranger


@pytest.mark.parametrize(
    ("to", "role", "why"),
    [
        ("cara", "commander", "has that role"),
        ("olga", "commander", "only observes"),
        ("tom", "responder", "cannot be handed over"),
        ("nobody", "commander", "Nobody here is called"),
    ],
)
def test_it_refuses_offers_that_make_no_sense(offer: Offer, to: str, role: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        offer(to=to, role=role)


def test_a_new_offer_takes_the_place_of_the_one_that_waits(
    incident: Incident, people: People, offer: Offer
) -> None:
    first, second = offer(), offer(to="stan")
    assert [row.pk for row in offers.waiting(incident)] == [second.pk]
    with pytest.raises(Conflict, match="withdrawn"):
        handover.accept(
            principal=Principal(user=people.teammate), incident=incident, offer_id=first.pk
        )


def test_an_offer_is_void_once_somebody_else_has_the_role(
    incident: Incident, people: People, offer: Offer
) -> None:
    made = offer()
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=people.admin,
        actor=Actor.of(people.admin),
    )
    with pytest.raises(Conflict, match="Ada Admin has that role by now"):
        handover.accept(
            principal=Principal(user=people.teammate), incident=incident, offer_id=made.pk
        )


def test_private_incidents_are_offered_to_nobody_outside(
    declare: Declare, people: People, frozen: FrozenClock
) -> None:
    hidden = declare("Zanzibar", private=True)
    with pytest.raises(Invalid, match="does not see this private incident"):
        handover.offer(
            principal=Principal(user=people.commander),
            incident=hidden,
            role="commander",
            handle="tom",
        )


def test_it_counts_how_many_open_incidents_somebody_commands(
    incident: Incident, people: People, declare: Declare
) -> None:
    hidden = declare("Zanzibar", private=True)
    for other in (hidden, declare("Search is slow")):
        lifecycle.assign(
            incident_id=other.pk,
            role="commander",
            user=people.commander,
            actor=Actor.of(people.commander),
        )
    seen_by = {
        user: offers.commanding(access.visible_incidents(Principal(user=user)), [people.commander])
        for user in (people.commander, people.teammate)
    }
    assert seen_by[people.commander] == {people.commander.pk: 3}
    assert seen_by[people.teammate] == {people.commander.pk: 2}


def test_a_silent_commander_is_asked_after_once_and_may_be_relieved(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    tom = Principal(user=people.teammate)
    engine_works()
    with pytest.raises(NotAllowed):
        roles.assign(principal=tom, incident=incident, role="commander", handle="me")
    frozen.fast_forward(minutes=31)
    engine_works()
    frozen.fast_forward(minutes=60)
    engine_works()
    [told] = Fact.objects.filter(incident=incident, kind="role.stale")
    assert told.body.calls() == ("cara",)
    assert "Cara Commander for 31 minutes" in told.text
    roles.assign(principal=tom, incident=incident, role="commander", handle="me")
    assert _commander(incident) == "tom"


def test_whoever_speaks_or_is_in_the_room_is_not_silent(
    incident: Incident, people: People, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: list[Person] = []
    monkeypatch.setattr(staleness, "people_here", lambda _incident: here)
    engine_works()
    frozen.fast_forward(minutes=20)
    lifecycle.note(incident_id=incident.pk, text="Here", actor=Actor.of(people.commander))
    frozen.fast_forward(minutes=20)
    engine_works()
    here.append(Person("cara", "Cara Commander"))
    frozen.fast_forward(minutes=20)
    engine_works()
    assert not Fact.objects.filter(kind="role.stale").exists()
    here[:] = [Person("cara", "Cara Commander", "away")]
    frozen.fast_forward(minutes=31)
    engine_works()
    assert Fact.objects.filter(kind="role.stale").count() == 1


def _acknowledge(incident: Incident, by: User) -> None:
    lifecycle.move(incident_id=incident.pk, name="acknowledge", actor=Actor.of(by))
    engine_works()


def test_whoever_acknowledges_commands_by_rule_unless_somebody_does(
    frozen: FrozenClock, declare: Declare, people: People, incident: Incident
) -> None:
    RoleRule.objects.create(occasion="acknowledged", role="commander")
    fresh = declare("Search is slow")
    _acknowledge(fresh, people.teammate)
    _acknowledge(incident, people.teammate)
    assert (_commander(fresh), _commander(incident)) == ("tom", "cara")
    assert _last(fresh).text == "made Tom Teammate incident commander"


def test_rules_choose_by_severity_and_team(
    frozen: FrozenClock, declare: Declare, people: People, service: Service
) -> None:
    team = Team.objects.get(slug="payments")
    team.members.set([people.teammate, people.stranger, people.observer])
    rule = RoleRule.objects.create(
        occasion="opened", role="operations", who="least_busy", team=team
    )
    busy = declare("First", service=service)
    engine_works()
    declared = declare("Second", service=service)
    engine_works()
    given = RoleAssignment.objects.filter(role="operations")
    held = {row.incident.title: row.user.username for row in given}
    assert held == {busy.title: "stan", declared.title: "tom"}
    rule.severity = busy.severity
    rule.save()
    declare("Mild", severity="P3", service=service)
    engine_works()
    assert given.count() == 2


def test_a_rule_that_makes_no_sense_is_refused(people: People) -> None:
    with pytest.raises(ValidationError, match="Name the person"):
        RoleRule(occasion="opened", role="scribe", who="person").full_clean()
    with pytest.raises(ValidationError, match="only be responders"):
        RoleRule(occasion="opened", role="scribe", who="team").full_clean()
