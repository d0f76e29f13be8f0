"""What conditions see, what actions do, and which rule wins."""

import timeit
from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.kernel.errors import Invalid
from incidents.models import Integration, Service, Severity
from incidents.pipeline.routing import hours
from incidents.pipeline.routing.conditions import SLOW_ALLOWED, Pattern
from incidents.pipeline.routing.document import Tables, checked
from incidents.pipeline.routing.judging import Names, Verdict, judge
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Services, Severities
from tests.routing.conftest import AT, Direct, compiled, rule

DISK = {
    "title": "Disk full on db-1",
    "description": "No space left",
    "severity": "critical",
    "service": "Checkout",
    "group": "disks",
    "value": "93.5%",
    "link": "https://grafana.example/d/1",
    "labels": {"env": "staging", "k8s.io/app": "db"},
    "annotations": {"commit": {"author": {"name": "Ann"}}, "a.b": {"c": 3}, "tags": ["x", "y"]},
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (("title", "is", "disk FULL on db-1"), True),
        (("title", "is", "Disk"), False),
        (("title", "is_not", "Disk"), True),
        (("title", "is_not", "disk full on db-1"), False),
        (("description", "contains", "SPACE"), True),
        (("description", "contains", "room"), False),
        (("title", "starts_with", "disk"), True),
        (("title", "starts_with", "full"), False),
        (("title", "matches", r"db-\d$"), True),
        (("title", "matches", r"^db-\d"), False),
        (("labels.env", "in", "dev, staging"), True),
        (("labels.env", "in", ["prod"]), False),
        (("labels.k8s.io/app", "is", "db"), True),
        (("labels.none", "is_not", "x"), True),
        (("labels.env", "exists"), True),
        (("labels.none", "exists"), False),
        (("labels.none", "missing"), True),
        (("labels.env", "missing"), False),
        (("annotations.commit.author.name", "is", "ann"), True),
        (("annotations.a.b.c", "above", "2"), True),
        (("annotations.tags", "contains", "y"), True),
        (("annotations.commit.nowhere", "exists"), False),
        (("value", "above", "93"), True),
        (("value", "above", "93.5"), False),
        (("value", "below", "100"), True),
        (("value", "below", "93.5"), False),
        (("title", "above", "1"), False),
        (("title", "below", "1"), False),
        (("severity", "is", "critical"), True),
        (("severity", "is", "P0"), True),
        (("severity", "is", "P1"), False),
        (("service", "is", "checkout"), True),
        (("service", "is", "Checkout"), True),
        (("integration", "is", "Prometheus"), True),
        (("kind", "is", "alertmanager"), True),
        (("group", "is", "disks"), True),
        (("link", "contains", "grafana"), True),
        (("fingerprint", "is", "C7E2F1B2"), True),
        (("time", "during", "mon-fri 02:00-04:00"), True),
        (("time", "during", "sat,sun"), False),
        (("time", "outside", "09:00-17:00 Europe/Berlin"), True),
        (("time", "outside", "04:00-05:00 Europe/Berlin"), False),
    ],
)
def test_it_looks_at_any_field(direct: Direct, condition: Any, holds: bool) -> None:
    found = direct(rule("It", condition, priority="high"), **DISK)
    assert bool(found.rule) is holds


def test_a_signal_that_names_no_service_has_that_of_its_integration(direct: Direct) -> None:
    assert direct(rule("It", ("service", "is", "checkout"))).rule == "It"


@pytest.mark.parametrize(("match", "rules"), [("all", ""), ("any", "It")])
def test_all_or_any_of_the_conditions_have_to_hold(direct: Direct, match: str, rules: str) -> None:
    found = rule("It", ("title", "is", "X"), ("labels.env", "is", "prod"), match=match)
    assert direct(found, labels={"env": "prod"}).rule == rules


def test_the_first_rule_that_matches_wins(direct: Direct) -> None:
    found = direct(
        rule("Off", severity="P0", off=True),
        rule("Other", ("title", "is", "X"), severity="P1"),
        rule("First", severity="P2"),
        rule("Second", severity="P3"),
    )
    assert (found.rule, found.version, found.signal.severity) == ("First", 7, "P2")


def test_a_rule_that_goes_on_shows_what_it_changed_to_those_below(direct: Direct) -> None:
    found = direct(
        rule("Tag", labels={"set": {"tier": "db"}}, severity="P1", priority="high", go_on=True),
        rule("Use", ("labels.tier", "is", "db"), ("severity", "is", "P1"), severity="P3"),
        rule("Never", severity="P0"),
    )
    assert (found.rule, found.signal.severity, found.priority) == ("Tag, Use", "P3", "high")


def test_it_sets_severity_service_team_and_priority(direct: Direct, service: Service) -> None:
    found = direct(
        rule("It", severity="critical", service="Checkout", team="payments", priority="urgent")
    )
    assert (found.signal.severity, found.signal.service) == ("P0", "checkout")
    assert (found.team, found.priority) == (service.team, "urgent")


def test_it_adds_overwrites_and_removes_labels(direct: Direct) -> None:
    change = {"set": {"env": "prod"}, "add": {"team": "a", "zone": "b"}, "remove": ["pod"]}
    found = direct(rule("It", labels=change), labels={"env": "x", "zone": "eu", "pod": "7"})
    assert found.signal.labels == {"env": "prod", "zone": "eu", "team": "a"}


