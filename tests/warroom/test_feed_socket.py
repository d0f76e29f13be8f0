"""The feed of the installation, as the board hears it."""

import asyncio
from collections.abc import Callable

import pytest
from django.db import transaction

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People
from tests.warroom.conftest import Enter
from warroom.realtime.board import BATCH_FROM
from warroom.realtime.workers import workers
from warroom.services import chat

pytestmark = pytest.mark.django_db(transaction=True)


async def test_it_tells_of_a_new_incident_and_of_its_changes(
    enter: Enter, people: People, declare: Declare
) -> None:
    olga = await enter(people.observer)
    await olga.expect("hello")
    incident = await workers.run(declare, "Search is slow")
    created = await olga.expect("incident_created")
    assert (created["incident"], created["data"]["title"]) == (incident.reference, "Search is slow")
    actor = Actor.of(people.commander)
    await workers.run(lifecycle.move, incident_id=incident.pk, name="acknowledge", actor=actor)
    updated = await olga.expect("incident_updated")
    while updated["data"]["state"] == "detected":  # declaring sets the commander, too
        updated = await olga.expect("incident_updated")
    assert updated["data"]["state"] == "acknowledged"


async def test_it_tells_of_alerts(enter: Enter, people: People, incident: Incident) -> None:
    olga = await enter(people.observer)
    await olga.expect("hello")
    await workers.run(_attach, incident)
    alert = await olga.expect("alert")
    assert alert["incident"] == incident.reference
    assert alert["alerts"] == [{"what": "attached", "id": 7, "title": "5xx above 5 %"}]


async def test_it_tells_when_an_alert_is_found_to_belong_to_an_incident(
    enter: Enter, people: People, incident: Incident
) -> None:
    olga = await enter(people.observer)
    await olga.expect("hello")
    await workers.run(_attach, incident)
    found = await olga.expect("correlation_found")
    assert (found["incident"], found["alerts"][0]["title"]) == (incident.reference, "5xx above 5 %")


def _attach(incident: Incident) -> None:
    body = facts.AlertAttached(alert_id=7, title="5xx above 5 %", severity="P1")
    with transaction.atomic():
        bus.emit(incident, body, actor=Actor.system())


async def test_it_keeps_chat_and_private_incidents_to_themselves(
    enter: Enter, people: People, incident: Incident, declare: Declare
) -> None:
    stan, cara = await enter(people.stranger), await enter(people.commander)
    for visitor in (stan, cara):
        await visitor.expect("hello")
    actor = Actor.of(people.commander)
    await workers.run(chat.post, incident_id=incident.pk, body="psst", actor=actor)
    secret = await workers.run(declare, "A breach", private=True, by=people.commander)
    public = await workers.run(declare, "Public")
    assert (await cara.expect("incident_created"))["incident"] == secret.reference
    heard = await stan.receive()
    assert (heard["type"], heard["incident"]) == ("incident_created", public.reference)


async def test_it_takes_an_incident_away_from_those_who_may_no_longer_see_it(
    enter: Enter, people: People, incident: Incident
) -> None:
    stan, cara = await enter(people.stranger), await enter(people.commander)
    for visitor in (stan, cara):
        await visitor.expect("hello")
    actor = Actor.of(people.commander)
    await workers.run(lifecycle.set_private, incident_id=incident.pk, private=True, actor=actor)
    gone = await stan.receive()
    assert (gone["incident"], gone.get("gone"), gone.get("data")) == (
        incident.reference,
        True,
        None,
    )
    assert (await cara.expect("incident_updated"))["data"]["private"] is True


async def test_it_puts_a_storm_into_few_messages(
    enter: Enter, people: People, declare: Declare
) -> None:
    olga = await enter(people.observer)
    await olga.expect("hello")
    storm = BATCH_FROM * 2
    await workers.run(_declare_all, declare, storm)
    created: set[str] = set()
    messages = 0
    while len(created) < storm:
        message = await olga.receive()
        messages += 1
        events = message.get("events", [message])
        created |= {e["incident"] for e in events if e["type"] == "incident_created"}
    assert messages < storm


def _declare_all(declare: Declare, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            declare(f"Storm {number}")


async def test_it_finds_what_no_hint_told(
    enter: Enter, people: People, declare: Declare, no_hints: None
) -> None:
    olga = await enter(people.observer)
    await olga.expect("hello")
    incident = await workers.run(declare)
    async with asyncio.timeout(6):
        assert (await olga.expect("incident_created"))["incident"] == incident.reference


async def test_it_closes_for_a_client_that_never_acknowledges(
    enter: Enter, people: People, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.realtime.credit.PATIENCE", 0.3)
    monkeypatch.setattr("warroom.realtime.credit.MOST_FRAMES", 3)
    olga = await enter(people.observer)
    await olga.expect("hello")
    actor = Actor.of(people.commander)
    for number in range(8):
        await workers.run(lifecycle.note, incident_id=incident.pk, text=f"{number}", actor=actor)
        await asyncio.sleep(0.02)
    assert await olga.closed() == 4008


async def test_it_wants_to_know_who_comes(enter: Enter, key: Callable[..., str]) -> None:
    assert await (await enter(None)).closed() == 4401
    token = await workers.run(key, "events")
    assert await (await enter(None, token=token)).closed() == 4403
    token = await workers.run(key, "read")
    await (await enter(None, token=token)).expect("hello")
