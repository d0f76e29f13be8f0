"""Keeping who was in a room: in memory first, then in the database, whatever dies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import Incident
from tests.conftest import FrozenClock, People
from tests.warroom.conftest import Enter
from warroom.models import SILENT_FOR, Attendance, RoomHub
from warroom.realtime import company
from warroom.realtime.presence import Person
from warroom.realtime.register import Register, Seen
from warroom.realtime.workers import workers
from warroom.selectors.recording import presence
from warroom.services import attendance

ANA, TOM = Person("ana", "Ana"), Person("tom", "Tom", "responding")


class Keeper:
    """Takes what a register writes; `fails` as often as it is told."""

    def __init__(self) -> None:
        self.told: list[list[tuple[str, str]]] = []
        self.fails = 0
        self.knows = True

    async def __call__(self, hub: str, seen: Sequence[Seen], at: datetime) -> bool:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("The database does not answer.")
        self.told.append([(each.handle, each.state) for each in seen])
        return self.knows


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


async def test_it_writes_differences_only(keeper: Keeper) -> None:
    register = Register(keeper)
    for people in ([ANA], [ANA, TOM], [ANA, TOM]):
        register.note(7, people)
    await register.write()
    register.note(7, [Person("ana", "Ana", "away"), TOM])
    await register.write()
    register.note(7, [])
    await register.write()
    assert keeper.told == [
        [("ana", "watching"), ("tom", "responding")],
        [("ana", "away")],
        [("ana", "left"), ("tom", "left")],
    ]
    await register.write()
    assert len(keeper.told) == 3, "nobody is there: there is nothing to say"


async def test_whoever_is_back_before_it_is_written_never_was_away(keeper: Keeper) -> None:
    register = Register(keeper)
    register.note(7, [ANA])
    await register.write()
    register.note(7, [])
    register.note(7, [ANA])
    register.note(8, [TOM])
    register.note(8, [])
    await register.write()
    assert keeper.told == [[("ana", "watching")], []]


async def test_what_cannot_be_written_is_written_later_with_its_time(
    keeper: Keeper, frozen: FrozenClock
) -> None:
    keeper.fails = 2
    register = Register(keeper)
    register.note(7, [ANA])
    await register.write()
    frozen.fast_forward(seconds=30)
    register.note(7, [ANA, TOM])
    await register.write()
    await register.write()
    assert keeper.told == [[("ana", "watching"), ("tom", "responding")]]


async def test_a_hub_that_was_given_up_says_anew_whom_it_sees(keeper: Keeper) -> None:
    register = Register(keeper)
    register.note(7, [ANA, TOM])
    await register.write()
    keeper.knows = False
    register.note(7, [ANA])
    await register.write()
    keeper.knows = True
    await register.write()
    await register.write()
    assert keeper.told[1:] == [[("tom", "left")], [("ana", "watching")], []]


def _seen(incident: Incident, handle: str, state: str, at: datetime) -> Seen:
    return Seen(incident.pk, handle, handle.title(), state, at)


def _spans(incident: Incident) -> list[tuple[str, str, datetime | None]]:
    return [(s.handle, s.state, s.until) for s in presence.of_incident(incident)]


@pytest.mark.django_db
def test_people_of_a_process_that_died_were_there_until_its_last_sign(
    incident: Incident, frozen: FrozenClock
) -> None:
    begin = frozen.at
    attendance.keep("dead", [_seen(incident, "ana", "watching", begin)], begin)
    assert _spans(incident) == [("ana", "watching", None)]
    died = frozen.fast_forward(seconds=15)
    attendance.keep("dead", [], died)
    assert attendance.keep("alive", [], frozen.fast_forward(seconds=SILENT_FOR)) is False
    assert _spans(incident) == [("ana", "watching", None)]
    frozen.fast_forward(seconds=1)
    assert _spans(incident) == [("ana", "watching", died)]
    assert attendance.keep("alive", [], frozen.at) is True
    assert _spans(incident) == [("ana", "watching", died)]
    assert list(RoomHub.objects.values_list("hub", flat=True)) == ["alive"]


@pytest.mark.django_db
def test_whoever_is_in_another_process_at_once_was_never_away(
    incident: Incident, frozen: FrozenClock
) -> None:
    begin = frozen.at
    attendance.keep("dead", [_seen(incident, "ana", "watching", begin)], begin)
    attendance.keep("dead", [], frozen.fast_forward(seconds=15))
    back = frozen.fast_forward(seconds=20)
    attendance.keep("alive", [_seen(incident, "ana", "watching", back)], back)
    for _ in range(5):
        attendance.keep("alive", [], frozen.fast_forward(seconds=15))
    [span] = presence.of_incident(incident)
    assert (span.since, span.until) == (begin, None)


@pytest.mark.django_db
def test_it_keeps_so_many_rows_and_no_more(
    incident: Incident, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(attendance, "MOST_ROWS", 2)
    now = clock.now()
    for n, state in enumerate(["watching", "away", "responding", "left"]):
        seen = [_seen(incident, "ana", state, now + timedelta(seconds=n))]
        attendance.keep("hub", seen, now)
    states = Attendance.objects.order_by("at").values_list("state", flat=True)
    assert list(states) == ["watching", "away", "left"]
    gone = Seen(incident.pk + 1, "ana", "Ana", "away", now)
    attendance.keep("hub", [gone], now)
    assert Attendance.objects.count() == 3
    with django_assert_num_queries(4):  # a savepoint, its release, the sign, and who is silent
        attendance.keep("hub", [], now)


@pytest.mark.django_db(transaction=True)
async def test_the_room_writes_who_comes_and_goes(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "WRITE_EVERY", 0.0)
    tom = await enter(people.teammate, incident)
    cara = await enter(people.commander, incident)
    await cara.expect("presence", count=2)
    await cara.send(type="presence", state="responding")
    while (await tom.expect("presence"))["people"][0]["state"] != "responding":
        pass
    await cara.leave()
    await tom.leave()
    rows = Attendance.objects.order_by("handle", "at").values_list("handle", "state", "hub")
    found = await workers.run(list, rows)
    assert [(handle, state) for handle, state, _ in found] == [
        *(("cara", state) for state in ("watching", "responding", "left")),
        *(("tom", state) for state in ("watching", "left")),
    ]
    assert len({hub for _, _, hub in found}) == 1
