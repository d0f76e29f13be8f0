"""The pages that merge incidents, split them and take them apart again."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.models import Alert, Incident, State, User
from incidents.pipeline import lifecycle, merging
from tests.conftest import Declare, People
from tests.web.conftest import MakeAlerts

SignIn = Callable[[User], Client]


@pytest.fixture
def cara(sign_in: SignIn, people: People) -> Client:
    return sign_in(people.commander)


def _address(*incidents: Incident) -> str:
    return "/incidents/merge?" + "&".join(f"ref={each.reference}" for each in incidents)


def _merged(one: Incident, other: Incident, people: People) -> None:
    joining = merging.Joining(target_id=other.pk, source_ids=[one.pk])
    merging.merge(joining=joining, actor=lifecycle.TRIAGE)


def test_it_shows_what_merging_would_do(
    cara: Client, declare: Declare, make_alerts: MakeAlerts, people: People
) -> None:
    one, other = declare("Slow", severity="P2"), declare("Down", severity="P0")
    make_alerts(3, incident=one)
    lifecycle.assign(
        incident_id=one.pk, role="responder", user=people.teammate, actor=lifecycle.TRIAGE
    )
    page = cara.get(_address(one, other)).content.decode()
    assert f"Merge into {other.reference}" in page
    assert "<strong>3 alerts</strong>" in page
    assert "Tom Teammate" in page
    assert f'value="{other.reference}" checked' in page


def test_another_one_may_be_chosen_to_go_on(cara: Client, declare: Declare) -> None:
    one, other = declare("Slow", severity="P2"), declare("Down", severity="P0")
    page = cara.get(_address(one, other) + f"&target={one.reference}").content.decode()
    assert f"Merge into {one.reference}" in page
    assert "The worst of them" in page


def test_it_merges_what_is_confirmed(
    cara: Client, declare: Declare, make_alerts: MakeAlerts, people: People
) -> None:
    one, other = declare("Slow"), declare("Down")
    lifecycle.assign(
        incident_id=one.pk, role="responder", user=people.teammate, actor=lifecycle.TRIAGE
    )
    make_alerts(2, incident=one)
    sent = {
        "ref": [one.reference, other.reference],
        "target": other.reference,
        "title": "Both down",
        "severity": "P0",
        "responder": ["tom", "stan"],
        "reason": "one switch",
    }
    answer = cara.post("/incidents/merge", sent)
    assert (answer.status_code, answer["Location"]) == (302, other.get_absolute_url())
    other.refresh_from_db()
    one.refresh_from_db()
    assert (other.title, other.severity.code, one.state) == ("Both down", "P0", State.MERGED)
    assert Alert.objects.filter(incident=other).count() == 2
    held = other.role_assignments.values_list("user__username", flat=True)
    assert list(held) == ["tom"]


def test_it_says_why_something_cannot_be_merged(cara: Client, declare: Declare) -> None:
    private, public = declare("Break-in", private=True), declare("Odd log-ins")
    address = _address(private, public) + f"&target={public.reference}"
    page = cara.get(address).content.decode()
    assert "its alerts would be seen by everybody" in page
    assert 'name="title"' not in page
    sent = {"ref": [private.reference, public.reference], "target": public.reference}
    answer = cara.post("/incidents/merge", sent)
    assert answer.status_code == 409
    assert "its alerts would be seen by everybody" in answer.content.decode()


def test_a_responder_is_told_that_it_takes_a_commander(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    one, other = declare("Slow"), declare("Down")
    tom = sign_in(people.teammate)
    assert "Only a commander may merge" in tom.get(_address(one, other)).content.decode()
    sent = {"ref": [one.reference, other.reference], "target": other.reference}
    assert tom.post("/incidents/merge", sent).status_code == 403
    one.refresh_from_db()
    assert one.state == State.DETECTED


def test_a_stranger_finds_no_private_incident(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    private, public = declare("Break-in at night", private=True), declare("Night batch")
    stan = sign_in(people.stranger)
    assert stan.get(_address(private, public)).status_code == 404
    page = stan.get(_address(public) + "&q=night").content.decode()
    assert "Break-in" not in page


def test_others_are_found_by_words_and_by_reference(cara: Client, declare: Declare) -> None:
    one, other, _ = declare("Slow"), declare("Database is full"), declare("Nothing alike")
    for text in ("database", other.reference, str(other.pk)):
        page = cara.get(_address(one) + f"&q={text}").content.decode()
        assert "Database is full" in page
        assert "Nothing alike" not in page


def test_undoing_goes_back_to_the_room_and_tells_what_could_not_go_back(
    cara: Client, declare: Declare, people: People
) -> None:
    one, other = declare("Slow"), declare("Down")
    _merged(one, other, people)
    answer = cara.post(f"/incidents/{one.reference}/unmerge", follow=True)
    assert f"{one.reference} is on its own again, with 0 alerts." in answer.content.decode()
    assert answer.redirect_chain[0][0] == one.get_absolute_url()


def test_who_does_not_see_the_target_cannot_undo(
    sign_in: SignIn, declare: Declare, people: People
) -> None:
    one, other = declare("Odd log-ins", by=people.admin), declare("Break-in", private=True)
    _merged(one, other, people)
    answer = sign_in(people.admin).post(f"/incidents/{one.reference}/unmerge")
    assert answer.status_code == 409
    one.refresh_from_db()
    assert one.state == State.MERGED


def test_chosen_alerts_are_split_off(
    cara: Client, declare: Declare, make_alerts: MakeAlerts
) -> None:
    origin = declare("Everything")
    kept, moved = make_alerts(2, incident=origin)
    sent = {"alert": [moved.pk], "title": "Only that", "severity": "P3"}
    answer = cara.post(f"/incidents/{origin.reference}/split", sent)
    new = Incident.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, new.get_absolute_url())
    assert list(new.alerts.all()) == [moved]
    assert list(origin.alerts.all()) == [kept]


def test_a_refused_split_keeps_what_was_chosen(
    cara: Client, declare: Declare, make_alerts: MakeAlerts
) -> None:
    origin = declare("Everything")
    (alert,) = make_alerts(incident=origin)
    answer = cara.post(f"/incidents/{origin.reference}/split", {"alert": [alert.pk], "title": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{alert.pk}" checked' in page
    assert "needs a title" in page
