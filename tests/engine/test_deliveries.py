"""Telling subscribers of facts."""

from collections.abc import Callable

import pytest

from incidents.engine import deliveries
from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel.actor import Actor
from incidents.models import Delivery, DeliveryState, Fact
from incidents.pipeline import lifecycle
from tests.conftest import Declare, FrozenClock

Subscribe = Callable[[Callable[[Fact], None]], None]


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch) -> Subscribe:
    """Let a function be the only subscriber to notes."""
    monkeypatch.setattr(bus, "SUBSCRIPTIONS", {})

    def subscribe(handle: Callable[[Fact], None]) -> None:
        bus.subscribe(facts.Noted, name=f"test.{handle.__name__}")(handle)

    return subscribe


def _note(declare: Declare, text: str = "It is DNS") -> None:
    incident = declare()
    lifecycle.note(incident_id=incident.pk, text=text, actor=Actor.system("engine"))


def test_it_tells_each_subscriber_once(hear: Subscribe, declare: Declare) -> None:
    heard: list[str] = []

    def listener(fact: Fact) -> None:
        heard.append(fact.text)

    hear(listener)
    _note(declare)
    assert (deliveries.work(), deliveries.work()) == (1, 0)
    assert heard == ["noted: It is DNS"]


def test_what_hurries_need_not_wait_for_all_of_them(
    hear: Subscribe, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LEAST", 0)
    hear(lambda fact: None)
    for n in range(3):
        _note(declare, f"Note {n}")
    assert deliveries.work(lambda: True) == 1
    assert deliveries.work(lambda: False) == 2


def test_it_undoes_what_a_failing_subscriber_did_and_tries_again_later(
    hear: Subscribe, declare: Declare, frozen: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    fails = [True]

    def clumsy(fact: Fact) -> None:
        Fact.objects.filter(pk=fact.pk).update(source="touched")
        if fails:
            raise RuntimeError("out of luck")

    hear(clumsy)
    _note(declare)
    Delivery.objects.update(next_due_at=frozen.at)
    deliveries.work()
    assert not Fact.objects.filter(source="touched").exists()
    assert Delivery.objects.get().error == "RuntimeError: out of luck"
    assert deliveries.work() == 0
    fails.clear()
    frozen.fast_forward(seconds=1)
    assert deliveries.work() == 1
    assert Fact.objects.filter(source="touched").exists()


def test_it_parks_what_keeps_failing_until_somebody_says_try_again(
    hear: Subscribe, declare: Declare, frozen: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(fact: Fact) -> None:
        raise RuntimeError("no")

    hear(broken)
    _note(declare)
    Delivery.objects.update(next_due_at=frozen.at)
    for _ in range(len(deliveries.BACKOFF) + 1):
        deliveries.work()
        frozen.fast_forward(hours=1)
    parked = Delivery.objects.get()
    assert parked.state == DeliveryState.PARKED
    assert deliveries.try_again([parked.pk]) == 1
    assert deliveries.work() == 1


def test_it_goes_on_with_the_others_when_one_fails(
    hear: Subscribe, declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def broken(fact: Fact) -> None:
        raise RuntimeError("no")

    def fine(fact: Fact) -> None:
        heard.append(fact.seq)

    hear(broken)
    hear(fine)
    _note(declare)
    deliveries.work()
    assert heard == [3]


def test_it_parks_what_no_subscriber_of_this_release_wants(
    hear: Subscribe, declare: Declare
) -> None:
    def gone(fact: Fact) -> None: ...

    hear(gone)
    _note(declare)
    bus.SUBSCRIPTIONS.clear()
    deliveries.work()
    assert Delivery.objects.get().state == DeliveryState.PARKED


def test_reactions_that_cause_each_other_come_to_an_end(
    hear: Subscribe, declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(fact: Fact) -> None:
        bus.emit(fact.incident, facts.Noted("again"), actor=Actor.system("echo"), cause=fact)

    hear(echo)
    _note(declare)
    while deliveries.work():
        pass
    notes = Fact.objects.filter(kind="incident.noted").count()
    assert notes == bus.MAX_DEPTH + 1
