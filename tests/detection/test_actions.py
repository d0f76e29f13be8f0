"""What a rule has done besides opening an alert: an incident, its team, its runbook (D4)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.models import Backtest, DetectionRule, Incident, Service, Severity, Team, User
from incidents.pipeline import lifecycle
from incidents.sources.detection import actions, backtest, evaluation
from runbooks import services
from runbooks.models import Runbook
from runbooks.services import match
from tests.conftest import FrozenClock, People
from tests.detection.conftest import MakeRule, Telemetry

Fold = Callable[[], None]
Play = Callable[..., Incident]


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(slug="data", name="Data")


@pytest.fixture
def play(make_rule: MakeRule, telemetry: Telemetry, fold: Fold) -> Play:
    """The incident that a rule opens, after all that it set off."""

    def run(**changes: object) -> Incident:
        telemetry.now = [({"job": "a"}, 9.0)]
        evaluation.run(make_rule(threshold=1, **changes))
        fold()
        while deliveries.work():
            pass
        return Incident.objects.get()

    return run


def written() -> Runbook:
    draft = services.new(title="Mend the index", body="## Do it")
    return services.write(draft, actor=Actor.system("tests"))


def test_a_live_rule_opens_an_incident_and_gives_it_to_its_team(play: Play, team: Team) -> None:
    incident = play(team=team)
    assert incident.team == team
    assert incident.service
    assert incident.service.team != team
    told = incident.facts.filter(kind="incident.edited").latest("seq")
    assert (told.actor_name, told.data["changes"]["team"][1]) == ("Detection", "Data")


def test_without_a_team_the_owner_of_the_service_has_it(play: Play, service: Service) -> None:
    assert play().team == service.team


def test_it_leaves_the_team_that_somebody_chose(play: Play, team: Team, people: People) -> None:
    other = Team.objects.create(slug="network", name="Network")
    incident = play()
    by = people.commander
    actor = Actor.of(by)
    lifecycle.edit(incident_id=incident.pk, changes={"team": other}, actor=actor)
    incident.alerts.update(annotations={"team": team.slug})
    actions.assign_team(incident.pk)
    incident.refresh_from_db()
    assert incident.team == other


def test_the_runbook_of_the_rule_comes_first(play: Play) -> None:
    written()
    first = match(play(runbook="mend-the-index"))[0]
    assert (first.runbook.slug, first.why) == ("mend-the-index", "the detection rule names it")


def test_only_our_own_rules_name_runbooks(play: Play) -> None:
    written()
    incident = play(runbook="mend-the-index")
    assert match(incident)
    incident.alerts.get().integration.__class__.objects.update(kind="generic")
    assert not [one for one in match(incident) if one.runbook.slug == "mend-the-index"]


def test_people_set_both_in_the_editor(
    people: People,
    sign_in: Callable[[User], Client],
    severities: dict[str, Severity],
    telemetry: Telemetry,
    team: Team,
) -> None:
    typed = {"kind": "threshold", "name": "Errors", "query": "errors", "threshold": "1"}
    usual = {"comparator": "gt", "hold_seconds": "0", "interval_seconds": "60", "no_data": "ok"}
    assert telemetry.source
    keys = {"source": telemetry.source.pk, "severity": severities["P1"].pk, "team": team.pk}
    more = {"mode": "live", "runbook": "mend-the-index", "do": "save"}
    admin = sign_in(people.admin)
    sent = {**typed, **usual, **keys, **more}
    page = admin.post(reverse("web:detection_rule_new"), sent, follow=True).content.decode()
    rule = DetectionRule.objects.get()
    assert (rule.team, rule.runbook) == (team, "mend-the-index")
    assert reverse("runbooks:runbook", args=["mend-the-index"]) in page
    assert "Data" in page


def test_a_backtest_that_takes_its_worker_along_is_given_up(
    make_rule: MakeRule, telemetry: Telemetry, frozen: FrozenClock
) -> None:
    row = backtest.ask_for(make_rule(), days=7, user=None)
    Backtest.objects.update(state="running", attempts=2)
    frozen.fast_forward(minutes=4)
    backtest.work(row.pk)
    row.refresh_from_db()
    assert (row.state, "stopped each time" in row.error) == ("failed", True)
    assert backtest.waiting() == []
