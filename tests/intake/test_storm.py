"""One noisy sender beside twenty quiet ones: one incident, nothing lost, nobody kept waiting."""

from collections.abc import Iterator

import pytest

from incidents.models import Alert, Incident, SignalState
from incidents.models import Signal as SignalRow
from incidents.pipeline import intake
from incidents.sources import adapters
from incidents.sources.adapters.integrations import create_integration
from tests.intake.conftest import Fold, Request, Visitor

ALERTS = 10_000
IN_ONE_MESSAGE = 500


@pytest.fixture
def quiet(visitor: Visitor) -> list[str]:
    """The keys of twenty other senders."""
    return [create_integration(kind="native", name=f"quiet {n}")[1] for n in range(20)]


def test_ten_thousand_alerts_of_one_cause_make_one_incident(
    visitor: Visitor, quiet: list[str], fold: Fold
) -> None:
    noisy = list(_storm(visitor.keys["native"]))
    answers = visitor.post_all([*noisy, *(_quiet(key) for key in quiet)])
    assert {answer.status_code for answer in answers} == {202}
    assert fold() == len(noisy) + len(quiet)
    of_storm = Alert.objects.filter(integration__name="native")
    assert (of_storm.count(), of_storm.values("incident").distinct().count()) == (ALERTS, 1)
    assert Incident.objects.count() == 1 + len(quiet)
    assert not SignalRow.objects.exclude(state=SignalState.FOLDED).exists()


def test_quiet_senders_are_heard_in_the_next_batch(visitor: Visitor, quiet: list[str]) -> None:
    waiting = [_one(visitor.keys["native"], n) for n in range(400)]
    visitor.post_all([*waiting, *(_quiet(key) for key in quiet)])
    assert intake.fold_batch(adapters.read) == intake.SHARED_BATCH
    assert Alert.objects.filter(labels__type="leak").count() == len(quiet)


def test_messages_of_one_sender_keep_their_order(
    visitor: Visitor, quiet: list[str], fold: Fold
) -> None:
    visitor.post_all([_quiet(key) for key in quiet])
    for action in ("fire", "resolve") * 100:
        visitor.event(action=action)
    fold()
    assert [told["action"] for told in _told("native")] == ["open", "resolve"] * 100


def _told(name: str) -> list[dict[str, str]]:
    rows = SignalRow.objects.filter(integration__name=name).order_by("pk")
    return [outcome for row in rows for outcome in row.outcome]


def _storm(key: str) -> Iterator[Request]:
    for first in range(0, ALERTS, IN_ONE_MESSAGE):
        events = [_event(n) for n in range(first, first + IN_ONE_MESSAGE)]
        yield "/api/events", events, {"Authorization": f"Bearer {key}"}


def _one(key: str, n: int) -> Request:
    return "/api/events", _event(n), {"Authorization": f"Bearer {key}"}


def _event(n: int) -> dict[str, str]:
    return {"type": "down", "source": f"node-{n}", "message": "An instance is down"}


def _quiet(key: str) -> Request:
    event = {"type": "leak", "source": "web-1", "message": "Memory leaks"}
    return "/api/events", event, {"Authorization": f"Bearer {key}"}
