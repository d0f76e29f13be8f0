"""The soak in short: a few people, one kill. And what the verdict of a soak must not overlook."""

import random
from collections.abc import Callable
from typing import cast

import pytest

from bench.lag import Lag
from bench.product import Product
from bench.soak import verdict
from bench.soak.client import Client, Room
from bench.soak.ledger import Ledger
from bench.soak.plan import Plan
from bench.soak.run import play
from bench.soak.silent import Closings
from bench.soak.verdict import Seen
from bench.soak.watch import Life

# However busy the machine is: nothing here is about time.
SHORT = Plan(
    minutes=0.05,
    kill_every=0.04,
    steady=0.05,
    clients=24,
    rate=8,
    reconnecting=0.3,
    patience=240,
    seconds_to_be_back=240,
    seconds_to_close_silent=240,
    warm_up=3600,
)


@pytest.mark.flow
def test_nobody_misses_or_repeats_anything_while_web_is_killed(
    product: Product, token: str
) -> None:
    seen = play(product, SHORT, token)
    broken = [f"{line.name}: {line.told}" for line in verdict.lines(seen) if line.kept is False]
    assert broken == []
    assert len(seen.returns) == 1
    assert len(seen.ledger.accepted) == len(seen.ledger.sent) > 20, "too few to show anything"


def _client(seqs: list[int]) -> Client:
    room = Room(cast("Product", None), "INC-1", 1, Ledger())
    client = Client(room, "", random.Random())
    client.seqs.extend(seqs)
    client.cursor = max(seqs)
    return client


def _flawless() -> Seen:
    ledger = Ledger()
    for seq, body in ((2, "a"), (3, "b")):
        ledger.send(body)
        ledger.accept(body, seq)
        ledger.see(seq, body, since=0)
    life = Life(pid=7)
    life.ages, life.sizes = [*range(0, 900, 10)], [150.0] * 90
    return Seen(
        plan=Plan(),
        ledger=ledger,
        facts={1: "", 2: "a", 3: "b"},
        clients=[_client([1, 2, 3]), _client([1, 2, 3])],
        latecomers=[_client([1, 2])],
        closings=Closings(since_open=[29.0], since_behind=[26.0]),
        lives=[life],
        returns=[4.0],
        lag=Lag(),
        reached=3,
    )


def _broken(seen: Seen) -> list[str]:
    return [line.name for line in verdict.lines(seen) if line.kept is False]


def test_a_flawless_soak_keeps_every_promise() -> None:
    lines = verdict.lines(_flawless())
    assert _broken(_flawless()) == []
    assert sum(line.kept is True for line in lines) == 11


def _lose_an_accepted_message(seen: Seen) -> None:
    seen.facts = {1: "", 2: "a"}
    for client in seen.clients:
        client.seqs.pop()


def _hold_a_message_twice(seen: Seen) -> None:
    seen.facts = {**seen.facts, 4: "b"}
    for client in seen.clients:
        client.seqs.append(4)


def _leak(seen: Seen) -> None:
    seen.lives[0].sizes = [150.0 + age / 30 for age in seen.lives[0].ages]


VIEWS = "each client has read what the database holds"
SILENT = "who never reads is closed within 30 s"


@pytest.mark.parametrize(
    ("harm", "promise"),
    [
        (lambda seen: seen.clients[1].seqs.remove(2), VIEWS),
        (lambda seen: seen.clients[1].seqs.pop(), VIEWS),
        (lambda seen: seen.clients[0].seqs.append(3), VIEWS),
        (lambda seen: seen.clients[0].seqs.reverse(), VIEWS),
        (lambda seen: seen.latecomers[0].seqs.remove(1), VIEWS),
        (lambda seen: setattr(seen, "facts", {1: "", 3: "b"}), "facts numbered without gaps"),
        (_lose_an_accepted_message, "each accepted message is there, as it was answered"),
        (lambda seen: setattr(seen, "facts", {1: "", 2: "a"}), VIEWS),
        (_hold_a_message_twice, "no message twice"),
        (lambda seen: seen.ledger.sent.pop("a"), "no message that nobody sent"),
        (lambda seen: seen.ledger.see(2, "x", since=0), "all read the same"),
        (lambda seen: seen.ledger.read.update({3: "x"}), "all read the same"),
        (lambda seen: seen.ledger.accept("a", 9), "all read the same"),
        (
            lambda seen: seen.unsettled.append("x"),
            "nothing refused, nothing left unanswered",
        ),
        (
            lambda seen: seen.ledger.closes.update([4008]),
            "no reader was closed for silence or refused",
        ),
        (lambda seen: seen.returns.append(None), "everybody back within 30 s of a kill"),
        (lambda seen: seen.closings.since_behind.append(31), SILENT),
        (lambda seen: seen.closings.still_open.append(31), SILENT),
        (_leak, "the web process grows by less than 1 MB a minute"),
    ],
)
def test_a_broken_promise_is_told(harm: Callable[[Seen], object], promise: str) -> None:
    seen = _flawless()
    harm(seen)
    assert promise in _broken(seen)
