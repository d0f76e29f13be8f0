"""Subscribers for tests, and what tells them, without an engine."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.smtp_sink import Sink, running
from incidents.kernel import clock
from statuspage.models import Component, StatusPage, Subscriber, SubscriberState, Telling, TellState
from statuspage.services import addresses, fan_out, telling
from statuspage.services.telling import Teller

Follow = Callable[..., Subscriber]


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server, set up as the one that mail goes out by."""
    with running(Sink()) as sink:
        settings.EMAIL_URL = sink.url
        settings.EMAIL_FROM = "Ferrybank <status@ferrybank.example>"
        yield sink


@pytest.fixture
def follow(page: StatusPage) -> Follow:
    """`follow("ana@example.com", checkout, pace="daily")`: confirmed long ago."""

    def make(address: str, *components: Component, **more: Any) -> Subscriber:
        way = more.pop("way", "email")
        subscriber = Subscriber.objects.create(
            page=more.pop("page", page),
            way=way,
            address=address,
            address_key=addresses.key_of(way, address),
            created_at=clock.now(),
            confirmed_at=clock.now(),
            state=more.pop("state", SubscriberState.ACTIVE),
            **more,
        )
        subscriber.components.set(components)
        return subscriber

    return make


def tell_all(seconds: float = 20) -> None:
    """Fan out and send, until nothing is due."""
    while fan_out.fan_out_next():
        pass
    teller, until = Teller(), time.monotonic() + seconds
    while teller.work():
        assert time.monotonic() < until, "it does not come to an end"
    teller.close()


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Telling.objects.values_list("state", flat=True):
        found[TellState(state).value] = found.get(state, 0) + 1
    return found


__all__ = ["Follow", "follow", "sink", "states", "tell_all", "telling"]
