"""Detection in the console, with a browser that has no JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import (
    Backtest,
    DetectionRule,
    Finding,
    RuleBaseline,
    RuleRun,
    Severity,
    TelemetrySource,
    User,
)
from incidents.sources.detection import backtest
from tests.conftest import People
from tests.detection.conftest import MakeRule, Telemetry
from tests.detection.servers import matrix
from tests.pages import text


@pytest.fixture
def admin(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


def _typed(severity: Severity, source: TelemetrySource | None, **more: str) -> dict[str, Any]:
    return {
        "kind": "rate",
        "name": "Traffic falls",
        "source": source.pk if source else "",
        "query": "rps",
        "comparator": "lt",
        "threshold": "-50",
        "set_window_seconds": "600",
        "set_measure": "percent",
        "hold_seconds": "0",
        "interval_seconds": "60",
        "no_data": "ok",
        "severity": severity.pk,
        "mode": "shadow",
        "do": "save",
        **more,
    }


def test_it_has_a_field_for_each_setting_of_the_kind(admin: Client, severities: object) -> None:
    assert 'name="set_objective"' in text(admin, "detection_rule_new", kind="burn_rate")
    page = text(admin, "detection_rule_new", kind="nonsense")
    assert 'name="threshold"' in page
    assert 'name="set_' not in page


def test_it_saves_a_rule_and_edits_it(
    admin: Client, severities: dict[str, Severity], telemetry: Telemetry
) -> None:
    new = reverse("web:detection_rule_new")
    response = admin.post(new, _typed(severities["P1"], telemetry.source), follow=True)
    rule = DetectionRule.objects.get()
    assert (rule.mode, rule.settings) == (
        "shadow",
        {"window_seconds": 600, "measure": "percent"},
    )
    assert "Per cent of what it was" in response.content.decode()
    edit = reverse("web:detection_rule_edit", args=[rule.pk])
    admin.post(edit, _typed(severities["P1"], telemetry.source, set_window_seconds="1200"))
    rule.refresh_from_db()
    assert rule.settings["window_seconds"] == 1200
    assert rule.history.count() == 2


def test_it_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(
    admin: Client, severities: dict[str, Severity], telemetry: Telemetry
) -> None:
    typed = _typed(severities["P1"], None, set_window_seconds="1")
    response = admin.post(reverse("web:detection_rule_new"), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "between 60 and" in page
    assert "Traffic falls" in page
    assert not DetectionRule.objects.exists()


def test_the_editor_tries_on_live_data_and_saves_nothing(
    admin: Client, severities: dict[str, Severity], telemetry: Telemetry
) -> None:
    telemetry.now = [({"job": "checkout"}, 9.0)]
    typed = _typed(severities["P1"], telemetry.source, kind="threshold", comparator="gt", do="test")
    page = admin.post(reverse("web:detection_rule_new"), typed).content.decode()
    assert "1 of 1" in page
    assert "job=checkout" in page
    assert not DetectionRule.objects.exists()


def test_it_changes_the_mode_and_deletes_what_is_off(admin: Client, make_rule: MakeRule) -> None:
    rule = make_rule(mode="shadow")
    change = reverse("web:detection_rule_change", args=[rule.pk])
    assert "is live" in admin.post(change, {"action": "live"}, follow=True).content.decode()
    assert admin.post(change, {"action": "asleep"}).status_code == 422
    admin.post(change, {"action": "off"})
    assert "Delete the rule" in text(admin, "detection_rule", rule.pk)
    admin.post(change, {"action": "delete"})
    assert not DetectionRule.objects.exists()


def test_a_shipped_rule_without_a_source_does_not_go_live(
    admin: Client, severities: dict[str, Severity]
) -> None:
    rule = DetectionRule.objects.create(name="Shipped", mode="off", severity=severities["P1"])
    change = reverse("web:detection_rule_change", args=[rule.pk])
    response = admin.post(change, {"action": "live"})
    assert response.status_code == 422
    assert "The rule needs a source" in response.content.decode()


def test_a_rule_shows_what_it_found_its_runs_and_why_it_failed(
    admin: Client, make_rule: MakeRule
) -> None:
    rule = make_rule()
    when = {"rule": rule, "started_at": clock.now()}
    RuleRun.objects.create(duration_ms=12, worst_value=0.0513, series=3, firing=1, **when)
    RuleRun.objects.create(duration_ms=34, error="It answered 503", **when)
    Finding.objects.create(
        rule=rule, fingerprint="f", mode="shadow", labels={"job": "a"}, opened_at=clock.now()
    )
    page = text(admin, "detection_rule", rule.pk)
    for words in ("0.0513", "34 ms", "It answered 503", "job=a", "In shadow"):
        assert words in page


def test_it_tries_a_rule_on_history_and_shows_how_far_it_is(
    admin: Client, make_rule: MakeRule, telemetry: Telemetry
) -> None:
    rule = make_rule()
    telemetry.tell = lambda _: (200, matrix())
    path = reverse("web:detection_backtest", args=[rule.pk])
    page = admin.post(path, {"days": "7"}, follow=True).content.decode()
    assert "Waits for a worker" in page
    assert 'hx-trigger="every 2s"' in page
    backtest.work(Backtest.objects.get().pk)
    page = text(admin, "detection_rule", rule.pk)
    assert "Ada Admin" in page
    assert "There were none" in page
    assert "every 2s" not in page
    assert admin.post(path, {"days": "365"}).status_code == 422


def test_a_result_of_an_older_version_is_marked(
    admin: Client, make_rule: MakeRule, telemetry: Telemetry
) -> None:
    rule = make_rule()
    telemetry.tell = lambda _: (200, matrix())
    backtest.work(backtest.ask_for(rule, days=7, user=None).pk)
    assert "has changed since" not in text(admin, "detection_rule", rule.pk)
    rule.save()
    assert "has changed since" in text(admin, "detection_rule", rule.pk)


def test_it_keeps_sources_and_their_tokens(admin: Client) -> None:
    typed = {"kind": "http", "name": "Shop", "url": "http://127.0.0.1:1", "timeout_seconds": "5"}
    settings = {"set_least_status": "200", "set_most_status": "299", "set_body_pattern": "ok"}
    new = reverse("web:detection_source_new")
    admin.post(new, {**typed, **settings, "token": "geheim"})
    source = TelemetrySource.objects.get()
    assert (source.token, source.settings["most_status"]) == ("geheim", 299)
    path = reverse("web:detection_source", args=[source.pk])
    assert "geheim" not in admin.get(path).content.decode()
    admin.post(path, {**typed, **settings, "token": ""})
    source.refresh_from_db()
    assert source.token == "geheim"
    assert admin.post(new, {**typed, **settings}).status_code == 422, "the name is taken"
    admin.post(path, {"action": "delete"})
    assert not TelemetrySource.objects.exists()


def test_the_overview_says_what_is_blind(
    admin: Client, make_rule: MakeRule, telemetry: Telemetry
) -> None:
    make_rule()
    assert "not answering" not in text(admin, "detection")
    TelemetrySource.objects.update(failing_since=clock.now(), last_error="It answered 503")
    page = text(admin, "detection")
    assert "1 source not answering" in page
    assert "It answered 503" in page


def test_an_observer_reads_and_changes_nothing(
    people: People, sign_in: Callable[[User], Client], make_rule: MakeRule
) -> None:
    observer, rule = sign_in(people.observer), make_rule()
    page = text(observer, "detection_rule", rule.pk)
    assert "Test now" not in page
    assert reverse("web:detection_rule_edit", args=[rule.pk]) not in page
    change = reverse("web:detection_rule_change", args=[rule.pk])
    assert observer.post(change, {"action": "off"}).status_code == 403


def test_the_list_costs_the_same_however_many_rules_there_are(
    admin: Client, make_rule: MakeRule
) -> None:
    counts = []
    for batch in range(2):
        for number in range(20):
            rule = make_rule(name=f"Rule {batch} {number:02}")
            for _ in range(3):
                RuleRun.objects.create(rule=rule, started_at=clock.now(), duration_ms=1)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(admin, "detection")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_it_pages_and_filters_by_name_and_mode(admin: Client, make_rule: MakeRule) -> None:
    for number in range(52):
        make_rule(name=f"Rule {number:02}", mode="live" if number % 2 else "shadow")
    first = text(admin, "detection")
    assert "Rule 46" in first
    assert "Rule 48" not in first
    assert "after=3%3A1%3ARule+46" in first
    later = text(admin, "detection", after="3:1:Rule 46")
    assert ("Rule 48" in later, "Rule 50" in later, "Rule 46" in later) == (True, True, False)
    assert "Rule 01" in text(admin, "detection", after="nonsense")
    shadows = text(admin, "detection", mode="shadow", q="Rule 0")
    assert "Rule 02" in shadows
    assert "Rule 03" not in shadows
    assert "No rule matches" in text(admin, "detection", q="nowhere\0")


def test_the_worst_rules_come_first(
    admin: Client, make_rule: MakeRule, severities: dict[str, Severity]
) -> None:
    for name, mode in (("Quiet", "live"), ("Off", "off"), ("Watched", "shadow")):
        make_rule(name=f"{name} rule", mode=mode)
    broken, firing = make_rule(name="Broken rule"), make_rule(name="Firing rule")
    make_rule(name="A mild rule", severity="P3")
    DetectionRule.objects.filter(pk=broken.pk).update(
        failing_since=clock.now(), last_error="parse error at char 7"
    )
    firing.series.create(fingerprint="f", firing=True, over_since=clock.now())
    page = text(admin, "detection")
    wanted = [
        *("Over the line now", "Firing rule", "Cannot be judged", "Broken rule", "parse error"),
        *("Live, all quiet", "Quiet rule", "A mild rule", "Watched rule", "Off rule"),
    ]
    places = [page.index(words) for words in wanted]
    assert places == sorted(places)


def test_a_rule_that_learns_shows_what_is_usual_now(
    admin: Client, make_rule: MakeRule, telemetry: Telemetry
) -> None:
    rule = make_rule("anomaly")
    assert "needs this hour of two earlier weeks" in text(admin, "detection_rule", rule.pk)
    usual = [[100.0, 0.0, 3]] * 168
    learned = {"job=a": usual, "job=b": [[5.0, 0.0, 1]] * 168}
    RuleBaseline.objects.create(rule=rule, query="", made_at=clock.now(), learned=learned)
    for value in (99.0, 101.0):
        RuleRun.objects.create(
            rule=rule, started_at=clock.now(), duration_ms=1, worst_value=value, series=1
        )
    page = text(admin, "detection_rule", rule.pk)
    assert "90 to 110" in page
    assert "from 3 weeks" in page
    assert 'class="band"' in page
    assert "job=b" not in page


def test_an_admin_asks_a_source_whether_it_is_there(admin: Client, telemetry: Telemetry) -> None:
    assert telemetry.source
    path = reverse("web:detection_source", args=[telemetry.source.pk])
    page = admin.post(path, {"action": "ask"}, follow=True).content.decode()
    assert "Prometheus answered in" in page
    assert TelemetrySource.objects.get().last_ok_at
    telemetry.status = 503
    page = admin.post(path, {"action": "ask"}, follow=True).content.decode()
    assert "It answered 503" in page
    assert TelemetrySource.objects.get().failing_since
