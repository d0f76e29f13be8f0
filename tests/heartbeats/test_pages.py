"""Heartbeats in the console, with a browser that has no JavaScript."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import Heartbeat, HeartbeatPing, Severity, User
from incidents.selectors import heartbeats as selectors
from tests.conftest import FrozenClock, People
from tests.heartbeats.conftest import MakeHeartbeat, MakeJob
from tests.pages import text


@pytest.fixture
def admin(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


def _typed(severities: dict[str, Severity], **more: str) -> dict[str, Any]:
    return {
        "name": "Nightly backup",
        "schedule": "interval",
        "interval": "10",
        "interval_unit": "60",
        "cron": "",
        "time_zone": "UTC",
        "grace": "1",
        "grace_unit": "60",
        "severity": severities["P1"].pk,
        "do": "save",
        **more,
    }


def test_it_makes_one_and_shows_what_to_copy(
    admin: Client, severities: dict[str, Severity]
) -> None:
    new = reverse("web:heartbeat_new")
    page = admin.post(new, _typed(severities), follow=True).content.decode()
    heartbeat = Heartbeat.objects.get()
    assert (heartbeat.interval_seconds, heartbeat.grace_seconds) == (600, 60)
    for words in (
        f"/ping/{heartbeat.key}",
        f"/ping/{heartbeat.key}/$?",
        "kind: CronJob",
        "ExecStopPost",
        "Invoke-RestMethod",
        "urlopen(",
        "Waiting for the first ping",
        "Every 10 minutes",
    ):
        assert words in page.replace("&quot;", '"')


def test_it_shows_the_first_ping_arrive(admin: Client, make_job: MakeJob) -> None:
    job = make_job()
    assert 'every 2s"' in text(admin, "heartbeat_live", job.slug)
    job.ping("exit", code=0)
    page = text(admin, "heartbeat_live", job.slug)
    assert "Ended with exit status 0" in page
    assert "every 2s" not in page


def test_it_shows_the_next_five_times_in_the_zone_and_saves_nothing(
    admin: Client, severities: dict[str, Severity], frozen: FrozenClock
) -> None:
    typed = _typed(severities, schedule="cron", cron="30 2 * * *", time_zone="Asia/Kathmandu")
    new = reverse("web:heartbeat_new")
    for page in (
        admin.post(new, typed | {"do": "preview"}).content.decode(),
        admin.get(reverse("web:heartbeat_preview"), typed).content.decode(),
    ):
        assert page.count("02:30:00") == 5
        assert "Wed 4 Nov 2026" in page
        assert "+0545" in page
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": " "}, "This field is required"),
        ({"schedule": "cron", "cron": "61 * * * *"}, "Bad minute"),
        ({"schedule": "cron", "cron": "@daily"}, "five fields"),
        ({"time_zone": "Mars"}, "no time zone"),
        ({"interval": "1", "interval_unit": "1"}, "10 seconds to 366 days"),
        ({"grace": "99", "grace_unit": "86400"}, "1 second to 31 days"),
    ],
)
def test_it_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(
    admin: Client, severities: dict[str, Severity], typed: dict[str, str], told: str
) -> None:
    sent = _typed(severities, description="Kept words", **typed)
    response = admin.post(reverse("web:heartbeat_new"), sent)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert not Heartbeat.objects.exists()


def test_it_changes_one(
    admin: Client, severities: dict[str, Severity], make_heartbeat: MakeHeartbeat
) -> None:
    heartbeat = make_heartbeat()
    edit = reverse("web:heartbeat_edit", args=[heartbeat.slug])
    assert 'value="10"' in admin.get(edit).content.decode()
    admin.post(edit, _typed(severities, name="Backup", interval="2", interval_unit="3600"))
    heartbeat.refresh_from_db()
    assert (heartbeat.name, heartbeat.interval_seconds) == ("Backup", 7200)
    assert heartbeat.slug == "nightly-backup", "addresses do not change with names"


def test_it_pauses_resumes_rotates_and_deletes(
    admin: Client, make_heartbeat: MakeHeartbeat
) -> None:
    heartbeat = make_heartbeat()
    change = reverse("web:heartbeat_change", args=[heartbeat.slug])
    for action, told in (("pause", "nobody waits"), ("resume", "is watched again")):
        assert told in admin.post(change, {"action": action}, follow=True).content.decode()
    page = admin.post(change, {"action": "rotate"}, follow=True).content.decode()
    assert heartbeat.key not in page
    assert Heartbeat.objects.get().key in page
    assert admin.post(change, {"action": "explode"}).status_code == 422
    admin.post(change, {"action": "delete"})
    assert not Heartbeat.objects.exists()
    assert admin.post(change, {"action": "pause"}).status_code == 404


def test_the_address_is_shown_only_to_those_who_may_change_it(
    people: People, sign_in: Callable[[User], Client], make_heartbeat: MakeHeartbeat
) -> None:
    heartbeat = make_heartbeat()
    for person in (people.observer, people.commander):
        page = text(sign_in(person), "heartbeat", heartbeat.slug)
        assert heartbeat.key not in page
        assert "/ping/YOUR-KEY" in page
        assert reverse("web:heartbeat_change", args=[heartbeat.slug]) not in page


def test_an_address_that_cannot_be_read_any_more_says_so(
    admin: Client, make_heartbeat: MakeHeartbeat, settings: Any
) -> None:
    slug = make_heartbeat().slug
    Heartbeat.objects.update(sealed_key="gAAAA-of-another-key")
    assert "cannot be shown any more" in text(admin, "heartbeat", slug)


def test_the_worst_comes_first(admin: Client, make_heartbeat: MakeHeartbeat) -> None:
    now = clock.now()
    states: dict[str, dict[str, Any]] = {
        "Waiting": {},
        "Fine": {"state": "up", "expected_at": now + timedelta(hours=1)},
        "Behind": {"state": "up", "expected_at": now - timedelta(seconds=1)},
        "Working": {"state": "up", "expected_at": now, "running_since": now},
        "Broken": {"state": "down", "down_at": now},
        "Asleep": {"state": "paused"},
    }
    for name, fields in states.items():
        made = make_heartbeat(name)
        Heartbeat.objects.filter(pk=made.pk).update(**fields)
    wanted = ["Broken", "Behind", "Waiting", "Fine", "Working", "Asleep"]
    page = text(admin, "heartbeats")
    assert sorted(wanted, key=lambda name: page.index(f">{name}</a>")) == wanted
    assert "1 down · 1 late" in page
    late = text(admin, "heartbeats", state="late")
    assert "Behind" in late
    assert ">Fine</a>" not in late
    assert "No heartbeat matches" in text(admin, "heartbeats", q="nowhere\0")


def test_the_list_reads_states_as_the_model_does(make_heartbeat: MakeHeartbeat) -> None:
    now = clock.now()
    for number, (running, due) in enumerate([(None, now), (now, now), (None, None)]):
        made = make_heartbeat(f"Job {number}")
        fields = {"state": "up", "running_since": running, "expected_at": due}
        Heartbeat.objects.filter(pk=made.pk).update(**fields)
    for row in selectors.shown(now):
        assert row.shown == row.shown_state(now)


def test_the_list_costs_the_same_however_many_there_are(
    admin: Client, make_heartbeat: MakeHeartbeat
) -> None:
    counts = []
    for batch in range(2):
        for number in range(15):
            make_heartbeat(f"Job {batch} {number}")
        with CaptureQueriesContext(connection) as queries:
            text(admin, "heartbeats")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_that_is_down_says_why_and_leads_to_its_alert(admin: Client, make_job: MakeJob) -> None:
    job = make_job()
    job.ping("fail", body="<b>disk</b> full")
    page = text(admin, "heartbeat", job.slug)
    assert job.alert is not None
    assert "A run said that it failed" in page
    assert reverse("web:alert", args=[job.alert.pk]) in page
    assert "&lt;b&gt;disk&lt;/b&gt; full" in page


def test_bars_show_how_much_of_the_time_it_was_down(admin: Client, make_job: MakeJob) -> None:
    job = make_job()
    Heartbeat.objects.update(created_at=clock.now() - timedelta(days=40))
    job.ping()
    job.after(minutes=20)
    job.ping()
    page = text(admin, "heartbeat", job.slug)
    assert "The last 24 hours: down for 9 min" in page
    assert page.count('class="bar p0"') == 2
    assert page.count('class="bar ok"') == 30


def test_a_ping_that_came_late_says_how_late(admin: Client, make_job: MakeJob) -> None:
    job = make_job(grace_seconds=600)
    job.ping()
    job.after(minutes=12)
    job.ping()
    assert "2:00 late" in text(admin, "heartbeat", job.slug)


def test_names_that_are_alike_get_addresses_of_their_own(make_heartbeat: MakeHeartbeat) -> None:
    names = ("Backup", "Backup", "New", "…")
    assert [make_heartbeat(name).slug for name in names] == [
        *("backup", "backup-2"),
        *("new-2", "heartbeat"),
    ]


def test_an_observer_changes_nothing(
    people: People, sign_in: Callable[[User], Client], make_heartbeat: MakeHeartbeat
) -> None:
    change = reverse("web:heartbeat_change", args=[make_heartbeat().slug])
    assert sign_in(people.commander).post(change, {"action": "pause"}).status_code == 403


def test_the_admin_edits_words_and_leaves_the_engine_its_fields(
    admin: Client, make_heartbeat: MakeHeartbeat, severities: dict[str, Severity]
) -> None:
    heartbeat = make_heartbeat()
    path = reverse("admin:incidents_heartbeat_change", args=[heartbeat.pk])
    assert admin.get(path).status_code == 200
    sent = {"name": "Renamed", "description": "", "service": "", "severity": severities["P2"].pk}
    assert admin.post(path, sent).status_code == 302
    heartbeat.refresh_from_db()
    assert (heartbeat.name, heartbeat.severity.code) == ("Renamed", "P2")
    HeartbeatPing.objects.create(heartbeat=heartbeat, delivery_id=uuid.uuid4(), kind="log")
    assert admin.get(reverse("admin:incidents_heartbeatping_changelist")).status_code == 200
    assert admin.get(reverse("admin:incidents_heartbeatoutage_changelist")).status_code == 200
