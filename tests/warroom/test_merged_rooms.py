"""Rooms of incidents that were merged, links in the rail, and the commands for both."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.models import Incident, IncidentLink, State, User
from incidents.pipeline import lifecycle, merging
from tests.conftest import Declare, People
from warroom.services import chat, saying

SignIn = Callable[[User], Client]
As = Callable[[User], Principal]


def _merge(one: Incident, other: Incident) -> None:
    joining = merging.Joining(target_id=other.pk, source_ids=[one.pk])
    merging.merge(joining=joining, actor=lifecycle.TRIAGE)


@pytest.fixture
def pair(declare: Declare) -> tuple[Incident, Incident]:
    return declare("Slow"), declare("Down")


@pytest.fixture
def cara(sign_in: SignIn, people: People) -> Client:
    return sign_in(people.commander)


def test_the_room_says_where_its_incident_went(
    cara: Client, pair: tuple[Incident, Incident], people: People
) -> None:
    one, other = pair
    chat.post(incident_id=one.pk, body="We look at it", actor=Principal(people.commander).actor)
    _merge(one, other)
    page = cara.get(one.get_absolute_url()).content.decode()
    assert f'<a href="{other.get_absolute_url()}">{other.reference} Down</a>' in page
    assert "We look at it" in page
    assert "This room is closed" in page
    assert 'id="say"' not in page
    assert "Undo the merge" in page


def test_nothing_more_is_said_there(
    pair: tuple[Incident, Incident], people: People, as_principal: As
) -> None:
    one, other = pair
    _merge(one, other)
    for text in ("hello", "/note hello"):
        with pytest.raises(Conflict, match=f"was merged into {other.reference}"):
            saying.say(principal=as_principal(people.teammate), incident=one, text=text)


def test_it_leads_to_the_end_of_a_chain(cara: Client, declare: Declare) -> None:
    first, second, third = declare("First"), declare("Second"), declare("Third")
    _merge(first, second)
    _merge(second, third)
    page = cara.get(first.get_absolute_url()).content.decode()
    assert f"{third.reference} Third</a>.</strong> Work goes on there." in page


def test_a_stranger_is_not_told_into_which_private_incident(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    one, other = declare("Odd log-ins"), declare("Break-in", private=True)
    _merge(one, other)
    page = sign_in(people.stranger).get(one.get_absolute_url()).content.decode()
    assert "Merged into an incident that you may not see" in page
    assert "Break-in" not in page
    assert f"{other.reference}<" not in page


def test_the_target_lists_what_was_merged_into_it(
    cara: Client, pair: tuple[Incident, Incident]
) -> None:
    one, other = pair
    _merge(one, other)
    page = cara.get(other.get_absolute_url()).content.decode()
    assert "Merged into this one" in page
    assert f"/incidents/{one.reference}/unmerge" in page


def test_references_in_facts_are_links(cara: Client, pair: tuple[Incident, Incident]) -> None:
    one, other = pair
    lifecycle.note(incident_id=one.pk, text=f"<b>see</b> {other.reference}", actor=lifecycle.TRIAGE)
    page = cara.get(one.get_absolute_url()).content.decode()
    link = f'<a href="{other.get_absolute_url()}">{other.reference}</a>'
    assert f"noted: &lt;b&gt;see&lt;/b&gt; {link}" in page


def test_links_show_both_ways_and_children_with_their_states(
    cara: Client, declare: Declare
) -> None:
    parent, one, two = declare("Region down"), declare("Shop down"), declare("Bank down")
    for child in (one, two):
        sent = {"relation": "child_of", "incident": parent.reference}
        assert cara.post(f"{child.get_absolute_url()}/links", sent).status_code == 302
    lifecycle.move(incident_id=two.pk, name="resolve", actor=lifecycle.TRIAGE)
    page = cara.get(f"{parent.get_absolute_url()}/rail").content.decode()
    assert "Children, 1 of 2 open" in page
    assert "Shop down" in page
    assert "Resolved" in page
    assert "Parent" in cara.get(f"{one.get_absolute_url()}/rail").content.decode()


def test_a_link_is_taken_away(cara: Client, pair: tuple[Incident, Incident]) -> None:
    one, other = pair
    cara.post(f"{one.get_absolute_url()}/links", {"relation": "causes", "incident": other.pk})
    link = IncidentLink.objects.get()
    assert cara.post(f"{other.get_absolute_url()}/links/{link.pk}/remove").status_code == 302
    assert not IncidentLink.objects.exists()


def test_a_link_to_a_private_incident_is_not_there_for_a_stranger(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    public, private = declare("Slow log-ins"), declare("Break-in", private=True)
    merging.link(
        incident_id=public.pk, other_id=private.pk, relation="related", actor=lifecycle.TRIAGE
    )
    stan = sign_in(people.stranger)
    assert "Break-in" not in stan.get(public.get_absolute_url()).content.decode()
    link = IncidentLink.objects.get()
    assert stan.post(f"{public.get_absolute_url()}/links/{link.pk}/remove").status_code == 404
    sent = {"relation": "related", "incident": private.reference}
    assert stan.post(f"{public.get_absolute_url()}/links", sent).status_code == 404


def test_the_picker_finds_by_words_without_itself_and_what_is_hidden(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    one = declare("Disk is full on db-1")
    declare("Disk is slow on db-2")
    declare("Disk was stolen", private=True)
    address = f"{one.get_absolute_url()}/find?incident=disk"
    page = sign_in(people.stranger).get(address).content.decode()
    assert "Disk is slow" in page
    assert "stolen" not in page
    assert "db-1" not in page


def test_merge_is_a_command(
    pair: tuple[Incident, Incident], people: People, as_principal: As
) -> None:
    one, other = pair
    said = saying.say(
        principal=as_principal(people.commander),
        incident=one,
        text=f"/merge {other.reference} one switch behind both",
    )
    one.refresh_from_db()
    assert (one.state, one.merged_into) == (State.MERGED, other)
    assert other.reference in said.reply
    assert one.facts.get(kind="incident.merged").data["reason"] == "one switch behind both"


def test_merging_by_command_takes_a_commander_and_something_one_sees(
    declare: Declare, pair: tuple[Incident, Incident], people: People, as_principal: As
) -> None:
    one, other = pair
    hidden = declare("Break-in", private=True)
    with pytest.raises(NotAllowed):
        saying.say(principal=as_principal(people.teammate), incident=one, text=f"/merge {other.pk}")
    with pytest.raises(NotFound):
        saying.say(principal=as_principal(people.admin), incident=one, text=f"/merge {hidden.pk}")
    with pytest.raises(Invalid, match="is this incident"):
        saying.say(principal=as_principal(people.admin), incident=one, text=f"/merge {one.pk}")


@pytest.mark.parametrize(
    ("words", "kind", "first"),
    [
        ("", "related", True),
        ("related", "related", True),
        ("caused by", "caused_by", True),
        ("duplicate", "duplicate_of", True),
        ("child", "child_of", False),
        ("parent", "child_of", True),
    ],
)
def test_link_is_a_command(
    pair: tuple[Incident, Incident], people: People, as_principal: As, words: str, kind: str,
    first: bool,
) -> None:  # fmt: skip
    one, other = pair
    text = f"/link {words} {other.reference}"
    saying.say(principal=as_principal(people.teammate), incident=one, text=text)
    link = IncidentLink.objects.get()
    assert (link.kind, link.one_id) == (kind, one.pk if first else other.pk)


@pytest.mark.parametrize("ending", [["resolve"], ["resolve", "close"]])
def test_an_incident_is_reopened_with_a_reason(
    cara: Client, declare: Declare, ending: list[str]
) -> None:
    incident = declare()
    for name in ending:
        lifecycle.move(incident_id=incident.pk, name=name, actor=lifecycle.TRIAGE)
    assert 'name="reason"' in cara.get(f"{incident.get_absolute_url()}/head").content.decode()
    sent = {"name": "reopen", "reason": "it is back"}
    assert cara.post(f"{incident.get_absolute_url()}/move", sent).status_code == 302
    incident.refresh_from_db()
    assert (incident.state, incident.resolved_at, incident.closed_at) == (
        *(State.INVESTIGATING, None, None),
    )
    assert incident.facts.latest("seq").text == "moved it to Investigating: it is back"


def test_a_false_alarm_is_one_click_and_one_click_back_on_a_phone_too(
    cara: Client, declare: Declare
) -> None:
    incident = declare()
    for answer, word in (("yes", "It was real"), ("no", "It was a false alarm")):
        cara.post(f"{incident.get_absolute_url()}/edit", {"false_positive": answer})
        incident.refresh_from_db()
        assert incident.false_positive == (answer == "yes")
        menu = cara.get(incident.get_absolute_url()).content.decode().partition('id="room-menu"')[2]
        assert word in menu
