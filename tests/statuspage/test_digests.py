"""One message a day for those who want no more."""

from datetime import UTC, datetime

import pytest

from bench.smtp_sink import Sink
from statuspage.models import Broadcast, Component, Subscriber
from statuspage.services import digests
from tests.conftest import Declare, FrozenClock
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all

pytestmark = pytest.mark.django_db


def the_next_morning(frozen: FrozenClock) -> None:
    frozen.at = datetime(2026, 11, 4, 7, 0, 30, tzinfo=UTC)
    digests.work()
    tell_all()


def test_a_digest_tells_in_the_morning_what_happened_since_the_last(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare, frozen: FrozenClock
) -> None:
    follow("daily@example.com", pace="daily")
    frozen.at = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    incident = declare()
    publish(incident, title="Checkout is down")
    publish(incident, "resolved", "It works again.")
    tell_all()
    assert sink.taken == []
    the_next_morning(frozen)
    assert [address for address, _ in sink.taken] == ["daily@example.com"]
    mail = sink.messages[0].decode()
    assert mail.count("Checkout is down (") == 2
    assert "It works again." in mail
    the_next_morning(frozen)
    assert len(sink.taken) == 1


def test_a_quiet_day_has_no_digest(sink: Sink, follow: Follow, frozen: FrozenClock) -> None:
    follow("daily@example.com", pace="daily")
    the_next_morning(frozen)
    assert not Broadcast.objects.exists()


def test_each_digest_holds_what_its_reader_follows(
    sink: Sink,
    follow: Follow,
    publish: Publish,
    declare: Declare,
    frozen: FrozenClock,
    checkout: Component,
    transfers: Component,
) -> None:
    follow("checkout@example.com", checkout, pace="daily")
    follow("transfers@example.com", transfers, pace="daily")
    follow("works@example.com", pace="daily", wants_incidents=False)
    frozen.at = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    publish(declare("a"), title="Checkout broke", effects={checkout: "degraded"})
    the_next_morning(frozen)
    assert [address for address, _ in sink.taken] == ["checkout@example.com"]


def test_who_never_confirmed_is_forgotten_in_a_week(
    sink: Sink, follow: Follow, frozen: FrozenClock
) -> None:
    follow("never@example.com", state="pending")
    follow("ana@example.com")
    frozen.fast_forward(days=6)
    digests.work()
    assert Subscriber.objects.count() == 2
    frozen.fast_forward(days=2)
    digests.work()
    assert list(Subscriber.objects.values_list("address", flat=True)) == ["ana@example.com"]
