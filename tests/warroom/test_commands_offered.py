"""What is offered while a command is typed, and the same commands over the API."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.commands import running
from incidents.models import ApiKey, Fact, Incident, User
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


@pytest.fixture
def completed(incident: Incident, people: People) -> Callable[..., list[str]]:
    def completed(text: str, *, by: User | None = None) -> list[str]:
        principal = Principal(user=by or people.commander)
        found = running.complete(principal=principal, incident=incident, text=text)
        return [choice.value for choice in found.choices]

    return completed


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("/severity ", ["P0", "P1", "P2", "P3"]),
        ("/sev p1", ["P1"]),
        ("/severity crit", ["P0"]),
        ("/severity P1 ", []),
        ("/severity P1 because", []),
        ("/status ", ["acknowledged", "investigating", "resolved"]),
        ("/status inv", ["investigating"]),
        ("/page @to", ["@tom"]),
        ("/page Team", ["@tom"]),
        ("/assign @tom com", ["commander", "communications"]),
        ("/nothing ", []),
        ("hello @to", []),
    ],
)
def test_it_completes_what_fits_where_the_text_ends(
    completed: Callable[..., list[str]], text: str, choices: list[str]
) -> None:
    assert completed(text) == choices


def test_it_offers_only_moves_one_may_make(
    completed: Callable[..., list[str]], people: People
) -> None:
    assert completed("/status ", by=people.teammate) == ["acknowledged", "investigating"]
    assert completed("/severity ", by=people.teammate) == []


def test_it_offers_nobody_who_may_not_see_a_private_incident(
    declare: Declare, people: People
) -> None:
    secret = declare("A breach", private=True, by=people.commander)
    principal = Principal(user=people.commander)
    found = running.complete(principal=principal, incident=secret, text="/page ")
    assert [choice.value for choice in found.choices] == ["@cara"]


def test_each_command_says_why_one_may_not_use_it(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    address = f"/incidents/{incident.reference}/commands"
    found = sign_in(people.teammate).get(address).json()["commands"]
    why = {offer["name"]: offer["why"] for offer in found}
    assert why["severity"] == why["sev"] == "Only a commander may do that."
    assert why["note"] == ""
    stands = {offer["name"]: offer["stands_for"] for offer in found}
    assert stands["ack"] == "/status acknowledged"


def test_the_composer_asks_for_choices_and_a_preview(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    cara, base = sign_in(people.commander), f"/incidents/{incident.reference}/commands"
    found = cara.get(f"{base}/complete", {"text": "/sev p0"}).json()
    assert found["argument"] == "severity"
    assert found["choices"] == [{"value": "P0", "label": "Critical", "detail": ""}]
    seen = cara.get(f"{base}/preview", {"text": "/sev P0"}).json()
    assert seen == {"says": "Raises the severity from P1 to P0.", "possible": True}


def test_the_api_runs_a_command_once(sign_in: SignIn, people: People, incident: Incident) -> None:
    cara, base = sign_in(people.commander), f"/api/incidents/{incident.reference}/commands"
    body = {"text": "note from a program", "client_id": str(uuid.uuid4())}
    first = cara.post(base, body, "application/json")
    again = cara.post(base, body, "application/json")
    assert (first.status_code, first.json()) == (200, again.json())
    assert Fact.objects.filter(kind="incident.noted").count() == 1
    assert cara.post(base, {"text": "/nothing"}, "application/json").status_code == 422
    tom = sign_in(people.teammate)
    assert tom.post(base, {"text": "/sev P0"}, "application/json").status_code == 403


def test_the_api_previews_and_lists_them(db: None, client: Client, incident: Incident) -> None:
    _, token = ApiKey.issue("A program", ["read", "incidents"])
    headers = {"Authorization": f"Bearer {token}"}
    base = f"/api/incidents/{incident.reference}/commands"
    seen = client.post(
        f"{base}/preview", {"text": "/ack"}, "application/json", headers=headers
    ).json()
    assert seen == {"says": "Moves it from Detected to Acknowledged.", "possible": True}
    names = [row["name"] for row in client.get(base, headers=headers).json()["commands"]]
    assert {"severity", "status", "page", "escalate", "run", "statuspage", "help"} <= set(names)
