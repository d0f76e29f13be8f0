"""Messages and the timeline over the REST API."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.conftest import People
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
