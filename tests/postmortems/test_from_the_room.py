"""What outlives the war room: tasks become action items, pins and decisions are told."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from incidents.engine import deliveries
from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from incidents.pipeline import lifecycle, merging
from postmortems import services
from postmortems.models import ActionItem, PostMortem, Section
from tests.conftest import Declare, People
from warroom.models import Message
from warroom.services import chat, decisions, hypotheses, pins, tasks
from warroom.services.decisions import DecisionContent
from warroom.services.tasks import TaskContent

DUE = datetime(2026, 11, 9, 14, 30, tzinfo=UTC)


@pytest.fixture
def incident(declare: Declare) -> Incident:
    return declare("Checkout is down")


@pytest.fixture
def tom(people: People) -> Actor:
    return Actor.of(people.teammate)


def _tell() -> None:
    """Let everybody hear of what has happened, as the engine does."""
    while deliveries.work():
        pass


def _move(incident: Incident, people: People, *names: str) -> None:
    for name in names:
        actor = Actor.of(people.commander)
        lifecycle.move(incident_id=incident.pk, name=name, actor=actor)
        _tell()


def _open(incident: Incident, actor: Actor, content: TaskContent, said: int | None = None) -> None:
    tasks.open_task(incident_id=incident.pk, content=content, actor=actor, said_seq=said)
    _tell()


def _end(incident: Incident, actor: Actor, number: int, state: str) -> None:
    tasks.set_state(
        incident_id=incident.pk, number=number, state=state, actor=actor, reason="No need"
    )
    _tell()


def test_a_task_kept_for_afterwards_becomes_an_action_item_at_once(
    incident: Incident, people: People, tom: Actor
) -> None:
    said = chat.post(incident_id=incident.pk, body="The limit is too low", actor=tom)
    content = TaskContent(
        title="Raise the limit", assignee=people.commander, due_at=DUE, follow_up=True
    )
    _open(incident, tom, content, said.seq)
    item = ActionItem.objects.get()
    assert (item.title, item.owner, item.due_on) == (
        "Raise the limit",
        people.commander,
        date(2026, 11, 9),
    )
    assert item.source_url == f"{incident.get_absolute_url()}?message={said.seq}#m-{said.seq}"
    told = timeline.of_kind(incident.pk, "action_item.created")[0]
    assert told.text.startswith("took task 1 over as the action item “Raise the limit”, for Cara")
    assert told.cause == timeline.of_kind(incident.pk, "task.opened")[0]


def test_what_is_unfinished_at_the_end_is_taken_over_and_never_twice(
    incident: Incident, people: People, tom: Actor
) -> None:
    for title in ("done", "dropped", "left", "later kept"):
        _open(incident, tom, TaskContent(title=title))
    _end(incident, tom, 1, "done")
    _end(incident, tom, 2, "dropped")
    kept = TaskContent(follow_up=True)
    tasks.change(incident_id=incident.pk, number=4, content=kept, actor=tom)
    _tell()
    assert [item.title for item in ActionItem.objects.all()] == ["later kept"]
    _move(incident, people, "acknowledge", "resolve", "close", "reopen", "resolve")
    assert sorted(item.title for item in ActionItem.objects.all()) == ["later kept", "left"]
    assert ActionItem.objects.get(title="left").source_url


def test_it_takes_over_nothing_while_the_incident_is_open(
    incident: Incident, people: People, tom: Actor
) -> None:
    _open(incident, tom, TaskContent(title="Look"))
    lifecycle.move(incident_id=incident.pk, name="acknowledge", actor=tom)
    _tell()
    assert not ActionItem.objects.exists()


def test_an_action_item_ends_with_its_task_and_comes_back_with_it(
    incident: Incident, tom: Actor
) -> None:
    _open(incident, tom, TaskContent(title="Look", follow_up=True))
    states = []
    for state in ("done", "open", "dropped", "open"):
        _end(incident, tom, 1, state)
        states.append(ActionItem.objects.get().state)
    assert states == ["completed", "pending", "failed", "pending"]


def test_the_database_holds_one_item_of_each_task(incident: Incident, tom: Actor) -> None:
    _open(incident, tom, TaskContent(title="Look", follow_up=True))
    item = ActionItem.objects.get()
    item.pk = None
    with pytest.raises(IntegrityError, match="action_item_of_a_task_once"), transaction.atomic():
        item.save()


def test_an_item_leads_back_to_what_was_said(
    incident: Incident, people: People, tom: Actor, sign_in: Callable[[User], Client]
) -> None:
    _open(incident, tom, TaskContent(title="Look", follow_up=True))
    item = ActionItem.objects.get()
    client = sign_in(people.teammate)
    assert f'href="{item.source_url}"' in client.get("/action-items").content.decode()
    api = client.get(f"/api/action-items/{item.pk}").json()
    assert (api["task"], api["message"]) == (1, item.source_seq)


def _draft(incident: Incident, people: People) -> dict[str, str]:
    actor = Actor.of(people.commander)
    document = services.draft(incident_id=incident.pk, actor=actor)
    return {section.slug: section.body for section in document.in_order()}


@pytest.fixture
def said(incident: Incident, tom: Actor) -> Message:
    return chat.post(incident_id=incident.pk, body="The pool is full", actor=tom)


def test_what_is_pinned_is_a_key_event_as_it_reads_now(
    incident: Incident, people: People, tom: Actor, said: Message
) -> None:
    pins.pin(incident_id=incident.pk, seq=said.seq, actor=tom)
    chat.edit(message_id=said.pk, body="The *pool* was full", actor=tom)
    events = _draft(incident, people)["timeline"]
    assert rf"*Pinned* Tom Teammate said: The \*pool\* was full. [#{said.seq}]" in events
    assert "pinned what" not in events
    pins.unpin(incident_id=incident.pk, seq=said.seq, actor=tom)
    assert "pool" not in _draft(incident, people)["timeline"]


def test_decisions_are_told_with_what_came_in_their_place(
    incident: Incident, people: People, tom: Actor
) -> None:
    assert _draft(incident, people)["decisions"] == "No decision was put on record."
    for content in (
        DecisionContent(text="wait", decider=people.commander),
        DecisionContent(text="roll back", why="it fails", alternatives="fail over", supersedes=1),
    ):
        decisions.record(incident_id=incident.pk, content=content, actor=tom)
    first, second = _draft(incident, people)["decisions"].splitlines()
    assert "Cara Commander decided: wait. [#" in first
    assert "Replaced by decision 2 at" in first
    assert "Tom Teammate decided: roll back, because it fails. Also possible: fail over" in second


def test_hypotheses_stand_by_the_root_cause(incident: Incident, people: People, tom: Actor) -> None:
    for text in ("The disk", "The pool"):
        hypotheses.propose(incident_id=incident.pk, text=text, actor=tom)
    hypotheses.judge(
        incident_id=incident.pk, number=2, verdict="supported", evidence="20 of 20", actor=tom
    )
    cause = _draft(incident, people)["root_cause"]
    assert "Hypothesis “The disk”: nobody has judged it. [#" in cause
    assert "Hypothesis “The pool”: the evidence speaks for it. 20 of 20. [#" in cause


def test_an_older_document_gets_the_new_heading(incident: Incident, people: People) -> None:
    _draft(incident, people)
    Section.objects.filter(slug="decisions").delete()
    assert "decisions" in _draft(incident, people)
    assert PostMortem.objects.get().sections.filter(slug="decisions").count() == 1


def test_what_is_left_in_a_merged_incident_is_taken_over_with_the_other(
    declare: Declare, incident: Incident, people: People, tom: Actor
) -> None:
    other = declare("Payments fail")
    _open(other, tom, TaskContent(title="Look"))
    joining = merging.Joining(source_ids=[other.pk], target_id=incident.pk)
    merging.merge(joining=joining, actor=Actor.of(people.commander))
    _tell()
    assert not ActionItem.objects.exists()
    _move(incident, people, "acknowledge", "resolve")
    assert ActionItem.objects.get().incident == other
    _end(other, tom, 1, "done")
    assert ActionItem.objects.get().state == "completed"
