"""What is forgotten, and when."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from incidents.engine import retention
from incidents.kernel import clock
from incidents.models import Change, Integration, JobRun, Signal, SignalState


def _signal(integration: Integration, adapter: str, *, hours: float, state: str) -> Signal:
    return Signal.objects.create(
        integration=integration,
        adapter=adapter,
        delivery_id=uuid.uuid4(),
        body=b"{}",
        received_at=clock.now() - timedelta(hours=hours),
        state=state,
    )


@pytest.mark.parametrize(
    ("adapter", "hours", "state", "kept"),
    [
        ("native", 2, SignalState.FOLDED, False),
        ("native", 0.5, SignalState.FOLDED, True),
        ("native", 2, SignalState.PENDING, True),
        ("alertmanager", 24 * 89, SignalState.FOLDED, True),
        ("alertmanager", 24 * 91, SignalState.FOLDED, False),
        ("alertmanager", 24 * 91, SignalState.REJECTED, False),
    ],
)
def test_it_forgets_raw_messages_after_their_time(
    integration: Integration, adapter: str, hours: float, state: str, *, kept: bool
) -> None:
    _signal(integration, adapter, hours=hours, state=state)
    retention.work()
    assert Signal.objects.exists() is kept


def test_it_takes_one_batch_at_a_time(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(3):
        _signal(integration, "native", hours=5, state=SignalState.FOLDED)
    assert [retention.work() for _ in range(3)] == [2, 1, 0]


def test_it_forgets_old_slots_of_jobs(db: None) -> None:
    now = clock.now()
    JobRun.objects.create(job="a", slot=now - timedelta(days=8))
    JobRun.objects.create(job="a", slot=now)
    retention.work()
    assert JobRun.objects.get().slot == now


@pytest.mark.parametrize(("days", "kept"), [(89, True), (91, False)])
def test_it_keeps_changes_for_90_days_even_where_signals_go_sooner(
    integration: Integration, settings: Any, days: int, *, kept: bool
) -> None:
    settings.SIGNAL_RETENTION_DAYS = 7
    at = clock.now() - timedelta(days=days)
    Change.objects.create(integration=integration, summary="4.2", at=at, received_at=at)
    retention.work()
    assert Change.objects.exists() is kept