def test_it_suppresses_and_holds(direct: Direct) -> None:
    quiet = direct(rule("Quiet", ("title", "exists"), suppress=True))
    held = direct(rule("Wait", pause_minutes=5))
    assert (quiet.suppress, quiet.pause_seconds) == (True, 0)
    assert (held.suppress, held.pause_seconds) == (False, 300)


def test_a_rule_without_actions_lets_a_signal_pass_those_below(direct: Direct) -> None:
    found = direct(
        rule("Pass", ("title", "exists")), rule("Quiet", ("title", "exists"), suppress=True)
    )
    assert (found.rule, found.suppress) == ("Pass", False)


@pytest.mark.parametrize(
    ("text", "moment", "holds"),
    [
        ("fri 22:00-06:00", (6, 23, 0), True),
        ("fri 22:00-06:00", (7, 5, 59), True),
        ("fri 22:00-06:00", (7, 6, 0), False),
        ("fri 22:00-06:00", (6, 5, 0), False),
        ("sat-mon", (9, 12, 0), True),
        ("sat-mon", (10, 12, 0), False),
        ("mon,wed 00:00-24:00", (4, 23, 59), True),
        ("", (4, 0, 0), None),
        ("09:00-09:00", (4, 0, 0), None),
        ("25:00-26:00", (4, 0, 0), None),
        ("mon-noday", (4, 0, 0), None),
        ("Europe/Nowhere", (4, 0, 0), None),
    ],
)
def test_hours_are_days_times_and_a_zone(text: str, moment: Any, holds: bool | None) -> None:
    day, hour, minute = moment
    at = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
    if holds is None:
        with pytest.raises(Invalid):
            hours.read(text)
    else:
        assert hours.read(text).holds(at) is holds


def test_hours_follow_the_clocks_of_their_zone() -> None:
    office = hours.read("09:00-17:00 Europe/Berlin")
    summer = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert office.holds(summer)
    assert not office.holds(datetime(2026, 12, 1, 7, 30, tzinfo=UTC))


def test_a_pattern_that_takes_too_long_does_not_match_and_rests() -> None:
    pattern = Pattern(r"(a|aa)+$")
    text = "a" * 60 + "!"
    for _ in range(SLOW_ALLOWED + 1):
        assert pattern(text) is False
    assert pattern.slow == SLOW_ALLOWED + 1
    assert pattern("aaa") is False, "it is not asked again for a while"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"name": ""}, "needs a name"),
        (rule("It", ("colour", "is", "red")), "no field"),
        (rule("It", ("title", "resembles", "x")), "no operator"),
        (rule("It", ("title", "is", "")), "needs a value"),
        (rule("It", ("title", "matches", "(")), "no regular expression"),
        (rule("It", ("value", "above", "high")), "no number"),
        (rule("It", ("title", "during", "mon")), "The time is compared"),
        (rule("It", ("time", "is", "mon")), "The time is compared"),
        (rule("It", ("title", "in", "")), "list of values"),
        (rule("It", suppress=True), "would suppress every alert"),
        (rule("It", ("title", "exists"), suppress=True, pause_minutes=5), "not both"),
        (rule("It", severity="P9"), "no severity"),
        (rule("It", service="nowhere"), "no service"),
        (rule("It", team="nobody"), "no team"),
        (rule("It", priority="soonish"), "no priority"),
        (rule("It", pause_minutes=-1), "0 to 1440"),
        (rule("It", pause_minutes=True), "0 to 1440"),
        (rule("It", labels={"set": {"a": ""}}), "needs a value"),
        (rule("It", page="me"), "no member"),
        (rule("It", match="some"), "all or any"),
        (["It"], "object"),
    ],
)
def test_it_says_which_rule_is_wrong_and_why(
    severities: dict[str, Severity], service: Service, row: Any, told: str
) -> None:
    with pytest.raises(Invalid, match=told) as caught:
        checked({"rules": [rule("Fine"), row]}, Tables.load())
    assert "Rule 2" in str(caught.value)


def test_two_rules_of_one_name_are_refused(severities: object, service: Service) -> None:
    with pytest.raises(Invalid, match="Two rules"):
        checked({"rules": [rule("It"), rule("it")]}, Tables.load())


def test_a_rule_keeps_its_id_by_its_name(severities: object, service: Service) -> None:
    first = checked({"rules": [rule("It")]}, Tables.load())["rules"][0]["id"]
    again = checked({"rules": [rule("New"), rule("It")]}, Tables.load(), known={"It": first})
    assert again["rules"][1]["id"] == first
    assert again["rules"][0]["id"] not in ("", first)


def test_fifty_rules_that_do_not_match_cost_little(
    integration: Integration, severities: dict[str, Severity]
) -> None:
    """The goal is 20 µs; others may be at work on the machine that runs this."""
    fields = ("title", "labels.a", "labels.b", "service", "labels.z")
    operators = ("is", "contains", "starts_with", "in", "exists")
    rules = [rule(f"R{n}", (fields[n % 5], operators[n % 5], f"x{n}")) for n in range(50)]
    version, names = compiled(*rules), Names(Severities.load(), Services.load(), {})
    signal = Signal("fire", "f", title="Checkout answers 5xx", labels={"a": "1", "b": "2"})

    def run() -> Verdict:
        return judge(version, signal, integration, AT, names)

    assert not run().hits
    assert min(timeit.repeat(run, number=200, repeat=20)) / 200 < 80e-6
