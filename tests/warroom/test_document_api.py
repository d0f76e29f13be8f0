"""The shared document over the API, and by the command in the chat."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.models import Fact, Incident
from tests.conftest import People
from warroom.services import saying

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(key: Callable[..., str]) -> Client:
    return Client(headers={"authorization": f"Bearer {key('read', 'incidents')}"})


def _at(incident: Incident, more: str = "") -> str:
    return f"/api/incidents/{incident.reference}/document{more}"


def test_it_is_empty_before_anybody_writes(program: Client, incident: Incident) -> None:
    answer = program.get(_at(incident)).json()
    assert (answer["text"], answer["revision"], answer["edited_at"]) == ("", 0, None)
    assert program.get(_at(incident, "/versions")).json()["results"] == []
    assert program.get(_at(incident, "s")).json() == {"results": [], "next": None}


def test_a_program_writes_and_reads_it(program: Client, incident: Incident) -> None:
    answer = program.put(_at(incident), {"text": "# Pool\n"}, content_type="application/json")
    assert answer.status_code == 200
    assert (answer.json()["text"], answer.json()["revision"]) == ("# Pool\n", 1)
    assert program.get(_at(incident, "s")).json()["results"] == [answer.json()]
    text = program.get(_at(incident, "/markdown"))
    assert (text.content, text["content-type"]) == (b"# Pool\n", "text/markdown; charset=utf-8")


def test_a_writer_who_has_not_seen_the_newest_is_told(program: Client, incident: Incident) -> None:
    for text in ("one", "two"):
        program.put(_at(incident), {"text": text}, content_type="application/json")
    late = {"text": "mine", "based_on": 1}
    answer = program.put(_at(incident), late, content_type="application/json")
    assert answer.status_code == 409
    assert program.get(_at(incident)).json()["text"] == "two"


def test_versions_are_listed_read_and_brought_back(program: Client, incident: Incident) -> None:
    for text in ("one", "two"):
        program.put(_at(incident), {"text": text}, content_type="application/json")
    listed = program.get(_at(incident, "/versions")).json()["results"]
    assert [row["number"] for row in listed] == [2, 1]
    assert listed[0]["editors"] == ["probe"]
    assert program.get(_at(incident, "/versions/1")).json()["text"] == "one"
    assert program.post(_at(incident, "/versions/1/restore")).status_code == 201
    assert program.get(_at(incident)).json()["text"] == "one"
    assert program.get(_at(incident, "/versions/9")).status_code == 404


def test_the_command_adds_a_line_and_says_where(people: People, incident: Incident) -> None:
    tom = Principal(user=people.teammate)
    said = saying.say(principal=tom, incident=incident, text="/doc pool is full")
    assert said.reply == "Added to the shared document under “From the room”."
    assert Fact.objects.filter(kind="document.saved").count() == 1
    where = saying.say(principal=tom, incident=incident, text="/doc")
    assert f"/incidents/{incident.reference}?tab=document" in where.reply
