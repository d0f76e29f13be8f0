"""What somebody who comes late is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, Severity, User
from incidents.pipeline import lifecycle, updates
from tests.conftest import FrozenClock, People
from warroom.models import RoomVisit, TaskState, Verdict
from warroom.services import catching_up, chat, decisions, hypotheses, pins, tasks, visits

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def incident(commanded: Incident) -> Incident:
    return commanded


def _tell(incident: Incident, kind: str, **data: object) -> Fact:
    """A fact as another part of the product writes it."""
    fact = Fact(
        incident=incident,
        seq=Fact.objects.filter(incident=incident).count() + 1,
        kind=kind,
        data=data,
        actor_kind="user",
        actor_handle="tom",
        actor_name="Tom Teammate",
        occurred_at=incident.opened_at,
    )
    fact.save()
    return fact


def _lines(incident: Incident) -> dict[str, str]:
    fresh = Incident.objects.select_related("severity").get(pk=incident.pk)
    return dict(catching_up.build(fresh).lines)


def test_it_is_five_lines_even_where_nothing_is_known(incident: Incident) -> None:
    assert _lines(incident) == {
        "Known": "Nothing is written down yet",
        "Decided": "Nothing",
        "Tried": "Nothing",
        "Who": "Incident commander: Cara Commander",
        "Open": "no open tasks; next update in 30 minutes",
    }


def test_it_is_built_from_what_was_told_and_pinned(incident: Incident, people: People) -> None:
    actor, pk = Actor.of(people.teammate), incident.pk
    updates.post(incident_id=pk, text="Pool is full", actor=actor)
    message = chat.post(incident_id=pk, body="`max_connections` is **20** & rising", actor=actor)
    pins.pin(incident_id=pk, seq=message.seq, actor=actor)
    found = catching_up.build(incident)
    told = [point.text for point in found.known]
    assert told == ["Pool is full", "Pinned: max_connections is 20 & rising"]
    assert [point.seq for point in found.known] == [message.seq - 1, message.seq]
    pins.unpin(incident_id=pk, seq=message.seq, actor=actor)
    assert [point.text for point in catching_up.build(incident).known] == ["Pool is full"]


def test_of_decisions_those_that_stand_are_told(incident: Incident, people: People) -> None:
    actor, pk = Actor.of(people.teammate), incident.pk
    wait = decisions.DecisionContent(text="Wait")
    decisions.record(incident_id=pk, content=wait, actor=actor)
    instead = decisions.DecisionContent(text="Roll back", why="4411", supersedes=1)
    decisions.record(incident_id=pk, content=instead, actor=actor)
    found = catching_up.build(incident).decided
    assert [point.text for point in found] == ["Roll back, because 4411"]


def test_what_was_tried_are_hypotheses_as_they_stand_and_runbooks(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    actor, pk = Actor.of(people.teammate), incident.pk
    for text in ("DNS", "The pool", "A deploy"):
        hypotheses.propose(incident_id=pk, text=text, actor=actor)
    for number, verdict in ((1, Verdict.REFUTED), (2, Verdict.SUPPORTED)):
        frozen.fast_forward(minutes=1)
        hypotheses.judge(
            incident_id=pk, number=number, verdict=verdict, evidence="Seen", actor=actor
        )
    _tell(incident, "runbook.started", run_id=7, title="Restart", version=1, steps=3)
    found = catching_up.build(incident)
    assert [point.text for point in found.tried] == [
        "Supported: The pool",
        "Refuted: DNS",
        "Running the runbook Restart",
        "Looking into: A deploy",
    ]
    assert found.known[0].text == "Supported: The pool"


def test_open_tasks_are_told_with_who_has_them(incident: Incident, people: People) -> None:
    actor, pk = Actor.of(people.teammate), incident.pk
    for title, assignee, after in (
        ("Call the bank", people.commander, False),
        ("Take a dump", None, False),
        ("Write a test", None, True),
    ):
        content = tasks.TaskContent(title=title, assignee=assignee, follow_up=after)
        tasks.open_task(incident_id=pk, content=content, actor=actor)
    tasks.set_state(incident_id=pk, number=2, state=TaskState.DONE, actor=actor)
    told = [point.text for point in catching_up.build(incident).tasks]
    assert told == ["Call the bank (Cara Commander)"]
    assert _lines(incident)["Open"].startswith("1 open task; ")


def test_a_change_of_severity_counts_as_a_decision(
    incident: Incident, people: People, severities: dict[str, Severity]
) -> None:
    lifecycle.set_severity(
        incident_id=incident.pk,
        severity=severities["P0"],
        actor=Actor.of(people.commander),
        reason="all regions",
    )
    assert _lines(incident)["Decided"] == "Raised the severity from P1 to P0: all regions"


def test_the_room_shows_it_to_who_comes_late_and_to_who_comes_back(
    incident: Incident, people: People, sign_in: SignIn, frozen: FrozenClock
) -> None:
    room = f"/incidents/{incident.reference}"
    client = sign_in(people.stranger)
    assert client.get(room).context["catch_up"] is None
    frozen.fast_forward(minutes=6)
    lifecycle.note(incident_id=incident.pk, text="News", actor=Actor.of(people.teammate))
    page = client.get(room)
    assert page.context["catch_up"].known[0].text == "News"
    visits.note(incident.pk, people.stranger)
    frozen.fast_forward(minutes=4)
    assert client.get(room).context["catch_up"] is None
    frozen.fast_forward(minutes=2)
    assert client.get(room).context["catch_up"] is None, "nothing happened meanwhile"
    lifecycle.note(incident_id=incident.pk, text="More", actor=Actor.of(people.teammate))
    assert client.get(room).context["catch_up"] is not None
    assert RoomVisit.objects.get().last_at == frozen.at - timedelta(minutes=6)


def test_it_is_a_panel_a_page_and_an_answer_of_the_api(
    incident: Incident, people: People, sign_in: SignIn
) -> None:
    client = sign_in(people.observer)
    where = f"/incidents/{incident.reference}/catch-up"
    assert "<html" in client.get(where).content.decode()
    panel = client.get(where, headers=HTMX).content.decode()
    assert "<html" not in panel
    assert "No decision is recorded" in panel
    answer = client.get(f"/api{where}").json()
    assert answer["brief"][3] == "Who: Incident commander: Cara Commander"
    assert answer["next_update"]["is_late"] is False


def test_it_asks_a_fixed_number_of_times(
    incident: Incident,
    people: People,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    actor = Actor.of(people.teammate)
    for number in range(20):
        said = chat.post(incident_id=incident.pk, body=f"{number}", actor=actor)
        lifecycle.note(incident_id=incident.pk, text="x", actor=actor)
        content = tasks.TaskContent(title=f"{number}", assignee=people.teammate)
        tasks.open_task(incident_id=incident.pk, content=content, actor=actor)
        pins.pin(incident_id=incident.pk, seq=said.seq, actor=actor)
    fresh = Incident.objects.select_related("severity").get(pk=incident.pk)
    with django_assert_max_num_queries(13):
        assert catching_up.build(fresh).lines
