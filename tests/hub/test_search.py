"""Finding incidents by what was written in their course."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from incidents.access import Principal
from incidents.engine import deliveries
from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, SearchText, User
from incidents.pipeline import lifecycle
from incidents.reactions import search as indexing
from incidents.selectors.searching import search
from tests.conftest import Declare, People
from warroom.services import chat

SignIn = Callable[[User], Client]


def settle() -> None:
    """Let the reactions hear of everything, as the engine does."""
    while deliveries.work():
        pass


@pytest.fixture
def ana(people: People) -> Actor:
    return Actor.of(people.commander)


@pytest.fixture
def outage(declare: Declare, ana: Actor) -> Incident:
    incident = declare("Checkout answers with errors")
    text = "The connection pool of pgbouncer-1.prod is exhausted"
    chat.post(incident_id=incident.pk, body=text, actor=ana)
    lifecycle.note(incident_id=incident.pk, text="We rolled back release 4411", actor=ana)
    declare("Search is slow")
    settle()
    return incident


def found(text: str) -> list[int]:
    return [each.incident.pk for each in search(Incident.objects.all(), text, limit=8)]


@pytest.mark.parametrize(
    "text",
    [
        *("checkout errors", "CHECKOUT", "error", "exhausted pool", "pgbouncer", "pgbou"),
        *('"connection pool"', "rolling back 4411", "prod", "pool -kafka", "kafka or pgbouncer"),
        *("pgbouncer-1.prod", "INC-{pk}", "{pk}", "checkout answers wi"),
    ],
)
def test_it_finds_an_incident_by(outage: Incident, text: str) -> None:
    assert found(text.format(pk=outage.pk)) == [outage.pk]


@pytest.mark.parametrize(
    "text",
    ["kafka", "pool -pgbouncer", '"pool connection"', "", "-", "'", '"', "& | !", "\0", "of"],
)
def test_it_finds_nothing_by(outage: Incident, text: str) -> None:
    assert found(text) == []


def test_it_shows_where_the_words_are(outage: Incident) -> None:
    said = search(Incident.objects.all(), "pgbounc", limit=8)[0]
    message = outage.facts.get(kind="chat.posted")
    assert said.url == f"{outage.get_absolute_url()}?message={message.seq}#m-{message.seq}"
    assert (said.author, said.snippet) == (
        "Cara Commander",
        "The connection pool of pgbouncer-1.prod is exhausted",
    )
    noted = search(Incident.objects.all(), "release", limit=8)[0]
    assert [part.text for part in noted.parts if part.hit] == ["release"]
    assert "tab=timeline#t-" in noted.url


def test_a_title_counts_more_than_a_message(outage: Incident, declare: Declare, ana: Actor) -> None:
    other = declare("Search is slow again")
    chat.post(incident_id=other.pk, body="Is it as when checkout failed?", actor=ana)
    settle()
    assert found("checkout") == [outage.pk, other.pk]


def test_an_edited_message_is_found_by_its_new_words_alone(outage: Incident, ana: Actor) -> None:
    message = outage.messages.get()
    chat.edit(message_id=message.pk, body="The disk is full", actor=ana)
    settle()
    assert (found("disk"), found("pgbouncer")) == ([outage.pk], [])


def test_a_deleted_message_is_found_no_more(outage: Incident, people: People) -> None:
    message = outage.messages.get()
    chat.delete(message_id=message.pk, principal=Principal(user=people.commander))
    settle()
    assert found("pgbouncer") == []
    assert not SearchText.objects.filter(body__contains="pgbouncer").exists()


def test_what_is_handled_late_does_not_undo_what_came_after(outage: Incident, ana: Actor) -> None:
    message = outage.messages.get()
    chat.edit(message_id=message.pk, body="The disk is full", actor=ana)
    for fact in Fact.objects.filter(kind__startswith="chat.").order_by("-seq"):
        indexing.index_fact(fact)
    assert (found("disk"), found("pgbouncer")) == ([outage.pk], [])


def test_a_new_title_takes_the_place_of_the_old_one(outage: Incident, ana: Actor) -> None:
    lifecycle.edit(incident_id=outage.pk, changes={"title": "Payments fail"}, actor=ana)
    settle()
    assert (found("payments"), found("answers")) == ([outage.pk], [])


def test_an_incident_is_found_by_its_alerts(outage: Incident) -> None:
    body = facts.AlertAttached(alert_id=7, title="DiskFillsUp on db-3", severity="P1")
    bus.emit(outage, body, actor=Actor.system())
    settle()
    assert found("db-3") == [outage.pk]


def test_one_that_is_new_is_found_before_it_is_indexed(declare: Declare) -> None:
    incident = declare("Certificate expired")
    assert not SearchText.objects.exists()
    assert found("certif") == [incident.pk]


def test_the_palette_and_the_list_find_by_what_was_said(
    outage: Incident, people: People, sign_in: SignIn
) -> None:
    browser = sign_in(people.observer)
    result = browser.get("/search.json", {"q": "pgbouncer"}).json()["results"][0]
    assert (result["reference"], result["author"]) == (outage.reference, "Cara Commander")
    assert [text for text, hit in result["snippet"] if hit]
    listed = browser.get("/incidents", {"q": "pgbouncer"})
    assert [row.pk for row in listed.context["incidents"]] == [outage.pk]


def test_the_api_finds_by_what_was_said(outage: Incident, people: People, sign_in: SignIn) -> None:
    answer = sign_in(people.observer).get("/api/search", {"q": "exhausted"}).json()
    assert answer["results"][0]["reference"] == outage.reference
    assert {"text": "exhausted", "hit": True} in answer["results"][0]["parts"]


def test_the_words_are_looked_up_in_an_index(outage: Incident) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        query = "SELECT 1 FROM incidents_searchtext WHERE words @@ websearch_to_tsquery('pool')"
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "search_text_words" in plan
