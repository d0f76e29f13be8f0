"""What is to be done in a room: written down, changed, ended, remembered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from incidents.access import Principal
from incidents.engine import module
from incidents.events import timeline
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Fact, Incident, User
from tests.conftest import Declare, FrozenClock, People
from warroom.models import Task
from warroom.services import chat, saying, tasks
from warroom.services.tasks import TaskContent

Sign = Callable[[User], Client]


@pytest.fixture
def tom(people: People) -> Actor:
    return Actor.of(people.teammate)


def _open(incident: Incident, actor: Actor, title: str = "Check", **content: Any) -> Task:
    given = TaskContent(title=title, **content)
    return tasks.open_task(incident_id=incident.pk, content=given, actor=actor)


def _last(incident: Incident) -> Fact:
    return timeline.latest(incident.pk, 1)[0]


def _kinds(incident: Incident) -> list[str]:
    return [f.kind for f in timeline.since(incident.pk) if f.kind.startswith("task.")]


def test_it_numbers_tasks_and_tells_whose_they_are(
    incident: Incident, people: People, tom: Actor
) -> None:
    _open(incident, tom)
    _open(incident, tom, "Check the\n replicas", assignee=people.commander)
    fact = _last(incident)
    assert fact.text == "opened task 2 “Check the replicas” for Cara Commander"
    assert fact.body.calls() == ("cara",)


def test_it_tells_what_changed_from_what_to_what(
    incident: Incident, people: People, tom: Actor, frozen: FrozenClock
) -> None:
    _open(incident, tom, assignee=people.teammate)
    content = TaskContent(assignee=people.commander, due_at=clock.now() + timedelta(minutes=20))
    tasks.change(incident_id=incident.pk, number=1, content=content, actor=tom)
    fact = _last(incident)
    told = "due 3 Nov 03:30 UTC, assignee Cara Commander (was Tom Teammate)"
    assert fact.text == f"changed task 1 “Check”: {told}"
    assert fact.body.calls() == ("cara",)


def test_it_says_nothing_where_nothing_changed(incident: Incident, tom: Actor) -> None:
    _open(incident, tom)
    before = _last(incident).seq
    tasks.change(incident_id=incident.pk, number=1, content=TaskContent(title="Check"), actor=tom)
    tasks.set_state(incident_id=incident.pk, number=1, state="open", actor=tom)
    tasks.move(incident_id=incident.pk, number=1, up=True, actor=tom)
    assert _last(incident).seq == before


def test_it_is_taken_by_whoever_begins_it(incident: Incident, people: People, tom: Actor) -> None:
    _open(incident, tom)
    task = tasks.set_state(incident_id=incident.pk, number=1, state="doing", actor=tom)
    assert task.assignee == people.teammate
    assert _last(incident).data["changes"]["state"] == ["Open", "Doing"]


def test_it_ends_and_comes_back(incident: Incident, tom: Actor) -> None:
    _open(incident, tom)
    common: dict[str, Any] = {"incident_id": incident.pk, "number": 1, "actor": tom}
    tasks.set_state(state="done", **common)
    with pytest.raises(Conflict, match=r"done already\. Reopen"):
        tasks.set_state(state="dropped", reason="no", **common)
    tasks.set_state(state="open", **common)
    with pytest.raises(Invalid, match="not dropped without a reason"):
        tasks.set_state(state="dropped", reason=" ", **common)
    dropped = tasks.set_state(state="dropped", reason="It was the cache", **common)
    assert (dropped.reason, dropped.has_ended) == ("It was the cache", True)
    assert _kinds(incident) == ["task.opened", "task.done", "task.reopened", "task.dropped"]


@pytest.mark.parametrize("role", ["observer", "stranger"])
def test_it_goes_to_nobody_who_may_not_do_it(
    declare: Declare, people: People, tom: Actor, role: str
) -> None:
    """Whoever only reads, and whoever may not know of the incident."""
    hidden = declare(private=role == "stranger")
    with pytest.raises(Invalid, match="may not do tasks here"):
        _open(hidden, tom, assignee=getattr(people, role))


def test_it_is_refused_where_there_is_no_such_thing(incident: Incident, tom: Actor) -> None:
    with pytest.raises(Invalid, match="needs a title"):
        _open(incident, tom, " ")
    with pytest.raises(NotFound, match="has no task 7"):
        tasks.set_state(incident_id=incident.pk, number=7, state="done", actor=tom)
    content = TaskContent(title="Check")
    with pytest.raises(Invalid, match="no such message"):
        tasks.open_task(incident_id=incident.pk, content=content, actor=tom, said_seq=99)


def test_the_database_holds_each_number_once(incident: Incident, tom: Actor) -> None:
    task = _open(incident, tom)
    task.pk = None
    with pytest.raises(IntegrityError, match="task_number_once"), transaction.atomic():
        task.save()


def test_it_is_put_in_order(incident: Incident, tom: Actor) -> None:
    for title in "abc":
        _open(incident, tom, title)
    tasks.set_state(incident_id=incident.pk, number=2, state="done", actor=tom)
    tasks.move(incident_id=incident.pk, number=3, up=True, actor=tom)
    order = Task.objects.filter(incident=incident).order_by("position")
    assert [task.title for task in order] == ["c", "b", "a"]
    assert _last(incident).text == "changed task 3 “c”: place above task 1"


def test_it_reminds_once_before_it_is_due(
    incident: Incident, people: People, tom: Actor, frozen: FrozenClock
) -> None:
    due = clock.now() + timedelta(minutes=30)
    _open(incident, tom, assignee=people.commander, due_at=due, remind_minutes=10)
    frozen.fast_forward(minutes=19)
    assert tasks.remind() == 0
    frozen.fast_forward(minutes=1)
    assert (tasks.remind(), tasks.remind()) == (1, 0)
    tasks.set_state(incident_id=incident.pk, number=1, state="doing", actor=tom)
    frozen.fast_forward(minutes=20)
    assert tasks.remind() == 0
    [fact] = timeline.of_kind(incident.pk, "task.due")
    assert fact.text == "reminded Cara Commander of task 1 “Check”, due 3 Nov 03:40 UTC"
    assert fact.body.calls() == ("cara",)


def test_it_reminds_of_nothing_that_has_ended(
    incident: Incident, tom: Actor, frozen: FrozenClock
) -> None:
    _open(incident, tom, due_at=clock.now() + timedelta(minutes=5))
    tasks.set_state(incident_id=incident.pk, number=1, state="done", actor=tom)
    frozen.fast_forward(minutes=6)
    assert tasks.remind() == 0


def test_it_reminds_anew_when_it_is_put_off(
    incident: Incident, tom: Actor, frozen: FrozenClock
) -> None:
    _open(incident, tom, due_at=clock.now() + timedelta(minutes=5))
    frozen.fast_forward(minutes=6)
    assert tasks.remind() == 1
    later = TaskContent(due_at=clock.now() + timedelta(minutes=5))
    tasks.change(incident_id=incident.pk, number=1, content=later, actor=tom)
    frozen.fast_forward(minutes=6)
    assert tasks.remind() == 1


def test_the_engine_reminds() -> None:
    assert tasks.remind in [added.work for added in module.ADDED]


def _say(user: User, incident: Incident, text: str) -> None:
    saying.say(principal=Principal(user=user), incident=incident, text=text)


@pytest.mark.parametrize("name", ["task", "todo"])
def test_it_is_typed(incident: Incident, people: People, frozen: FrozenClock, name: str) -> None:
    _say(people.teammate, incident, f"/{name} check the replicas @cara in 30m")
    task = Task.objects.get()
    assert (task.title, task.assignee) == ("check the replicas", people.commander)
    assert task.due_at == clock.now() + timedelta(minutes=30)
    _say(people.teammate, incident, f"/{name} done 1")
    _say(people.teammate, incident, f"/{name} reopen 1")
    _say(people.teammate, incident, f"/{name} drop 1 it was the cache")
    task.refresh_from_db()
    assert (task.state, task.reason) == ("dropped", "it was the cache")


def test_it_is_due_by_the_clock_of_who_types(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    """At 03:10 UTC it is 04:10 in Berlin: four o'clock comes tomorrow, five today."""
    people.teammate.time_zone = "Europe/Berlin"
    people.teammate.save()
    _say(people.teammate, incident, "/task look by 5:00")
    _say(people.teammate, incident, "/task look by 04:00")
    due = [task.due_at - clock.now() for task in Task.objects.order_by("number") if task.due_at]
    assert due == [timedelta(minutes=50), timedelta(hours=23, minutes=50)]


