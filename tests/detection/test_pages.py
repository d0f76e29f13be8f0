"""Detection in the console, with a browser that has no JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import (
    Alert,
    Backtest,
    DetectionRule,
    Finding,
    Incident,
    Integration,
    JobRun,
    RuleBaseline,
    RuleRun,
    Service,
    Severity,
    TelemetrySource,
    User,
)
from incidents.selectors import detection
from incidents.sources.detection import backtest
from incidents.sources.detection.rules import POLL_JOB
from tests.conftest import Declare, FrozenClock, People
from tests.detection.conftest import MakeRule, Telemetry
from tests.detection.servers import matrix


@pytest.fixture
def admin(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"web:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


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


def _alert(rule: DetectionRule, incident: Incident, number: int) -> None:
    Alert.objects.create(
        integration=Integration.of_our_own("detection", "Detection"),
        fingerprint=str(number),
        title="It",
        severity=incident.severity,
        incident=incident,
        annotations={"rule": str(rule.pk)},
        started_at=clock.now(),
        last_seen_at=clock.now(),
    )


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


def test_one_click_on_an_incident_marks_a_false_alarm_and_one_takes_it_back(
    people: People, sign_in: Callable[[User], Client], declare: Declare
) -> None:
    client, incident = sign_in(people.teammate), declare()
    Incident.objects.update(source="alert")
    room = reverse("warroom:room", kwargs={"ref": incident.reference})
    edit = reverse("warroom:edit", kwargs={"ref": incident.reference})
    for value, offered in (("yes", "It was real</button>"), ("no", "False alarm</button>")):
        head = client.post(edit, {"false_positive": value}, follow=True).content.decode()
        assert head.partition('id="head"')[2].partition("</header>")[0].count(offered) == 1
        assert Incident.objects.get().false_positive is (value == "yes")
    assert client.get(room).status_code == 200


def test_precision_is_what_responders_say(
    make_rule: MakeRule, declare: Declare, service: Service
) -> None:
    rule = make_rule()
    incidents = [declare(f"Number {n}") for n in range(6)]
    for number, incident in enumerate([*incidents, incidents[0]]):
        _alert(rule, incident, number)
    assert detection.precision([rule.pk])[rule.pk].share == 1.0
    Incident.objects.filter(pk=incidents[0].pk).update(false_positive=True)
    judged = detection.precision([rule.pk])[rule.pk]
    assert (judged.incidents, judged.wrong, judged.share) == (6, 1, 5 / 6)
    Incident.objects.filter(pk=incidents[1].pk).update(private=True)
    assert detection.precision()[rule.pk].share == 4 / 5
    Incident.objects.filter(pk=incidents[2].pk).update(private=True)
    assert (detection.precision()[rule.pk].incidents, detection.precision()[rule.pk].share) == (
        *(4, None),
    )


def _status() -> detection.Status:
    return detection.status(Incident.objects.all(), poll=POLL_JOB)


def test_the_status_counts_what_alerts_opened(declare: Declare, frozen: FrozenClock) -> None:
    for number, hours in enumerate((0, 1, 1, 30, 40)):
        incident = declare()
        at = frozen.at - timedelta(hours=hours)
        Incident.objects.filter(pk=incident.pk).update(
            source="alert", opened_at=at, began_at=at - timedelta(seconds=90 + 60 * (number // 4))
        )
    Incident.objects.filter(pk=incident.pk).update(false_positive=True)
    declare("By hand")
    status = _status()
    assert status.hourly == [*[0] * 22, 2, 1]
    assert (status.judged.wrong_share, status.judged.incidents) == (0.2, 5)
    assert (status.latency.mean, status.latency.median, status.latency.incidents) == (102, 90, 5)
    Incident.objects.filter(pk=incident.pk).update(private=True)
    few = detection.status(Incident.objects.filter(private=False), poll=POLL_JOB)
    assert (few.judged.wrong_share, few.latency) == (None, detection.Latency(incidents=4))


@pytest.mark.parametrize(
    ("missing", "every", "uptime"), [(0, 5, 1.0), (180, 5, 0.75), (0, 55, 1.0)]
)
def test_uptime_is_the_share_of_minutes_in_which_rules_were_judged(
    db: None, frozen: FrozenClock, missing: int, every: int, uptime: float
) -> None:
    """A busy round takes a minute: nothing was missed though eleven polls did not take place."""
    assert _status().uptime == detection.Uptime()
    ago = [n * 5 for n in range(720, missing, -1) if n * 5 % every == 0]
    JobRun.objects.bulk_create(
        [JobRun(job=POLL_JOB, slot=frozen.at - timedelta(seconds=seconds)) for seconds in ago]
    )
    assert _status().uptime.share == pytest.approx(uptime, abs=0.03)
    assert 58 <= _status().uptime.minutes <= 60
    frozen.fast_forward(days=3)
    assert _status().uptime == detection.Uptime(0.0, 1440)


def test_a_detector_that_has_just_begun_has_no_uptime_yet(db: None, frozen: FrozenClock) -> None:
    JobRun.objects.create(job=POLL_JOB, slot=frozen.at - timedelta(minutes=5))
    assert _status().uptime.share is None


def test_one_click_on_an_alert_marks_a_false_alarm_and_one_takes_it_back(
    people: People, sign_in: Callable[[User], Client], make_rule: MakeRule, declare: Declare
) -> None:
    client, rule, incident = sign_in(people.teammate), make_rule(), declare()
    _alert(rule, incident, 1)
    path = reverse("web:alert", args=[Alert.objects.get().pk])
    edit = reverse("warroom:edit", kwargs={"ref": incident.reference})
    for value, offered in (("yes", "It was real"), ("no", "False alarm")):
        sent = {"false_positive": value, "next": path}
        page = client.post(edit, sent, follow=True)
        assert page.request["PATH_INFO"] == path
        assert offered in page.content.decode()
        assert detection.precision()[rule.pk].wrong == (value == "yes")


@pytest.mark.parametrize(
    ("back", "leads_to"), [("/alerts/7", "/alerts/7"), ("//evil.test/", "/incidents/")]
)
def test_a_mark_leads_back_to_the_page_it_was_made_on(
    people: People, sign_in: Callable[[User], Client], declare: Declare, back: str, leads_to: str
) -> None:
    edit = reverse("warroom:edit", kwargs={"ref": declare().reference})
    sent = {"false_positive": "yes", "next": back}
    response = sign_in(people.teammate).post(edit, sent)
    assert response["Location"].startswith(leads_to)
