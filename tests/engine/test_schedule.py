"""What beat starts, and that a doubled beat does no harm."""

import pytest
from django_celery_beat.models import PeriodicTask

from incidents.reactions.metrics import rollup
from incidents.tasks import rollups, slots
from incidents.tasks.schedule import install_schedule
from tests.conftest import FrozenClock


def test_it_installs_the_schedule_once_and_respects_changes(db: None) -> None:
    install_schedule({"spoke.sweep": 60})
    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert {"detection.poll", "metrics.roll_up", "spoke.sweep"} <= names
    PeriodicTask.objects.filter(name="detection.poll").update(enabled=False)
    install_schedule({"spoke.sweep": 60})
    assert PeriodicTask.objects.count() == len(names)
    assert not PeriodicTask.objects.get(name="detection.poll").enabled


def test_a_slot_is_taken_once(db: None, frozen: FrozenClock) -> None:
    assert [slots.take("job", 60), slots.take("job", 60), slots.take("other", 60)] == [
        True,
        False,
        True,
    ]
    frozen.fast_forward(seconds=60)
    assert slots.take("job", 60)


def test_a_doubled_beat_fills_once(
    db: None, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[str] = []
    monkeypatch.setattr(rollup, "fill_touched", lambda: filled.append("today"))
    rollups.roll_up()
    rollups.roll_up()
    assert filled == ["today"]
