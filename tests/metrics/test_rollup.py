"""Rolling up durations, and the figures read from them."""

from datetime import date

from incidents.kernel.actor import Actor
from incidents.models import Incident, MetricDay, RollupDay, RollupState
from incidents.pipeline import lifecycle
from incidents.reactions.metrics import rollup
from incidents.selectors import figures
from tests.conftest import Declare, FrozenClock

ENGINE = Actor.system("engine")


def _lived(declare: Declare, frozen: FrozenClock, *, minutes: float) -> Incident:
    incident = declare()
    frozen.fast_forward(minutes=minutes)
    return lifecycle.move(incident_id=incident.pk, name="resolve", actor=ENGINE)


def test_it_shows_the_median_of_the_last_week(declare: Declare, frozen: FrozenClock) -> None:
    for minutes in (10, 20, 90):
        _lived(declare, frozen, minutes=minutes)
    rollup.fill_touched()
    shown = figures.board(Incident.objects.all())
    assert (shown.mttr.median, shown.mttr.n) == (20 * 60, 3)
    assert shown.mttr.daily[-1] == 20 * 60


def test_it_says_nothing_where_there_is_nothing(db: None) -> None:
    rollup.fill_touched()
    assert figures.board(Incident.objects.all()).mtta.median is None


def test_filling_again_changes_nothing(declare: Declare, frozen: FrozenClock) -> None:
    _lived(declare, frozen, minutes=5)
    rollup.fill_touched()
    before = list(MetricDay.objects.values_list("measure", "seconds").order_by("measure"))
    rollup.fill_touched()
    assert list(MetricDay.objects.values_list("measure", "seconds").order_by("measure")) == before


def test_a_reopened_incident_no_longer_counts(declare: Declare, frozen: FrozenClock) -> None:
    incident = _lived(declare, frozen, minutes=5)
    rollup.fill_touched()
    frozen.fast_forward(days=3)
    lifecycle.move(incident_id=incident.pk, name="reopen", actor=ENGINE)
    rollup.fill_touched()
    assert not MetricDay.objects.filter(measure="mttr").exists()


def test_a_day_left_half_filled_is_filled_again(declare: Declare, frozen: FrozenClock) -> None:
    _lived(declare, frozen, minutes=5)
    rollup.fill_touched()
    MetricDay.objects.all().delete()
    RollupDay.objects.update(state=RollupState.STARTED)
    frozen.fast_forward(days=3)
    rollup.fill_touched()
    assert MetricDay.objects.filter(day=date(2026, 11, 3), measure="mttr").exists()


def test_false_positives_do_not_count(declare: Declare, frozen: FrozenClock) -> None:
    incident = _lived(declare, frozen, minutes=5)
    changes = {"false_positive": True}
    lifecycle.edit(incident_id=incident.pk, changes=changes, actor=ENGINE)
    rollup.fill_touched()
    assert not MetricDay.objects.exists()
