"""Each incident is born triaged, says why, and people's choices stay."""

import pytest

from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Impact, Priority, Service, Severity
from incidents.models.triage import PRIORITY_OF, priority_of, usual_priority
from incidents.pipeline import lifecycle, triage
from tests.conftest import Declare, People
from tests.triage.conftest import ENGINE, Arrive

MATRIX = """
    urgent urgent high   normal
    urgent high   normal normal
    high   normal normal low
    normal low    low    low
"""


def test_the_priority_is_the_severity_times_the_impact() -> None:
    rows = [line.split() for line in MATRIX.strip().splitlines()]
    for rank, row in enumerate(rows):
        assert [priority_of(rank, impact) for impact in Impact] == row
        assert usual_priority(rank) == row[rank]
    assert set(PRIORITY_OF) == {0, 1, 2, 3}


def test_a_declared_incident_is_triaged_with_reasons(declare: Declare, service: Service) -> None:
    incident = declare("Database ran out of connections", severity="P1", service=service)
    assert (incident.type, incident.category) == ("database_failure", "technical")
    assert (incident.impact, incident.priority) == ("major", "high")
    why = incident.triage["why"]
    assert "the title says “out of connection”" in why["type"]
    assert why["impact"] == "nothing says whom it hurts, and P1 means so much"
    assert why["team"] == "it looks after Checkout"
    fact = timeline.since(incident.pk)[-1]
    assert (fact.kind, fact.actor_name) == ("incident.triaged", "Triage")
    assert fact.text.startswith("takes it for database failure (technical), many customers hit")
    assert fact.data["why"] == why


def test_an_alert_is_triaged_by_its_labels_and_figures(arrive: Arrive) -> None:
    incident = arrive("Trouble", alertname="PostgresqlTooManyConnections", error_rate="0.62")
    assert incident.type == "database_failure"
    assert "the label alertname says" in incident.triage["why"]["type"]
    assert (incident.affected_percent, incident.impact) == (62, Impact.CRITICAL)
    assert incident.priority == Priority.HIGH
    assert incident.triage["why"]["impact"] == "62 % of requests fail"


@pytest.mark.parametrize(
    ("tier", "severity", "impact"),
    [(1, "P1", "critical"), (2, "P1", "major"), (3, "P1", "minor"), (None, "P0", "critical")],
)
def test_how_much_hangs_on_a_service_counts(
    declare: Declare, service: Service, tier: int | None, severity: str, impact: str
) -> None:
    service.tier = tier
    service.save()
    assert declare("Odd", severity=severity, service=service).impact == impact


@pytest.mark.parametrize(
    ("title", "impact"),
    [
        ("Checkout fails for a third of all customers", "major"),
        ("Nobody can pay", "critical"),
        ("Some customers see old prices", "minor"),
        ("Report is late, no customers affected", "none"),
        ("12 % of users cannot sign in", "major"),
        ("0.5 % of customers see errors", "minor"),
    ],
)
def test_words_say_whom_it_hurts(declare: Declare, title: str, impact: str) -> None:
    assert declare(title, severity="P0").impact == impact


def test_staging_hurts_no_customer(arrive: Arrive) -> None:
    incident = arrive("InstanceDown", severity="P0", environment="staging")
    assert (incident.impact, incident.priority) == (Impact.NONE, Priority.NORMAL)
    assert incident.triage["why"]["impact"] == "it is in staging"


def test_more_alerts_make_it_look_again(arrive: Arrive) -> None:
    first = arrive("Something odd")
    assert first.type == "other"
    again = arrive("PostgresqlDown", severity="P0", users_affected_percent="30")
    assert again.pk == first.pk
    assert (again.type, again.impact, again.priority) == ("database_failure", "major", "urgent")
    told = [fact for fact in timeline.since(first.pk) if fact.kind == "incident.triaged"]
    assert told[-1].text.startswith("now takes it for database failure")


def test_alerts_that_say_no_more_are_no_news(arrive: Arrive) -> None:
    first = arrive("PostgresqlDown")
    again = arrive("Something odd")
    assert (again.pk, again.type) == (first.pk, "database_failure")
    kinds = [fact.kind for fact in timeline.since(first.pk)]
    assert kinds.count("incident.triaged") == 1


def test_what_a_person_chose_is_never_overwritten(arrive: Arrive, people: People) -> None:
    incident = arrive("Something odd", severity="P3")
    chosen = {"type": "human_error", "impact": "none", "priority": "low"}
    cara = Actor.of(people.commander)
    triage.classify(incident_id=incident.pk, choices=chosen, actor=cara, reason="I did it")
    arrive("PostgresqlDown", severity="P0", users_affected_percent="90")
    lifecycle.edit(incident_id=incident.pk, changes={"title": "DDoS attack"}, actor=ENGINE)
    incident.refresh_from_db()
    assert {name: getattr(incident, name) for name in chosen} == chosen
    assert (incident.category, incident.severity.code) == ("operational", "P0")
    assert incident.triage["why"]["type"] == "Cara Commander chose it"


def test_a_choice_is_told_with_what_follows_from_it(declare: Declare, people: People) -> None:
    incident = declare("Odd", severity="P1")
    triage.classify(
        incident_id=incident.pk,
        choices={"type": "data_breach", "impact": "critical"},
        actor=Actor.of(people.teammate),
        reason="seen in the log",
    )
    fact = timeline.since(incident.pk)[-1]
    assert (fact.kind, fact.actor_name) == ("incident.classified", "Tom Teammate")
    assert fact.text == (
        "changed the type from other to data breach, the category from technical to security, "
        "the impact from many customers to all customers, the priority from high to urgent: "
        "seen in the log"
    )


def test_an_empty_choice_leaves_it_to_triage_again(arrive: Arrive, people: People) -> None:
    incident = arrive("PostgresqlDown")
    actor = Actor.of(people.teammate)
    for choice, expected in (("ddos", "ddos"), ("", "database_failure")):
        triage.classify(incident_id=incident.pk, choices={"type": choice}, actor=actor)
        incident.refresh_from_db()
        assert incident.type == expected
    assert "type" not in incident.triage["chosen"]


def test_choosing_what_is_there_pins_it_without_news(arrive: Arrive, people: People) -> None:
    """Saying yes to what triage says is a choice too: later alerts must not change it."""
    incident = arrive("PostgresqlDown")
    seq = incident.last_seq
    choices = {"type": incident.type}
    triage.classify(incident_id=incident.pk, choices=choices, actor=Actor.of(people.teammate))
    incident.refresh_from_db()
    assert incident.last_seq == seq
    assert incident.triage["chosen"] == choices


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"type": "fire"}, "There is no type 'fire'"),
        ({"title": "x"}, "title cannot be classified"),
        ({"affected_percent": "101"}, "users hit in percent"),
        ({"affected_percent": "nan"}, "users hit in percent"),
    ],
)
def test_it_refuses_what_is_no_choice(declare: Declare, choices: dict[str, str], says: str) -> None:
    incident = declare()
    with pytest.raises(Invalid, match=says):
        triage.classify(incident_id=incident.pk, choices=choices, actor=ENGINE)


def test_the_priority_follows_the_severity(
    declare: Declare, severities: dict[str, Severity]
) -> None:
    incident = declare("Odd", severity="P3")
    assert (incident.impact, incident.priority) == ("none", "low")
    raised = lifecycle.set_severity(
        incident_id=incident.pk, severity=severities["P0"], actor=ENGINE
    )
    raised.refresh_from_db()
    assert (raised.impact, raised.priority) == ("critical", "urgent")
