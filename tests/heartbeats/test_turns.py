"""What the engine makes of pings, and of their absence."""

from datetime import timedelta

import pytest

from incidents.engine import retention
from incidents.kernel import clock
from incidents.models import (
    EngineBeat,
    Fact,
    HeartbeatOutage,
    HeartbeatPing,
    Incident,
    Signal,
)
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.heartbeats import watch, writing
from incidents.sources.heartbeats.watch import EAR, KEPT, MODULE
from tests.heartbeats.conftest import Job, MakeHeartbeat, MakeJob


def test_it_waits_for_the_first_ping_however_long_that_takes(make_job: MakeJob) -> None:
    job = make_job()
    job.after(hours=1)
    assert (job.state, job.is_told) == ("new", False)
    assert job.ping().expected_at == clock.now() + timedelta(minutes=10)
    assert job.state == "up"


def test_it_is_late_before_it_is_down_and_then_an_alert_opens(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    job.after(minutes=9, seconds=59)
    assert job.state == "up"
    job.after(seconds=1)
    assert (job.state, job.is_told) == ("late", False)
    job.after(seconds=60)
    assert (job.state, job.is_told) == ("down", True)
    assert job.alert is not None
    assert job.alert.title == "“Nightly backup” did not ping in time"
    assert "expected by 2026-11-03 03:20:00 UTC, with 1 min" in job.alert.description
    assert (job.alert.severity.code, job.alert.labels["reason"]) == ("P1", "missing")


def test_the_alert_opens_an_incident_of_the_service_with_facts(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    job.after(minutes=11)
    incident = Incident.objects.get()
    assert incident.service is not None
    assert incident.service.slug == "checkout"
    assert Fact.objects.filter(incident=incident, kind="incident.opened").exists()


def test_the_next_success_resolves_it_and_ends_the_outage(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    job.after(minutes=15)
    job.ping()
    assert (job.state, job.is_told) == ("up", False)
    outage = HeartbeatOutage.objects.get()
    assert outage.reason == "missing"
    assert outage.ended_at is not None
    assert outage.ended_at - outage.began_at == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("kind", "code", "title"),
    [("fail", None, "failed"), ("exit", 3, "failed with exit status 3")],
)
def test_a_failure_opens_it_at_once_and_says_what_the_job_said(
    make_job: MakeJob, kind: str, code: int | None, title: str
) -> None:
    job = make_job()
    job.ping()
    job.ping(kind, code=code, body="cp: disk full")
    assert (job.state, job.is_told, job.row.last_exit_code) == ("down", True, code)
    assert job.alert is not None
    assert job.alert.title == f"“Nightly backup” {title}"
    assert job.alert.description == "cp: disk full"
    job.after(hours=1)
    assert Signal.objects.count() == 1, "what is down is not called missing as well"
    job.ping("exit", code=0)
    assert (job.state, job.is_told) == ("up", False)


def test_a_job_that_fails_again_is_told_again_and_is_one_outage(make_job: MakeJob) -> None:
    job = make_job()
    job.ping("fail")
    job.ping("fail", body="still")
    assert job.alert is not None
    assert (job.alert.count, job.alert.description) == (2, "still")
    assert HeartbeatOutage.objects.count() == 1


def test_what_started_and_did_not_end_in_its_time_of_grace_is_down(make_job: MakeJob) -> None:
    job = make_job()
    job.ping("start")
    job.after(seconds=59)
    assert not job.is_told
    job.after(seconds=1)
    assert job.state == "down"
    assert job.alert is not None
    assert job.alert.title == "“Nightly backup” started and did not finish"


def test_a_run_is_timed_and_may_end_after_it_was_expected(make_job: MakeJob) -> None:
    job = make_job(grace_seconds=600)
    job.ping()
    job.after(minutes=9)
    job.ping("start")
    job.after(minutes=8)
    assert (job.state, job.is_told) == ("up", False)
    job.ping()
    assert HeartbeatPing.objects.latest("pk").duration_ms == 480_000
    job.ping()
    assert HeartbeatPing.objects.latest("pk").duration_ms is None


def test_starting_again_and_again_puts_nothing_off(make_job: MakeJob) -> None:
    job = make_job()
    for _ in range(3):
        job.ping("start")
        job.after(seconds=30)
    assert job.state == "down"


def test_a_message_changes_nothing(make_job: MakeJob) -> None:
    job = make_job()
    expected = job.ping().expected_at
    job.after(minutes=5)
    assert job.ping("log", body="half done").expected_at == expected


def test_who_is_paused_is_not_missed_and_its_alert_is_over(make_job: MakeJob) -> None:
    job = make_job()
    job.ping("fail")
    writing.pause(job.slug)
    job.after(hours=2)
    assert (job.state, job.is_told) == ("paused", False)
    assert HeartbeatOutage.objects.get().ended_at is not None
    assert job.ping("fail").ping_count == 2
    assert job.state == "paused"
    assert job.row.last_ping_at == clock.now()


def test_resumed_it_has_a_whole_interval_to_ping(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    writing.pause(job.slug)
    job.after(hours=2)
    writing.resume(job.slug)
    job.after(minutes=10)
    assert not job.is_told
    job.after(minutes=1)
    assert job.is_told


def test_another_schedule_counts_from_now_on(make_job: MakeJob) -> None:
    job = make_job(interval_seconds=86_400)
    job.ping()
    job.after(minutes=30)
    writing.change(job.slug, {"interval_seconds": 600})
    job.after(minutes=10, seconds=59)
    assert not job.is_told
    job.after(seconds=1)
    assert job.is_told


def test_it_keeps_the_newest_hundred_pings(make_job: MakeJob) -> None:
    job = make_job()
    for _ in range(KEPT + 5):
        job.ping()
    assert HeartbeatPing.objects.count() == KEPT
    assert HeartbeatPing.objects.earliest("number").number == 6


def test_a_deleted_one_leaves_no_open_alert(make_job: MakeJob) -> None:
    job = make_job()
    job.ping("fail")
    assert job.is_told
    writing.delete(job.slug)
    intake.fold_batch(adapters.read)
    assert not job.is_told


def test_many_that_fall_due_at_once_cost_few_statements(
    make_heartbeat: MakeHeartbeat, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        make_heartbeat(f"Job {number}")
    due = clock.now()
    watch.Heartbeat.objects.update(state="up", expected_at=due, alert_at=due)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a fixture without types
        assert watch.call_down(clock.now()) == 30
    assert Signal.objects.count() == 1


def _gone(job: Job, minutes: float) -> None:
    """The engine has told that it lives, then the product stops."""
    EngineBeat.objects.update_or_create(module=MODULE, defaults={"beat_at": clock.now()})
    job.away(minutes=minutes)


def test_our_own_absence_is_grace_for_everybody_once(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    job.after(minutes=10, seconds=1)
    _gone(job, 30)
    assert (job.state, job.is_told) == ("late", False)
    job.after(seconds=58)
    assert not job.is_told
    job.after(seconds=1)
    assert job.is_told, "what was left of its grace, and no more"


def test_a_job_whose_whole_time_was_in_our_absence_is_awaited_next_time(make_job: MakeJob) -> None:
    job = make_job(cron="0 4 * * *", grace_seconds=600)
    job.ping()
    _gone(job, 300)
    job.after(minutes=2)
    assert not job.is_told
    assert job.row.expected_at is not None
    assert f"{job.row.expected_at:%d %H:%M}" == "04 04:00"


def test_pings_that_came_while_the_engine_was_away_count_first(make_job: MakeJob) -> None:
    job = make_job()
    job.ping()
    EngineBeat.objects.update_or_create(module=MODULE, defaults={"beat_at": clock.now()})
    job.clock.fast_forward(minutes=8)
    HeartbeatPing.objects.create(
        heartbeat=job.row,
        delivery_id="0" * 32,
        kind="success",
        method="GET",
        received_at=clock.now(),
    )
    job.away(minutes=9)
    assert job.row.last_ping_at == clock.now() - timedelta(minutes=9)
    job.after(minutes=15)
    assert job.alert is None


def test_while_no_web_process_listens_nobody_is_called_down_and_we_say_so(
    make_job: MakeJob,
) -> None:
    job = make_job()
    job.ping()
    EngineBeat.objects.update_or_create(module=EAR, defaults={"beat_at": clock.now()})
    job.after(minutes=15)
    assert (job.state, job.alert is not None and job.alert.title) == (
        "late",
        "Heartbeats cannot be heard: no web process answers",
    )
    EngineBeat.objects.filter(module=EAR).update(beat_at=clock.now())
    job.turn()
    assert not job.is_told
    EngineBeat.objects.filter(module=EAR).update(beat_at=clock.now() + timedelta(hours=1))
    job.after(minutes=12)
    assert job.state == "down"


def test_old_pings_and_outages_are_forgotten(make_job: MakeJob) -> None:
    job = make_job()
    job.ping("fail")
    job.ping()
    job.clock.fast_forward(days=91)
    retention.work()
    assert (HeartbeatPing.objects.count(), HeartbeatOutage.objects.count()) == (0, 1)
    job.clock.fast_forward(days=300)
    retention.work()
    assert not HeartbeatOutage.objects.exists()
