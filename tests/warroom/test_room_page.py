"""The page of the room and its forms, with and without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.kernel.actor import Actor
from incidents.models import Change, Fact, Incident, Integration, Service, User
from incidents.pipeline import lifecycle, stages
from tests.conftest import Declare, People
from warroom.models import Message, MessageRevision
from warroom.services import chat

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def _talk(incident: Incident, user: User, count: int) -> None:
    for number in range(count):
        chat.post(incident_id=incident.pk, body=f"message {number}", actor=Actor.of(user))


def test_it_shows_what_is_broken_who_is_on_it_and_what_was_said(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    _talk(incident, people.teammate, 3)
    page = sign_in(people.commander).get(f"/incidents/{incident.reference}").content.decode()
    assert "Checkout is down" in page
    assert "message 2" in page
    assert f'data-last-seq="{incident.last_seq + 3}"' in page
    assert 'value="acknowledge"' in page


def test_it_asks_the_database_a_fixed_number_of_times(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    _talk(incident, people.teammate, 60)
    stages.load_stages()
    for user in (people.teammate, people.commander):
        lifecycle.assign(
            incident_id=incident.pk, role="responder", user=user, actor=Actor.of(people.admin)
        )
    client = sign_in(people.commander)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(f"/incidents/{incident.reference}").status_code == 200
    asked = [query["sql"].split("FROM")[-1][:60] for query in queries]
    assert len(queries) <= 38, asked


def test_it_pages_back_through_the_log(
    sign_in: SignIn, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.views.room.LOG_PAGE", 10)
    monkeypatch.setattr("warroom.views.room.EARLIER_PAGE", 20)
    _talk(incident, people.teammate, 40)
    client = sign_in(people.teammate)
    page = client.get(f"/incidents/{incident.reference}")
    assert (page.context["items"][0].seq, page.context["more_before"]) == (33, 33)
    earlier = client.get(f"/incidents/{incident.reference}/items?before=33", headers=HTMX)
    assert [item.seq for item in earlier.context["items"]] == list(range(13, 33))
    assert "items?before=13" in earlier.content.decode()
    plain = client.get(f"/incidents/{incident.reference}/items?before=33")
    assert plain.headers["Location"].endswith("?before=33")


def test_it_takes_messages_and_commands_from_a_plain_form(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    client = sign_in(people.commander)
    say = f"/incidents/{incident.reference}/messages"
    assert client.post(say, {"text": "Looking"}).status_code == 302
    assert client.post(say, {"text": "/status investigating"}).status_code == 302
    assert client.post(say, {"text": "/severity P9"}).status_code == 422
    incident.refresh_from_db()
    assert incident.state == "investigating"
    assert [message.body for message in Message.objects.all()] == ["Looking"]


def test_it_answers_htmx_with_the_head_as_it_is_now(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    client = sign_in(people.commander)
    for name, fields in (
        ("move", {"name": "acknowledge"}),
        ("severity", {"severity": "P0", "reason": "more regions"}),
        ("assign", {"role": "scribe", "handle": "tom"}),
        ("edit", {"title": "Checkout and search are down", "service": ""}),
        ("note", {"text": "Rolled back"}),
    ):
        answer = client.post(f"/incidents/{incident.reference}/{name}", fields, headers=HTMX)
        assert answer.status_code == 200, name
        assert 'id="head"' in answer.content.decode()
    incident.refresh_from_db()
    assert (incident.state, incident.severity.code) == ("acknowledged", "P0")
    assert incident.title == "Checkout and search are down"
    assert Fact.objects.filter(incident=incident).count() == 7


def test_it_marks_a_false_alarm_and_takes_it_back(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    client = sign_in(people.teammate)
    for value, expected in (("yes", True), ("no", False)):
        client.post(f"/incidents/{incident.reference}/edit", {"false_positive": value})
        incident.refresh_from_db()
        assert incident.false_positive is expected


def test_it_keeps_how_a_message_read_before(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    _talk(incident, people.teammate, 1)
    address = f"/incidents/{incident.reference}/messages/3"
    assert sign_in(people.commander).post(address, {"text": "No"}).status_code == 403
    assert sign_in(people.teammate).post(address, {"text": "Better"}).status_code == 302
    assert Message.objects.get().body == "Better"
    assert MessageRevision.objects.get().body == "message 0"
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert "Better" in page
    assert "edited" in page


@pytest.mark.parametrize("action", ["move", "severity", "assign", "edit", "note", "messages"])
def test_it_lets_an_observer_change_nothing(
    sign_in: SignIn, people: People, incident: Incident, action: str
) -> None:
    fields = {"name": "acknowledge", "severity": "P0", "role": "scribe", "handle": "tom"}
    answer = sign_in(people.observer).post(
        f"/incidents/{incident.reference}/{action}", {**fields, "text": "x", "title": "x"}
    )
    assert answer.status_code == 403
    assert Fact.objects.filter(incident=incident).count() == 2


def test_it_keeps_the_end_of_an_incident_for_commanders(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    client = sign_in(people.teammate)
    assert 'value="resolve"' not in client.get(f"/incidents/{incident.reference}").content.decode()
    move = f"/incidents/{incident.reference}/move"
    assert client.post(move, {"name": "resolve"}).status_code == 403
    assert sign_in(people.commander).post(move, {"name": "resolve"}).status_code == 302


def test_it_hides_a_private_room(sign_in: SignIn, people: People, declare: Declare) -> None:
    secret = declare(private=True, by=people.commander)
    for part in ("", "/head", "/rail", "/items"):
        address = f"/incidents/{secret.reference}{part}"
        assert sign_in(people.stranger).get(address).status_code == 404


@pytest.mark.parametrize("tab", ["overview", "timeline", "alerts", "runbooks", "no-such-tab"])
def test_it_draws_one_tab_alone_for_htmx(
    sign_in: SignIn, people: People, incident: Incident, tab: str
) -> None:
    headers = {**HTMX, "HX-Target": "tab"}
    answer = sign_in(people.observer).get(
        f"/incidents/{incident.reference}?tab={tab}", headers=headers
    )
    assert answer.content.decode().strip().startswith('<div id="tab">')


def test_it_shows_what_was_changed_before_it_broke(
    sign_in: SignIn, people: People, incident: Incident, integration: Integration, service: Service
) -> None:
    told = {"integration": integration, "received_at": incident.began_at}
    for summary, hours, of in (("4.2", 1, service), ("3.9", 30, None), ("other", 2, _other())):
        at = incident.began_at - timedelta(hours=hours)
        Change.objects.create(summary=f"Deployed {summary}", at=at, service=of, **told)
    Incident.objects.filter(pk=incident.pk).update(service=service)
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert "Deployed 4.2" in page
    assert "Deployed 3.9" not in page
    assert "Deployed other" not in page


def _other() -> Service:
    return Service.objects.create(slug="search", name="Search")
