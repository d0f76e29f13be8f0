"""What a version would have done to the signals that are stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Alert, Incident, Integration, RoutingVersion, Service, Severity, Team
from incidents.models import Signal as SignalRow
from incidents.pipeline.routing import simulation, versions
from incidents.pipeline.routing.judging import Compiled, Names, judge
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities
from incidents.sources import adapters
from tests.routing.conftest import AT, Publish, Receive, rule

Simulate = Callable[..., dict[str, Any]]


@pytest.fixture
def simulate(admin: Actor, publish: Publish) -> Simulate:
    """Try rules as a draft: `simulate(rule(…))["changed"]`."""

    def run(*rules: dict[str, Any]) -> dict[str, Any]:
        version = versions.write_draft(document={"rules": list(rules)}, actor=admin)
        found = simulation.simulate(version, read=adapters.read, actor=admin)
        return dict(found.result)

    return run


def test_it_tells_what_each_rule_would_have_matched(simulate: Simulate, receive: Receive) -> None:
    for env in ("staging", "prod", "prod"):
        receive("Disk", env=env, fingerprint=env)
    receive("Disk", over=True, fingerprint="prod", env="prod")
    result = simulate(rule("Prod", ("labels.env", "is", "prod"), severity="P3"), rule("Rest"))
    prod, rest = (row["id"] for row in RoutingVersion.objects.get().rules)
    assert (result["rules"][prod]["signals"], result["rules"][prod]["alerts"]) == (2, 1)
    assert (result["rules"][rest]["signals"], result["rules"][rest]["alerts"]) == (1, 1)
    assert (result["messages"], result["of"], result["signals"], result["alerts"]) == (4, 4, 3, 2)
    assert result["changed"] == {"severity": 1}
    alert = Alert.objects.get(fingerprint="prod")
    assert result["examples"]["severity"] == [
        {
            "alert": alert.pk,
            "signal": alert.first_signal_id,
            "what": "severity",
            "now": "P0",
            "then": "P3",
        }
    ]


def test_it_changes_nothing(simulate: Simulate, receive: Receive) -> None:
    receive("Disk")
    before = list(Alert.objects.values()), list(Incident.objects.values())
    simulate(rule("It", ("title", "exists"), suppress=True))
    assert (list(Alert.objects.values()), list(Incident.objects.values())) == before


def test_it_compares_with_what_is_live_now(
    simulate: Simulate, receive: Receive, publish: Publish
) -> None:
    receive("Disk")
    publish(rule("It", severity="P3"))
    assert simulate(rule("It", severity="P3"))["changed"] == {}
    result = simulate(rule("It", severity="P2"))
    assert result["examples"]["severity"][0]["now"] == "P3"
    assert result["against"] == 1


def test_incidents_whose_alerts_would_all_have_been_suppressed_are_fewer(
    simulate: Simulate, receive: Receive
) -> None:
    Service.objects.create(slug="search", name="Search")
    receive("One", env="staging")
    receive("Two", env="prod")
    receive("Three", env="staging", service="search")
    Incident.objects.filter(service__slug="search").update(false_positive=True)
    result = simulate(rule("Quiet", ("labels.env", "is", "staging"), suppress=True))
    assert result["changed"] == {"suppress": 2}
    gone = Incident.objects.get(service__slug="search")
    assert result["incidents_gone"] == [gone.pk], "the other one has an alert that goes on"
    assert (result["incidents_fewer"], result["incidents_fewer_false"]) == (1, 1)


def test_an_incident_with_an_alert_that_was_not_looked_at_is_not_fewer(
    simulate: Simulate, receive: Receive
) -> None:
    receive("One", env="staging")
    receive("Two", env="prod").delete()
    result = simulate(rule("Quiet", ("labels.env", "is", "staging"), suppress=True))
    assert (result["changed"], result["incidents_fewer"]) == ({"suppress": 1}, 0)


def test_what_was_over_while_it_would_have_been_held_makes_no_incident(
    simulate: Simulate, receive: Receive
) -> None:
    receive("Short")
    alert = Alert.objects.get()
    hold = rule("Wait", pause_minutes=5)
    assert simulate(hold)["incidents_fewer"] == 0, "it still fires"
    for minutes, fewer in ((6, 0), (4, 1)):
        over = alert.started_at + timedelta(minutes=minutes)
        Alert.objects.update(state="resolved", resolved_at=over)
        assert simulate(hold)["incidents_fewer"] == fewer


def test_what_live_rules_suppressed_may_be_more_incidents(
    simulate: Simulate, receive: Receive, publish: Publish
) -> None:
    publish(rule("Quiet", ("labels.env", "is", "staging"), suppress=True))
    receive("Disk", env="staging")
    result = simulate(rule("Rest"))
    assert (result["incidents_more"], result["alerts_freed"]) == (1, [Alert.objects.get().pk])
    assert result["changed"] == {"suppress": 1}


def test_it_compares_service_team_and_priority(simulate: Simulate, receive: Receive) -> None:
    Service.objects.create(slug="search", name="Search")
    Team.objects.create(slug="core", name="Core")
    receive("Disk")
    change = {"set": {"tier": "1"}}
    result = simulate(
        rule("It", service="search", team="core", priority="high", pause_minutes=1, labels=change)
    )
    wanted = {"service", "team", "priority", "pause", "labels"}
    assert result["changed"] == dict.fromkeys(wanted, 1)
    assert result["examples"]["team"][0]["now"] == "Payments"


def test_it_says_how_much_it_looked_at(
    simulate: Simulate, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        receive(f"Alert {number}")
    old = clock.now() - timedelta(days=8)
    SignalRow.objects.filter(pk=SignalRow.objects.earliest("pk").pk).update(received_at=old)
    monkeypatch.setattr(simulation, "_CHUNK", 2)
    result = simulate(rule("It"))
    assert (result["messages"], result["of"]) == (4, 4)
    monkeypatch.setattr(simulation, "MOST_SIGNALS", 2)
    assert (simulate(rule("It"))["messages"], result["of"]) == (2, 4)
    monkeypatch.setattr(simulation, "SECONDS_ALLOWED", -1.0)
    assert simulate(rule("It"))["messages"] == 0


def test_a_simulation_is_about_one_revision(simulate: Simulate, admin: Actor) -> None:
    simulate(rule("It"))
    draft = RoutingVersion.objects.get()
    assert versions.is_simulated(draft)
    changed = versions.change_draft(change=lambda rules: [], actor=admin)
    assert not versions.is_simulated(changed)


WORDS = st.text(max_size=12)
VALUES = st.one_of(WORDS, st.integers(), st.booleans(), st.none(), st.floats())
SIGNALS = st.builds(
    Signal,
    action=st.just("fire"),
    fingerprint=WORDS,
    title=WORDS,
    severity=WORDS,
    service=WORDS,
    value=WORDS,
    labels=st.dictionaries(st.sampled_from(["a", "env", "é"]), WORDS, max_size=3),
    annotations=st.recursive(
        st.dictionaries(WORDS, VALUES, max_size=2),
        lambda inner: st.dictionaries(WORDS, st.one_of(inner, st.lists(inner))),
        max_leaves=5,
    ),
)
CONDITIONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(
            ["title", "severity", "service", "labels.a", "annotations.a.b", "time", "x", ""]
        ),
        "operator": st.sampled_from(["is", "matches", "in", "above", "exists", "during", "odd"]),
        "value": st.one_of(WORDS, st.lists(WORDS, max_size=2), st.just("(a|b)+$"), VALUES),
    }
)
ACTIONS = st.dictionaries(
    st.sampled_from(["severity", "service", "team", "suppress", "pause_minutes", "labels", "x"]),
    st.one_of(VALUES, st.just({"set": {"a": "b"}, "remove": ["env"]}), st.just(5)),
    max_size=3,
)
RULES = st.fixed_dictionaries(
    {"name": WORDS, "conditions": st.lists(CONDITIONS, max_size=3), "actions": ACTIONS},
    optional={"match": st.sampled_from(["any", "all", ""]), "go_on": st.booleans(), "off": VALUES},
)
DOCUMENTS = st.one_of(VALUES, st.fixed_dictionaries({"rules": st.lists(st.one_of(RULES, VALUES))}))
QUICK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(signal=SIGNALS, document=DOCUMENTS)
def test_no_signal_and_no_document_makes_it_fail(
    caplog: pytest.LogCaptureFixture, signal: Signal, document: Any
) -> None:
    """Nor is the net below it needed: nothing is logged."""
    severity = Severity(code="P2", label="Medium", rank=2)
    names = Names(Severities([severity]), Services([]), {})
    caplog.clear()
    found = judge(Compiled.of(1, document), signal, Integration(name="X"), AT, names)
    assert found.directed.signal.fingerprint == signal.fingerprint
    assert not caplog.records