def test_it_is_made_from_a_message_by_a_form(
    incident: Incident, people: People, tom: Actor, sign_in: Sign
) -> None:
    said = chat.post(incident_id=incident.pk, body="> Roll **back** 4411\n\nnow", actor=tom)
    client, address = sign_in(people.teammate), f"/incidents/{incident.reference}/tasks"
    page = client.get(f"{address}?said={said.seq}").content.decode()
    assert 'value="Roll **back** 4411"' in page
    fields = {"title": "Roll back 4411", "said_seq": said.seq, "assignee": "tom"}
    assert client.post(f"{address}/add", fields).status_code == 302
    shown = client.get(address).content.decode()
    assert f"{incident.get_absolute_url()}?message={said.seq}#m-{said.seq}" in shown
    assert Task.objects.get().said_seq == said.seq


def test_it_says_what_is_wrong_beside_the_form(
    incident: Incident, people: People, sign_in: Sign
) -> None:
    client = sign_in(people.teammate)
    answer = client.post(f"/incidents/{incident.pk}/tasks/add", {"title": ""})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    tasks.open_task(
        incident_id=incident.pk,
        content=TaskContent(title="Look"),
        actor=Actor.of(people.teammate),
    )
    answer = client.post(f"/incidents/{incident.pk}/tasks/1", {"title": "x" * 301})
    assert answer.status_code == 422


