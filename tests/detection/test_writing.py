"""What the verbs refuse, whoever asks."""

from typing import Any

import pytest

from incidents.kernel.errors import Conflict, Invalid
from incidents.models import DetectionRule, TelemetrySource
from incidents.sources.detection.writing import delete_rule, delete_source, save_rule, save_source
from tests.detection.conftest import MakeRule, Telemetry


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("astrology", {}, "kind"),
        ("threshold", {"source": None}, "source"),
        ("threshold", {"query": "  "}, "query"),
        ("threshold", {"interval_seconds": 1}, "interval_seconds"),
        ("threshold", {"mode": "asleep"}, "mode"),
        ("threshold", {"settings": {"weeks": 4}}, "settings"),
        ("rate", {"settings": {"window_seconds": 1}}, "window_seconds"),
        ("burn_rate", {"query": "errors[1h]"}, "query"),
        ("pattern", {"settings": {"pattern": "("}}, "pattern"),
        ("pattern", {"settings": {"pattern": "x"}}, "source"),
        ("pattern", {"source": None, "settings": {"pattern": "x", "labels": "env"}}, "labels"),
        ("composite", {"settings": {"rules": [987_654]}}, "rules"),
        ("composite", {"settings": {}}, "rules"),
    ],
)
def test_it_refuses_a_rule_that_cannot_be_judged(
    make_rule: MakeRule, kind: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        make_rule(kind, **changes)
    assert caught.value.field == field
    assert not DetectionRule.objects.exists()


def test_a_composite_rule_looks_at_no_composite(make_rule: MakeRule) -> None:
    one = make_rule(name="One")
    both = make_rule("composite", name="Both", settings={"rules": [one.pk]})
    with pytest.raises(Invalid, match="other kinds"):
        make_rule("composite", name="All", settings={"rules": [both.pk]})


def test_names_are_taken_once(make_rule: MakeRule, telemetry: Telemetry) -> None:
    make_rule(name="One")
    with pytest.raises(Conflict):
        make_rule(name="One")
    with pytest.raises(Conflict):
        save_source(TelemetrySource(url="http://127.0.0.1:1"), {"name": "Prometheus"})


def test_it_learns_only_where_there_is_history(make_rule: MakeRule) -> None:
    TelemetrySource.objects.update(kind="http")
    with pytest.raises(Invalid, match="keeps no history"):
        make_rule("anomaly", source=TelemetrySource.objects.get())


def test_a_token_is_kept_encrypted(telemetry: Telemetry) -> None:
    assert telemetry.source
    save_source(telemetry.source, {"token": "geheim"})
    stored = TelemetrySource.objects.get()
    assert "geheim" not in stored.sealed_token
    assert stored.token == "geheim"
    save_source(stored, {"token": ""})
    assert TelemetrySource.objects.get().sealed_token == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "oracle"}, "kind"),
        ({"kind": "http", "settings": {"body_pattern": "("}}, "body_pattern"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"settings": {"colour": 1}}, "settings"),
    ],
)
def test_it_refuses_a_source_that_cannot_be_asked(
    telemetry: Telemetry, changes: dict[str, Any], field: str
) -> None:
    assert telemetry.source
    with pytest.raises(Invalid) as caught:
        save_source(telemetry.source, changes)
    assert caught.value.field == field


def test_a_source_that_rules_ask_stays(make_rule: MakeRule, telemetry: Telemetry) -> None:
    make_rule()
    assert telemetry.source
    with pytest.raises(Conflict, match="Rules ask"):
        delete_source(telemetry.source)
    save_rule(DetectionRule.objects.get(), {"mode": "off"})


def test_a_pattern_counts_no_more_lines_than_it_is_given(make_rule: MakeRule) -> None:
    """Loki gives 2,000 at once: a rule that wants 2,001 would never open anything."""
    TelemetrySource.objects.update(kind="loki")
    settings, source = {"pattern": "x", "count": 2001}, TelemetrySource.objects.get()
    with pytest.raises(Invalid, match="at most 2,000 lines") as caught:
        make_rule("pattern", source=source, settings=settings)
    assert caught.value.field == "count"
    make_rule("pattern", source=source, settings=settings | {"count": 2000})


def test_a_rule_that_another_looks_at_stays(make_rule: MakeRule) -> None:
    one = make_rule(name="One")
    both = make_rule("composite", name="Both", settings={"rules": [one.pk]})
    with pytest.raises(Conflict, match="“Both” looks at “One”"):
        delete_rule(one)
    delete_rule(both)
    delete_rule(one)
