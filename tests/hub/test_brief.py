"""What a responder reads first about an incident, and durations as they are written there."""

from datetime import timedelta

import pytest

from incidents.kernel import clock, durations
from incidents.models import Alert, Incident, Integration, Service
from incidents.selectors import brief
from tests.conftest import Declare


def _alert(incident: Incident, integration: Integration, title: str) -> Alert:
    now = clock.now()
    return Alert(
        integration=integration,
        fingerprint=title,
        title=title,
        severity=incident.severity,
        started_at=now - timedelta(minutes=1),
        last_seen_at=now,
    )


def test_the_impact_in_words_comes_first(declare: Declare, integration: Integration) -> None:
    incident = declare("5xx above 8 %")
    incident.customer_impact = "Nobody can pay"
    alerts = [_alert(incident, integration, "p99 above 1 s")]
    assert brief.what_is_broken(incident, alerts) == brief.Line("Nobody can pay", "1 alert firing")


def test_the_title_is_not_said_twice(
    declare: Declare, integration: Integration, service: Service
) -> None:
    incident = declare("5xx above 8 %", service=service)
    alerts = [_alert(incident, integration, "5xx above 8 %")]
    assert brief.what_is_broken(incident, alerts) == brief.Line("Checkout", "1 alert firing")


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 ms"), (0.0071, "7 ms"), (1.44, "1.4 s"), (90, "1:30")]
)
def test_a_short_wait_has_a_unit_that_fits(seconds: float, words: str) -> None:
    assert durations.latency(seconds) == words
