"""The transcript of a room, as Markdown and as JSON, from the page and from the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.models import Fact, Incident, User
from tests.conftest import Declare, People
from tests.warroom import nights
from tests.warroom.nights import NEW, OLD, night
from warroom.selectors.recording import transcript
from warroom.services import chat
from warroom.services.transcripts import as_markdown

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def _file(client: Client, incident: Incident, kind: str, more: str = "") -> str:
    answer = client.get(f"/incidents/{incident.reference}/transcript/{kind}{more}")
    assert answer.status_code == 200
    ending = {"markdown": "md", "json": "json"}[kind]
    name = f'filename="{incident.reference.lower()}-transcript.{ending}"'
    assert name in answer["Content-Disposition"]
    return answer.content.decode()


def _entry(data: dict[str, Any], kind: str, n: int = 0) -> dict[str, Any]:
    found: list[dict[str, Any]] = [entry for entry in data["entries"] if entry["kind"] == kind]
    return found[n]


def _delete(incident: Incident, seq: int, by: User) -> None:
    with nights.clock_at(10):
        message = incident.messages.get(seq=seq)
        chat.delete(message_id=message.pk, principal=Principal(user=by))


def test_json_tells_all_of_it_in_utc(olga: Client, played: Incident) -> None:
    data = json.loads(_file(olga, played, "json"))
    assert data["incident"]["reference"] == played.reference
    assert data["incident"]["opened_at"] == "2026-03-03T02:00:00.000Z"
    [cara, tom] = data["people"]
    assert (cara["name"], cara["there"][0]["to"]) == ("Cara Commander", "2026-03-03T03:35:00.000Z")
    assert [there["state"] for there in tom["there"]] == ["watching", "responding"]
    assert _entry(data, "decision.recorded")["text"].startswith("decided: Roll back")
    assert data["document"]["text"] == "## Known\n\nThe pool is full.\n"
    assert [entry["at"] for entry in data["entries"]] == sorted(e["at"] for e in data["entries"])


def test_edits_are_marked(olga: Client, played: Incident) -> None:
    message = _entry(json.loads(_file(olga, played, "json")), "chat.posted", 1)
    edit = {"at": "2026-03-03T02:04:00.000Z", "by": "Tom Teammate", "body": NEW}
    assert (message["body"], message["edits"]) == (OLD, [edit])
    text = _file(olga, played, "markdown")
    assert f"> {OLD}\n\n*Edited at 02:04:00 by Tom Teammate to:*\n\n> {NEW}\n" in text


def test_of_what_was_deleted_no_text_is_told(
    olga: Client, played: Incident, people: People
) -> None:
    seq = Fact.objects.filter(incident=played, kind="chat.edited").get().data["edited_seq"]
    _delete(played, seq, people.commander)
    told = _file(olga, played, "json")
    message = _entry(json.loads(told), "chat.posted", 1)
    deleted = {"at": "2026-03-03T02:10:00.000Z", "by": "Cara Commander"}
    assert (message["body"], message["deleted"]) == (None, deleted)
    text = _file(olga, played, "markdown")
    assert "*This message was deleted at 02:10:00 by Cara Commander.*" in text
    page = olga.get(f"/incidents/{played.reference}/recording/rows?at=0").content.decode()
    assert "Cara Commander deleted at" in page
    assert not [words for words in (told, text, page) if "4411 instead" in words]
    assert not [words for words in (told, text, page) if "restart the" in words]


def test_markdown_reads_like_a_night(olga: Client, played: Incident) -> None:
    text = _file(olga, played, "markdown")
    assert text.startswith(
        f"# {played.reference}: Checkout is down\n\nP0 Critical · Resolved · times in UTC"
    )
    assert "- Cara Commander (@cara): responding 03 Mar 02:00:06 to 03 Mar 03:35:00\n" in text
    assert "### Tuesday, 3 March 2026\n" in text
    assert "**02:03:00** Cara Commander raised the severity from P1 to P0\n" in text
    assert "## The shared document, version 1\n\n> ## Known\n" in text


def test_what_people_wrote_cannot_break_out_of_its_place(
    olga: Client, played: Incident, people: People
) -> None:
    nights.say(played, people.teammate, 95, "# no heading\n\n```\nno fence")
    Fact.objects.filter(incident=played, kind="decision.recorded").update(
        data={"number": 1, "decision": "[x](javascript:1)\n# two"}
    )
    text = _file(olga, played, "markdown")
    assert "\n> # no heading\n>\n> ```\n> no fence\n" in text
    assert "decided: \\[x\\](javascript:1) \\# two" in text


def test_long_ones_go_on(
    olga: Client, played: Incident, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript, "PART", 3)
    whole = json.loads(_file(olga, played, "json"))
    assert whole["next_after"] is None
    found = transcript.transcript_of(played, limit=7)
    assert [e["seq"] for e in found.entries] == [e["seq"] for e in whole["entries"][:7]]
    rest = json.loads(_file(olga, played, "json", f"?after={found.next_after}"))
    assert rest["entries"] == whole["entries"][7:]
    assert f"`?after={found.next_after}`" in as_markdown(found)


def test_the_api_tells_the_same(
    client: Client, played: Incident, key: Callable[..., str], olga: Client
) -> None:
    headers = {"Authorization": f"Bearer {key('read')}"}
    path = f"/api/incidents/{played.reference}/transcript"
    answered = client.get(path, headers=headers).json()
    told = json.loads(_file(olga, played, "json"))
    assert answered["entries"] == told["entries"]
    assert answered["people"] == told["people"]
    written = client.get(f"{path}/markdown", headers=headers)
    assert written["Content-Type"] == "text/markdown; charset=utf-8"
    assert written.content.decode() == _file(olga, played, "markdown")
    assert client.get(f"{path}?after=x", headers=headers).status_code == 422


@pytest.mark.parametrize("kind", ["markdown", "json"])
def test_of_a_private_one_nothing_is_told(
    kind: str, declare: Declare, people: People, sign_in: SignIn
) -> None:
    hidden = night(declare, people, private=True)
    path = f"/incidents/{hidden.reference}/transcript/{kind}"
    assert sign_in(people.stranger).get(path).status_code == 404
    assert sign_in(people.commander).get(path).status_code == 200


def test_other_formats_are_not_found(olga: Client, played: Incident) -> None:
    assert olga.get(f"/incidents/{played.reference}/transcript/docx").status_code == 404
