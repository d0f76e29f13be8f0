"""Decisions and hypotheses: what was decided, what it could be, and what came of it."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal
from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident, User
from tests.conftest import People
from warroom.models import Decision, Hypothesis
from warroom.services import decisions, hypotheses, saying
from warroom.services.decisions import DecisionContent

Sign = Callable[[User], Client]


@pytest.fixture
def tom(people: People) -> Actor:
    return Actor.of(people.teammate)


def _decide(incident: Incident, actor: Actor, content: DecisionContent) -> Decision:
    return decisions.record(incident_id=incident.pk, content=content, actor=actor)


def _texts(incident: Incident, *kinds: str) -> list[str]:
    return [fact.text for fact in timeline.of_kind(incident.pk, *kinds)]


def test_it_tells_who_decided_what_and_why(incident: Incident, people: People, tom: Actor) -> None:
    _decide(incident, tom, DecisionContent(text="roll back", why="the canary fails"))
    other = DecisionContent(text="wait", decider=people.commander, alternatives="fail over")
    recorded = _decide(incident, tom, other)
    assert _texts(incident, "decision.recorded") == [
        "decided: roll back, because the canary fails",
        "recorded that Cara Commander decided: wait",
    ]
    assert (recorded.decider, recorded.decider_name) == (people.commander, "Cara Commander")


def test_a_later_decision_stands_in_place_of_an_earlier(incident: Incident, tom: Actor) -> None:
    _decide(incident, tom, DecisionContent(text="wait"))
    later = _decide(incident, tom, DecisionContent(text="roll back", supersedes=1))
    assert Decision.objects.get(number=1).superseded_by == later
    with pytest.raises(Conflict, match="Replace decision 2 instead"):
        _decide(incident, tom, DecisionContent(text="fail over", supersedes=1))
    with pytest.raises(NotFound, match="no decision 9"):
        _decide(incident, tom, DecisionContent(text="fail over", supersedes=9))
    with pytest.raises(Invalid, match="needs words"):
        _decide(incident, tom, DecisionContent(text=" "))


def test_a_hypothesis_is_judged_by_evidence(incident: Incident, tom: Actor) -> None:
    hypotheses.propose(incident_id=incident.pk, text="The pool is empty", actor=tom)
    with pytest.raises(Invalid, match="Without evidence it stays open"):
        hypotheses.judge(
            incident_id=incident.pk, number=1, verdict="refuted", evidence="", actor=tom
        )
    for verdict, evidence in (("supported", "20 of 20 in use"), ("open", "")):
        for _ in range(2):
            hypotheses.judge(
                incident_id=incident.pk, number=1, verdict=verdict, evidence=evidence, actor=tom
            )
    assert _texts(incident, "hypothesis.proposed", "hypothesis.judged") == [
        "proposed hypothesis 1: The pool is empty",
        "called supported hypothesis 1 “The pool is empty”. Evidence: 20 of 20 in use",
        "reopened hypothesis 1 “The pool is empty”",
    ]


def test_they_are_typed(incident: Incident, people: People) -> None:
    principal = Principal(user=people.teammate)
    for text in (
        "/decision roll back 4411, because the canary fails because of it",
        "/hypothesis refuted means nothing here",
        "/hypothesis refuted 1 it does",
    ):
        saying.say(principal=principal, incident=incident, text=text)
    decision, hypothesis = Decision.objects.get(), Hypothesis.objects.get()
    assert (decision.text, decision.why) == (
        "roll back 4411",
        "the canary fails because of it",
    )
    assert (hypothesis.text, hypothesis.verdict) == ("refuted means nothing here", "refuted")
    assert hypothesis.evidence == "it does"


def test_they_stand_on_the_overview_and_are_written_there(
    incident: Incident, people: People, sign_in: Sign
) -> None:
    client, room = sign_in(people.teammate), incident.get_absolute_url()
    client.post(f"{room}/decisions", {"text": "wait", "decider": "cara"})
    client.post(f"{room}/decisions", {"text": "roll back", "why": "it fails", "supersedes": "1"})
    client.post(f"{room}/hypotheses", {"text": "The pool is empty"})
    refused = client.post(f"{room}/hypotheses/1", {"verdict": "refuted", "evidence": ""})
    assert refused.status_code == 422
    assert "Without evidence it stays open" in refused.content.decode()
    client.post(f"{room}/hypotheses/1", {"verdict": "refuted", "evidence": "It is half full"})
    page = sign_in(people.observer).get(room).content.decode()
    assert "<s>wait</s>" in page
    assert "replaced by decision 2" in page
    assert "Refuted: It is half full (Tom Teammate)" in page
    assert "Record a decision" not in page


def test_programs_write_them_down(incident: Incident, key: Callable[..., str]) -> None:
    client = Client(headers={"Authorization": f"Bearer {key('read', 'incidents')}"})
    room, json = f"/api/incidents/{incident.pk}", "application/json"
    client.post(f"{room}/decisions", {"text": "wait"}, content_type=json)
    client.post(f"{room}/decisions", {"text": "act", "supersedes": 1}, content_type=json)
    found = client.get(f"{room}/decisions").json()["results"]
    assert [each["superseded_by"] for each in found] == [2, None]
    client.post(f"{room}/hypotheses", {"text": "Disk"}, content_type=json)
    body = {"verdict": "refuted", "evidence": "10 % used"}
    judged = client.patch(f"{room}/hypotheses/1", body, content_type=json)
    assert judged.json()["verdict"] == "refuted"
    assert len(client.get(f"{room}/hypotheses").json()["results"]) == 1
