"""The shared document on pages, as it works without a script."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from tests.conftest import People
from warroom.models import Document, DocumentVersion
from warroom.selectors import document as reading
from warroom.services import document

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def _at(incident: Incident, more: str = "") -> str:
    return f"/incidents/{incident.reference}/document{more}"


def _write(incident: Incident, user: User, text: str) -> int:
    actor = Actor.of(user)
    return document.replace(incident_id=incident.pk, text=text, actor=actor).n


@pytest.fixture
def tom(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.teammate)


def test_it_shows_the_text_rendered(tom: Client, people: People, incident: Incident) -> None:
    _write(incident, people.commander, "## Known\n\n**Pool** is full <script>alert(1)</script>")
    page = tom.get(_at(incident)).content.decode()
    assert "<h2>Known</h2>" in page
    assert "<strong>Pool</strong>" in page
    assert "<script>alert" not in page


def test_a_part_for_the_room_a_page_for_itself(tom: Client, incident: Incident) -> None:
    part = tom.get(_at(incident), headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "<html" in tom.get(_at(incident)).content.decode()
    room = tom.get(f"/incidents/{incident.reference}?tab=document").content.decode()
    assert f'hx-get="{_at(incident)}" hx-trigger="load"' in room


def test_it_can_be_read_without_the_editor(tom: Client, people: People, incident: Incident) -> None:
    _write(incident, people.commander, "- [x] rolled back\n")
    page = tom.get(_at(incident, "?view=read")).content.decode()
    assert "data-document " not in page
    assert 'aria-label="Done"' in page
    assert "data-document " in tom.get(_at(incident)).content.decode()


def test_a_form_saves_the_text(tom: Client, incident: Incident) -> None:
    form = tom.get(_at(incident, "?edit=1")).content.decode()
    assert 'name="based_on" value="0"' in form
    answer = tom.post(_at(incident), {"text": "one\r\ntwo", "based_on": "0"})
    assert (answer.status_code, answer["location"]) == (302, _at(incident))
    assert reading.text_of(Document.objects.get()) == "one\ntwo"


def test_a_form_overwrites_nothing_unseen(tom: Client, people: People, incident: Incident) -> None:
    seen = _write(incident, people.commander, "one\n")
    _write(incident, people.commander, "one\nby Cara\n")
    answer = tom.post(_at(incident), {"text": "one\nby Tom\n", "based_on": str(seen)})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has changed the document" in page
    assert "by Tom" in page
    assert "by Cara" in page
    assert f'name="based_on" value="{seen + 1}"' in page
    assert reading.text_of(Document.objects.get()) == "one\nby Cara\n"


def test_an_observer_reads_and_finds_no_form(
    sign_in: SignIn, people: People, incident: Incident
) -> None:
    olga = sign_in(people.observer)
    _write(incident, people.commander, "for all")
    page = olga.get(_at(incident, "?edit=1")).content.decode()
    assert "for all" in page
    assert "<textarea" not in page
    assert olga.post(_at(incident), {"text": "mine"}).status_code == 403


def test_a_template_goes_to_the_end(tom: Client, people: People, incident: Incident) -> None:
    _write(incident, people.commander, "Intro\n")
    tom.post(_at(incident, "/template"), {"name": "findings"})
    assert reading.text_of(Document.objects.get()).startswith("Intro\n\n## What we know\n")
    assert tom.post(_at(incident, "/template"), {"name": "nothing"}).status_code == 404


def test_it_is_downloaded_as_markdown(tom: Client, people: People, incident: Incident) -> None:
    _write(incident, people.commander, "# Known\n")
    answer = tom.get(_at(incident, "/markdown"))
    assert answer.content == b"# Known\n"
    assert answer["content-disposition"] == f'attachment; filename="{incident.reference}.md"'


def test_the_history_shows_who_what_and_the_difference(
    tom: Client, people: People, incident: Incident
) -> None:
    for text in ("one\n", "one\ntwo\n"):
        _write(incident, people.commander, text)
    listed = tom.get(_at(incident, "/versions")).content.decode()
    assert "Cara Commander, written as a whole: 1 line added, 0 removed" in listed
    page = tom.get(_at(incident, "/versions/1")).content.decode()
    assert '<span class="sr">Added: </span>two' in page
    assert "The document reads so now." in tom.get(_at(incident, "/versions/2")).content.decode()
    assert tom.get(_at(incident, "/versions/9")).status_code == 404


def test_an_older_version_is_brought_back(tom: Client, people: People, incident: Incident) -> None:
    for text in ("one\n", "two\n"):
        _write(incident, people.commander, text)
    answer = tom.post(_at(incident, "/versions/1/restore"))
    assert answer["location"] == f"/incidents/{incident.reference}?tab=document"
    assert reading.text_of(Document.objects.get()) == "one\n"
    assert DocumentVersion.objects.count() == 3
