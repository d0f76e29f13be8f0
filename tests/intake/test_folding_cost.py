"""Folding many signals takes as many statements as folding few."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Alert, AlertState, Incident, State
from incidents.pipeline import alert_rows
from tests.intake.conftest import Fold, Visitor

Send = Callable[[int, str], None]


@pytest.fixture
def send(visitor: Visitor) -> Callable[[int, str], None]:
    """Send one message with `count` events of as many conditions, each an incident of its own."""

    def events(count: int, action: str) -> None:
        listed = [
            {"type": "t", "source": str(n), "message": f"m {n}", "action": action}
            for n in range(count)
        ]
        headers = {"Authorization": f"Bearer {visitor.keys['native']}"}
        visitor.post("/api/events", listed, **headers)

    return events


@pytest.fixture(autouse=True)
def _steady(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, send: Send, fold: Fold
) -> None:
    """No storm, and nothing that is looked up only now and then."""
    settings.STORM_INCIDENTS_PER_MINUTE = 1000
    monkeypatch.setattr(alert_rows, "COUNTED", timedelta(hours=1))
    send(1, "fire")
    fold()


def _statements(fold: Fold) -> int:
    with CaptureQueriesContext(connection) as captured:
        fold()
    return len(captured)


@pytest.mark.parametrize("steps", [["fire"], ["fire", "fire"], ["fire", "acknowledge", "resolve"]])
def test_it_takes_as_many_statements_for_90_incidents_as_for_3(
    send: Callable[[int, str], None], fold: Fold, steps: list[str]
) -> None:
    taken = []
    for count in (3, 90):
        Alert.objects.all().delete()
        Incident.objects.all().delete()
        for step in steps[:-1]:
            send(count, step)
            fold()
        send(count, steps[-1])
        taken.append(_statements(fold))
        assert Incident.objects.count() == count
    assert taken[0] == taken[1]


def test_all_of_a_storm_is_over_when_it_is_over(
    send: Callable[[int, str], None], fold: Fold
) -> None:
    for action in ("fire", "resolve"):
        send(120, action)
        fold()
    assert not Alert.objects.exclude(state=AlertState.RESOLVED).exists()
    assert not Incident.objects.exclude(state=State.RESOLVED).exists()
