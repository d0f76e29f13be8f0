"""Messages and the timeline over the REST API."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.conftest import People
from tests.warroom.samples import picture, sent
from warroom.services import chat


@pytest.fixture
def client_with(key: Callable[..., str]) -> Callable[..., Client]:
    return lambda *scopes: Client(headers={"Authorization": f"Bearer {key(*scopes)}"})


def test_it_pages_through_all_that_was_said(
    client_with: Callable[..., Client], people: People, incident: Incident
) -> None:
    for number in range(5):
        chat.post(incident_id=incident.pk, body=f"{number}", actor=Actor.of(people.teammate))
    client = client_with("read")
    address, said = f"/api/incidents/{incident.pk}/messages?limit=2", []
    while address:
        page = client.get(address).json()
        said += [message["body"] for message in page["results"]]
        address = page["next"]
    assert said == list("01234")


def test_it_posts_once_and_edits_its_own(
    client_with: Callable[..., Client], incident: Incident
) -> None:
    client = client_with("read", "incidents")
    messages = f"/api/incidents/{incident.reference}/messages"
    body = {"body": "From CI", "client_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}
    first = client.post(messages, body, content_type="application/json")
    again = client.post(messages, body, content_type="application/json")
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    changed = client.patch(
        f"{messages}/{first.json()['id']}", {"body": "*Edited*"}, content_type="application/json"
    )
    assert "<em>Edited</em>" in changed.json()["html"]
    other = client_with("incidents").patch(
        f"{messages}/{first.json()['id']}", {"body": "Not mine"}, content_type="application/json"
    )
    assert other.status_code == 403


def test_it_adds_lists_sends_and_removes_files(
    client_with: Callable[..., Client], incident: Incident
) -> None:
    client = client_with("read", "incidents")
    address = f"/api/incidents/{incident.reference}/files"
    added = client.post(address, {"file": sent(picture(), "cpu.png"), "text": "CPU of db-1"})
    assert added.status_code == 201
    made = added.json()
    assert (made["media_type"], made["width"], made["uploaded_by"]) == ("image/png", 900, "probe")
    again = {"file": sent(), "client_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}
    alone = [client.post(address, {**again, "file": sent()}).json() for _ in range(2)]
    assert alone[0] == alone[1]
    assert [row["id"] for row in client.get(address).json()["results"]] == [
        alone[0]["id"],
        made["id"],
    ]
    one = f"{address}/{made['id']}"
    assert client.get(f"{one}/content").content == picture()
    assert client.delete(one).json()["removed_at"]
    assert client.get(f"{one}/content").status_code == 404
    assert len(client.get(address).json()["results"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({}, 422, "No file was submitted"),
        ({"file": sent(b"")}, 422, "empty"),
        ({"file": sent(b"MZ\x90\x00", "a.exe")}, 422, "cannot be attached"),
        ({"file": sent(b"x" * (11 << 20))}, 413, "larger than 10 MB"),
        ({"file": sent(), "text": "a\0b"}, 422, "ull"),
        ({"file": sent(), "text": "/note x"}, 422, "command"),
        ({"file": sent(), "txt": "x"}, 422, "Did you mean text?"),
    ],
)
def test_it_says_why_it_takes_no_file(
    client_with: Callable[..., Client],
    incident: Incident,
    body: dict[str, object],
    status: int,
    told: str,
) -> None:
    client = client_with("incidents")
    answer = client.post(f"/api/incidents/{incident.reference}/files", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert told in answer.json()["detail"]
    json = client.post(
        f"/api/incidents/{incident.reference}/files", "{}", content_type="application/json"
    )
    assert json.status_code == 415


def test_it_tells_every_fact_after_a_seq(
    client_with: Callable[..., Client], people: People, incident: Incident
) -> None:
    for number in range(3):
        chat.post(incident_id=incident.pk, body=f"{number}", actor=Actor.of(people.teammate))
    client = client_with("read")
    facts = client.get(f"/api/incidents/{incident.reference}/timeline?after=2&limit=2").json()
    assert [fact["seq"] for fact in facts["results"]] == [3, 4]
    rest = client.get(facts["next"]).json()
    assert [(fact["seq"], fact["text"]) for fact in rest["results"]] == [(5, "said: 2")]
