"""The stages of an incident: where it is, against which clock, and what is checked."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import Incident, StageCheck, StageTick, User
from incidents.pipeline import lifecycle, stages
from incidents.selectors import pace
from incidents.selectors.stages import StageNow, known, stages_of
from tests.conftest import Declare, FrozenClock, People

SignIn = Callable[[User], Client]


@pytest.fixture
def incident(frozen: FrozenClock, declare: Declare) -> Incident:
    stages.load_stages()
    return declare()


def _stages(incident: Incident) -> dict[str, StageNow]:
    incident = Incident.objects.select_related("severity").get(pk=incident.pk)
    return {stage.code: stage for stage in stages_of(incident, pace.of(incident), known())}


def _move(incident: Incident, people: People, *names: str) -> None:
    for name in names:
        actor = Actor.of(people.commander)
        lifecycle.move(incident_id=incident.pk, name=name, actor=actor)


def test_the_state_says_which_stage_it_is_in(incident: Incident, people: People) -> None:
    assert _stages(incident)["assessment"].position == "now"
    _move(incident, people, "acknowledge", "investigate")
    found = {code: stage.position for code, stage in _stages(incident).items()}
    assert found == {
        "assessment": "done",
        "containment": "done",
        "investigation": "now",
        "remediation": "next",
        "recovery": "next",
    }
    _move(incident, people, "resolve")
    assert {stage.position for stage in _stages(incident).values()} == {"done"}


def test_a_stage_is_late_when_its_time_is_over(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    frozen.fast_forward(minutes=4)
    assert not _stages(incident)["assessment"].is_late
    frozen.fast_forward(minutes=2)
    assert _stages(incident)["assessment"].is_late
    _move(incident, people, "acknowledge")
    now = _stages(incident)
    assert (now["assessment"].is_late, now["containment"].is_late) == (False, False)


def test_recovery_counts_from_when_the_harm_was_stopped(
    incident: Incident, people: People, frozen: FrozenClock
) -> None:
    assert _stages(incident)["recovery"].due_at is None
    frozen.fast_forward(minutes=50)
    _move(incident, people, "acknowledge", "mitigate")
    frozen.fast_forward(minutes=5)
    _move(incident, people, "monitor")
    due = _stages(incident)["recovery"].due_at
    assert due is not None
    assert (due - frozen.at).total_seconds() == 10 * 60


def test_milder_incidents_have_more_time(incident: Incident, frozen: FrozenClock) -> None:
    incident.severity.stage_factor = 4
    incident.severity.save()
    frozen.fast_forward(minutes=19)
    stage = _stages(incident)["assessment"]
    assert (stage.minutes, stage.is_late) == ("0–20 min", False)


def test_a_tick_is_kept_with_who_made_it_and_can_be_taken_back(
    incident: Incident, people: People
) -> None:
    check = StageCheck.objects.first()
    assert check is not None
    actor = Actor.of(people.teammate)
    for done in (True, True, False):
        stages.check(incident_id=incident.pk, check_id=check.pk, done=done, actor=actor)
        if done:
            assert StageTick.objects.get().by_name == "Tom Teammate"
    kinds = [fact.kind for fact in incident.facts.filter(kind__startswith="stage.")]
    assert kinds == ["stage.checked", "stage.unchecked"]
    assert not StageTick.objects.exists()


def test_what_admins_wrote_stays_when_the_starter_kit_is_loaded_again(incident: Incident) -> None:
    StageCheck.objects.filter(stage__code="recovery").update(is_active=False)
    stages.load_stages()
    assert _stages(incident)["recovery"].lines == []
    assert len(_stages(incident)["assessment"].lines) == 3


def test_the_board_says_which_stage_is_late(
    incident: Incident, people: People, frozen: FrozenClock, sign_in: SignIn
) -> None:
    frozen.fast_forward(minutes=6)
    assert "Assessment" in sign_in(people.observer).get("/").content.decode()
