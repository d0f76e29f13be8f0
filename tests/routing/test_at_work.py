"""The rules at work: from a message at the door to an alert, an incident, or none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import (
    Alert,
    Incident,
    Integration,
    RoutingDifference,
    RoutingTally,
    Service,
    Severity,
    SignalState,
    Team,
)
from incidents.pipeline.noise import recheck
from incidents.pipeline.routing import Routes, judging, versions
from incidents.pipeline.routing.routes import KEPT_DIFFERENCES
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities
from incidents.selectors import routing
from tests.routing.conftest import Publish, Receive, rule

QUIET = rule("Staging pages nobody", ("labels.env", "is", "staging"), suppress=True)


@pytest.fixture
def now() -> Iterator[list[float]]:
    """Seconds to be added to the clock; the database stamps messages by its own."""
    ahead = [0.0]
    clock.replace(lambda: datetime.now(UTC) + timedelta(seconds=ahead[0]))
    yield ahead
    clock.replace(None)


def test_a_rule_decides_severity_service_team_and_labels(
    publish: Publish, receive: Receive, severities: object
) -> None:
    Service.objects.create(slug="search", name="Search")
    Team.objects.create(slug="core", name="Core")
    change = {"set": {"tier": "1"}}
    publish(rule("It", severity="P3", service="search", team="core", priority="low", labels=change))
    row = receive(pod="p-1")
    alert = Alert.objects.select_related("incident__team").get()
    assert (alert.severity.code, alert.priority, alert.labels["tier"]) == ("P3", "low", "1")
    assert alert.incident is not None
    assert (str(alert.incident.service), str(alert.incident.team)) == ("Search", "Core")
    assert alert.incident.priority == "low"
    assert alert.trail[0]["text"] == "the rule “It” of version 1 says so"
    told = row.outcome[0]
    assert (told["rule"], told["version"]) == ("It", 1)
    assert routing.directed(told) == (
        "Rule “It” of version 1: set the severity to P3 Low, set the service to Search, "
        "set the team to Core, set the priority to Low, set the label tier to “1”."
    )


def test_without_rules_nothing_changes_and_nothing_is_told(
    receive: Receive, severities: object
) -> None:
    row = receive()
    assert "rule" not in row.outcome[0]
    assert routing.directed(row.outcome[0]) == ""
    assert Incident.objects.get().severity.code == "P0"


def test_a_suppressed_alert_is_kept_and_makes_no_incident(
    publish: Publish, receive: Receive
) -> None:
    publish(QUIET)
    row = receive(env="staging")
    receive("Other", env="prod")
    alert = Alert.objects.get(fingerprint="HighErrorRate")
    assert alert.incident is None
    assert (alert.held, alert.recheck_at) == (True, None)
    assert alert.muted_by[0]["why"] == (
        "suppressed by the rule “Staging pages nobody” of version 1"
    )
    assert row.outcome[0]["muted_by"] == ["routing"]
    assert Incident.objects.get().alerts.get().fingerprint == "Other"
    receive(env="staging", over=True)
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_a_paused_alert_goes_on_if_it_still_fires(
    publish: Publish, receive: Receive, now: list[float]
) -> None:
    publish(rule("Wait", pause_minutes=5, severity="P2"))
    receive("Lasting")
    receive("Passing")
    assert not Incident.objects.exists()
    receive("Passing", over=True)
    now[0] = 299
    recheck.work()
    assert not Incident.objects.exists()
    now[0] = 301
    recheck.work()
    assert [a.fingerprint for a in Incident.objects.get().alerts.all()] == ["Lasting"]
    kinds = [told["kind"] for told in Alert.objects.get(fingerprint="Lasting").trail]
    assert kinds == ["severity", "routing", "released"]


def test_a_suppressed_alert_goes_on_once_no_rule_suppresses_it(
    publish: Publish, receive: Receive, admin: Actor
) -> None:
    version = publish(QUIET)
    receive(env="staging")
    recheck.work()
    assert not Incident.objects.exists()
    versions.stop(number=version.number, actor=admin)
    receive(env="staging")
    recheck.work()
    assert Incident.objects.get().alerts.count() == 1
    publish(QUIET)
    receive(env="staging")
    recheck.work()
    assert not Alert.objects.get().muted_by, "what has an incident keeps it"


def test_a_held_alert_is_suppressed_when_a_rule_says_so_later(
    publish: Publish, receive: Receive
) -> None:
    publish(rule("Wait", pause_minutes=5))
    receive(env="staging")
    publish(QUIET)
    receive(env="staging")
    recheck.work()
    assert [told["until"] for told in Alert.objects.get().muted_by] == [None]


def test_a_rule_worsens_an_alert_that_is_open(publish: Publish, receive: Receive) -> None:
    publish(rule("It", severity="P2"))
    receive(pod="a")
    publish(rule("It", severity="P1"))
    receive(pod="b")
    assert Incident.objects.get().severity.code == "P1"


def test_it_counts_what_rules_match(publish: Publish, receive: Receive) -> None:
    version = publish(QUIET, rule("Rest", go_on=True))
    for env in ("staging", "prod", "dev"):
        receive(env, env=env)
    tally = RoutingTally.objects.get(version=version)
    counts = {row["name"]: tally.matched.get(row["id"], 0) for row in version.rules}
    assert counts == {"Staging pages nobody": 1, "Rest": 2}
    assert (tally.seen, tally.differing) == (3, 0)


def test_a_shadow_changes_nothing_and_writes_down_what_differs(
    publish: Publish, receive: Receive
) -> None:
    publish(rule("It", severity="P2"))
    shadow = publish(rule("It", severity="P2"), rule("Never"), to="shadow")
    receive("Same")
    assert not RoutingDifference.objects.exists()
    shadow = publish(QUIET, rule("Else", severity="P0"), to="shadow")
    rows = [receive("One", env="staging"), receive("Two")]
    assert set(Alert.objects.values_list("severity__code", flat=True)) == {"P2"}
    assert all(alert.incident_id for alert in Alert.objects.all())
    assert [row.outcome[0]["version"] for row in rows] == [1, 1]
    found = list(RoutingDifference.objects.filter(version=shadow).order_by("pk"))
    assert [(d.signal_id, d.rule) for d in found] == [
        (rows[0].pk, "Staging pages nobody"),
        (rows[1].pk, "Else"),
    ]
    assert {"what": "suppress", "now": "", "then": "yes"} in found[0].changes
    assert found[1].changes == [{"what": "severity", "now": "P2", "then": "P0"}]
    assert RoutingTally.objects.get(version=shadow).differing == 2


def test_it_keeps_the_latest_differences_only(publish: Publish, receive: Receive) -> None:
    shadow = publish(rule("It", severity="P3"), to="shadow")
    for number in range(KEPT_DIFFERENCES + 3):
        receive(f"Alert {number}")
    found = shadow.differences.order_by("pk")
    assert found.count() == KEPT_DIFFERENCES
    assert found[0].fingerprint == "Alert 3"


def test_a_fault_in_a_rule_costs_no_alert(
    publish: Publish, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(rule("It", severity="P3"))

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(judging, "_changed", broken)
    row = receive()
    assert row.state == SignalState.FOLDED
    assert Incident.objects.get().severity.code == "P0"


def test_a_batch_that_is_folded_again_counts_once(
    publish: Publish, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, routes = publish(rule("It")), Routes.load()
    signal, sender = Signal("fire", "f"), Integration.objects.get()
    routes.direct(signal, sender)
    again = routes.again()
    again.direct(signal, sender)
    again.keep_notes()
    assert RoutingTally.objects.get(version=version).seen == 1


def test_a_published_version_is_read_once(
    publish: Publish, severities: dict[str, Severity]
) -> None:
    publish(rule("It"))
    Routes.load()
    with CaptureQueriesContext(connection) as queries:
        Routes.load(Severities.load(), Services.load())
    assert len([q for q in queries if "routingversion" in q["sql"]]) == 1
    assert not [q for q in queries if '"document"' in q["sql"]]
