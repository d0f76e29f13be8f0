"""The recording on its page, as it works without a script, and the parts that a script asks for."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.models import Fact, Incident, User
from tests.conftest import Declare, People
from tests.warroom import nights
from tests.warroom.nights import NEW, night
from warroom.selectors.recording import moments
from warroom.selectors.recording.course import milliseconds

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
OLD_HTML = "restart the <strong>pool</strong>"


def _seq(incident: Incident, kind: str, **data: Any) -> int:
    return Fact.objects.filter(incident=incident, kind=kind, **data).latest("seq").seq


def _get(client: Client, incident: Incident, more: str = "") -> str:
    answer = client.get(f"/incidents/{incident.reference}/recording{more}")
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def _shown(page: str) -> str:
    """What is not hidden of the log."""
    log = page[page.index('id="played"') : page.index("</ol>", page.index('id="played"'))]
    rows = re.findall(r"<li .*?</li>", log, re.DOTALL)
    seen = [row for row in rows if not re.match(r"<li [^>]* hidden>", row)]
    return re.sub(r"<(div|span)[^>]* hidden>.*?</\1>", "", "".join(seen), flags=re.DOTALL)


def _ms(minutes: float) -> int:
    return milliseconds(nights.at(minutes))


def test_it_begins_at_the_beginning(olga: Client, played: Incident) -> None:
    page = _get(olga, played)
    assert "opened the incident" in _shown(page)
    assert "503 from a third" not in _shown(page)
    assert "Nobody had it open." in page


def test_a_message_reads_as_it_did_then(olga: Client, played: Incident) -> None:
    severity = _seq(played, "incident.severity_changed")
    before = _shown(_get(olga, played, f"?at={severity}"))
    assert OLD_HTML in before
    assert NEW not in before
    after = _shown(_get(olga, played, f"?at={_seq(played, 'pin.added')}"))
    assert NEW in after
    assert OLD_HTML not in after
    assert "edited by Tom Teammate" in after


def test_beside_the_log_it_tells_how_things_stood(olga: Client, played: Incident) -> None:
    early = _get(olga, played, f"/scene?at={_ms(1.5)}")
    assert ("P1" in early, "Detected" in early, 'data-version="0"' in early) == (True, True, True)
    assert re.findall(r'data-handle="(\w+)"', early) == ["cara", "tom"]
    late = _get(olga, played, f"/scene?at={_ms(40)}")
    assert ("P0" in late, "Acknowledged" in late, 'data-version="1"' in late) == (True, True, True)
    assert re.findall(r'data-handle="(\w+)"', late) == ["cara"]


def test_the_document_is_the_one_of_then(olga: Client, played: Incident) -> None:
    saved = _seq(played, "document.saved")
    assert "The pool is full." in _get(olga, played, f"?at={saved}")
    assert "No version was saved yet." in _get(olga, played)
    assert "The pool is full." in _get(olga, played, "/document/1")
    assert "No version was saved yet." in _get(olga, played, "/document/0")


def test_links_lead_from_one_key_moment_to_the_next(olga: Client, played: Incident) -> None:
    severity, moved = (
        _seq(played, "incident.severity_changed"),
        _seq(played, "incident.state_changed", data__new="acknowledged"),
    )
    page = _get(olga, played, f"?at={severity}")
    jumps = re.findall(r'data-rec-jump="(-?1)" href="\?at=(\d+)"', page)
    assert dict(jumps)["1"] == str(moved)
    assert int(dict(jumps)["-1"]) < severity
    assert re.search(rf'href="\?at={severity}" data-at="\d+" aria-current="step"', page)


def test_it_says_when_there_are_more_key_moments_than_it_lists(
    olga: Client, played: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "the first" not in _get(olga, played)
    monkeypatch.setattr(moments, "MOST", 2)
    assert "the first 2" in _get(olga, played)


def test_replies_and_reactions_stand_where_they_came(
    olga: Client, played: Incident, people: People
) -> None:
    root = nights.say(played, people.commander, 100, "Is it over?")
    nights.reply(played, people.teammate, 101, root, "It is.")
    nights.react(played, people.teammate, 102, root, "👍")
    nights.react(played, people.teammate, 103, root, "👍", back=True)
    page = _get(olga, played, f"/rows?at={_ms(102)}")
    assert "It is." in _shown(page)
    assert "in reply to Cara Commander" in page
    assert "👍" in _shown(page)
    assert "👍" not in _shown(_get(olga, played, f"/rows?at={_ms(103)}"))
    assert "👍" not in _shown(_get(olga, played, f"/rows?at={_ms(101)}"))


def test_files_are_links(olga: Client, played: Incident) -> None:
    page = _get(olga, played, f"/rows?at={_ms(9)}")
    assert re.search(rf'href="/incidents/{played.reference}/files/[0-9a-f-]+">Open the file', page)


def test_it_asks_for_the_rows_in_parts(
    olga: Client, played: Incident, people: People, django_assert_max_num_queries: Any
) -> None:
    for n in range(200):
        nights.say(played, people.teammate, 100 + n, f"number {n}.")
    with django_assert_max_num_queries(10):
        first = _get(olga, played, "/rows?after=1")
    seqs = re.findall(r'data-seq="(\d+)"', first)
    assert (len(seqs), 'data-more-after="yes"' in first) == (100, True)
    assert not re.search(r"<li (?![^>]* hidden>)", first), "the script shows them in time"
    more = re.findall(r'data-seq="(\d+)"', _get(olga, played, f"/rows?after={seqs[-1]}"))
    rest = _get(olga, played, f"/rows?after={more[-1]}")
    assert "number 199." in rest
    assert 'data-more-after=""' in rest
    back = re.findall(r'data-seq="(\d+)"', _get(olga, played, f"/rows?before={seqs[5]}"))
    assert back == ["1", *seqs[:5]]


def test_what_is_told_late_stands_where_it_happened(olga: Client, played: Incident) -> None:
    Fact.objects.filter(incident=played, kind="decision.recorded").update(
        occurred_at=nights.at(0.5)
    )
    seqs = re.findall(r'data-seq="(\d+)"', _get(olga, played, f"/rows?at={_ms(1)}"))
    late, said = (_seq(played, kind) for kind in ("decision.recorded", "pin.added"))
    assert late > said
    assert seqs.index(str(late)) == 2
    again = re.findall(r'data-seq="(\d+)"', _get(olga, played, f"/rows?before={seqs[3]}"))
    assert again == seqs[:3]


def test_the_room_has_a_tab_that_leads_there(olga: Client, played: Incident) -> None:
    address = f"/incidents/{played.reference}/recording"
    room = olga.get(f"/incidents/{played.reference}?tab=recording").content.decode()
    assert f'hx-get="{address}" hx-trigger="load"' in room
    part = olga.get(address, headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "Play the recording" in part
    assert "<html" not in part


@pytest.mark.parametrize("more", ["", "/rows?at=0", "/scene?at=0", "/document/1"])
def test_of_a_private_one_nothing_is_seen(
    more: str, declare: Declare, people: People, sign_in: SignIn
) -> None:
    hidden = night(declare, people, private=True)
    path = f"/incidents/{hidden.reference}/recording{more}"
    assert sign_in(people.stranger).get(path).status_code == 404
    assert sign_in(people.commander).get(path).status_code == 200


@pytest.mark.parametrize("more", ["?at=x", "/rows", "/rows?at=1e3", "/scene", "/scene?at=''"])
def test_it_says_what_it_cannot_understand(more: str, olga: Client, played: Incident) -> None:
    assert olga.get(f"/incidents/{played.reference}/recording{more}").status_code == 422


@pytest.mark.parametrize("more", ["?at=99999", "/rows?after=99999", "/document/9"])
def test_what_is_not_there_is_not_found(more: str, olga: Client, played: Incident) -> None:
    assert olga.get(f"/incidents/{played.reference}/recording{more}").status_code == 404
