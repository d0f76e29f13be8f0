"""How detection does: precision, latency, uptime, and who says what was a false alarm (D10)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import (
    Alert,
    DetectionRule,
    Incident,
    Integration,
    JobRun,
    Service,
    User,
)
from incidents.selectors import detection
from incidents.sources.detection.rules import POLL_JOB
from tests.conftest import Declare, FrozenClock, People
from tests.detection.conftest import MakeRule


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