def test_everybody_sees_how_many_are_open(
    incident: Incident, people: People, tom: Actor, sign_in: Sign
) -> None:
    for title in "ab":
        _open(incident, tom, title)
    client = sign_in(people.observer)
    page = client.get(incident.get_absolute_url()).content.decode()
    assert '<span class="n" id="n-tasks">2</span>' in page
    head = client.get(f"{incident.get_absolute_url()}/head", headers={"HX-Request": "true"})
    assert 'data-open-tasks="2"' in head.content.decode()


def test_a_form_ends_it_and_leads_back(
    incident: Incident, people: People, tom: Actor, sign_in: Sign
) -> None:
    _open(incident, tom, assignee=people.teammate)
    client = sign_in(people.teammate)
    address = f"/incidents/{incident.reference}/tasks/1/state"
    answer = client.post(address, {"state": "done", "next": "/tasks"})
    assert answer["Location"] == "/tasks"
    away = client.post(address, {"state": "open", "next": "https://elsewhere.example/"})
    assert away["Location"] == f"{incident.get_absolute_url()}?tab=tasks"


def test_my_tasks_show_what_is_late_first(
    declare: Declare, people: People, tom: Actor, sign_in: Sign, frozen: FrozenClock
) -> None:
    first, second = declare("One"), declare("Two")
    hour = clock.now() + timedelta(hours=1)
    _open(first, tom, "Whenever", assignee=people.teammate)
    _open(first, tom, "Soon", assignee=people.teammate, due_at=hour + timedelta(hours=3))
    _open(second, tom, "Late", assignee=people.teammate, due_at=hour)
    _open(second, tom, "Not mine", assignee=people.commander)
    frozen.fast_forward(hours=2)
    page = sign_in(people.teammate).get("/tasks").content.decode()
    assert page.index("Late") < page.index("Soon")
    assert page.index("Soon") < page.index("Whenever")
    assert "1 overdue" in page
    assert "Not mine" not in page
    assert "Not mine" in sign_in(people.teammate).get("/tasks?who=all").content.decode()


def test_my_tasks_hide_what_is_private(declare: Declare, people: People, sign_in: Sign) -> None:
    hidden = declare("Hidden", by=people.commander, private=True)
    _open(hidden, Actor.of(people.commander), "Secret", assignee=people.commander)
    assert "Secret" in sign_in(people.commander).get("/tasks?who=all").content.decode()
    assert "Secret" not in sign_in(people.admin).get("/tasks?who=all").content.decode()


def _api(key: Callable[..., str], *scopes: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key(*scopes)}"})


def test_programs_write_tasks_down_and_change_them(
    incident: Incident, people: People, key: Callable[..., str]
) -> None:
    client, address = _api(key, "read", "incidents"), f"/api/incidents/{incident.pk}/tasks"
    body = {"title": "Check", "assignee": "tom", "due_at": "2026-11-03T05:00:00Z"}
    headers = {"Idempotency-Key": "once"}
    for _ in range(2):
        made = client.post(address, body, content_type="application/json", headers=headers)
    assert (made.status_code, made.json()["number"], made.json()["assignee"]) == (201, 1, "tom")
    change = {"assignee": None, "state": "dropped"}
    refused = client.patch(f"{address}/1", change, content_type="application/json")
    assert refused.status_code == 422
    assert Task.objects.get().assignee == people.teammate
    client.patch(f"{address}/1", {**change, "reason": "x"}, content_type="application/json")
    assert client.get(f"{address}/1").json()["state"] == "dropped"
    assert client.get(f"{address}?state=unfinished").json()["results"] == []
    assert len(client.get("/api/tasks").json()["results"]) == 1


def test_whoever_gets_a_task_is_told_and_its_words_are_found(
    incident: Incident, people: People, tom: Actor
) -> None:
    _open(incident, tom, "Check the replicas", assignee=people.commander)
    body = _last(incident).body
    assert body.to_you() == "gives you task 1 “Check the replicas”"
    assert body.found_by() == "Check the replicas"
    tasks.set_state(incident_id=incident.pk, number=1, state="done", actor=tom)
    assert _last(incident).body.found_by() == ""
