"""A private incident over sockets: each of them, as somebody who has no part in it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest

from incidents.kernel.actor import Actor
from incidents.pipeline import lifecycle, privacy
from tests.access.conftest import MARK, hide, noise, open_values
from tests.conftest import Declare, People
from tests.warroom.conftest import Enter, Visitor, headers_of
from warroom.realtime.workers import workers
from warroom.routing import websocket_urlpatterns

__all__ = ["hide", "noise", "open_values"]
pytestmark = pytest.mark.django_db(transaction=True)
_PARAMETER: Final = re.compile(r"\(\?P<(\w+)>.*?\)(?=/|$)")


def paths(values: dict[str, Any]) -> list[str]:
    """Each address of a socket, with `values` for its parameters."""
    found = []
    for pattern in websocket_urlpatterns:
        route = str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("/?")
        if route:
            found.append("/" + _PARAMETER.sub(lambda match: str(values[match[1]]), route))
    return found


@pytest.fixture
async def visit(db: None, people: People) -> AsyncIterator[Callable[[str], Any]]:
    opened: list[Visitor] = []
    async with workers.open():

        async def make(path: str) -> Visitor:
            visitor = Visitor(await workers.run(headers_of, people.stranger))
            opened.append(visitor)
            return await visitor.open(path)

        yield make
        for visitor in opened:
            await visitor.leave()


async def heard(visitor: Visitor) -> str:
    """All that the socket says until it is closed or has nothing more to say."""
    told = ""
    while True:
        try:
            output = await visitor._output(1.5)  # raw, whatever it is
        except TimeoutError:
            return told
        told += str(output)
        if output["type"] == "websocket.close":
            return told


async def test_no_socket_tells_a_stranger_of_it(
    visit: Callable[[str], Any], open_values: dict[str, Any], hide: Callable[[], dict[str, Any]]
) -> None:
    """Those that are open while it happens, and those that are opened to it."""
    listening = [await visit(path) for path in paths(open_values)]
    hidden = await workers.run(hide)
    inside = [await visit(path) for path in paths(hidden) if path not in paths(open_values)]
    assert inside, "no socket leads to an incident: the test looks at nothing"
    told = await asyncio.gather(*(heard(visitor) for visitor in [*listening, *inside]))
    assert [text for text in told if MARK in text or hidden["ref"] in text] == []
    assert all("4404" in text for text in told[len(listening) :])


async def test_it_closes_the_room_for_who_is_removed(
    enter: Enter, people: People, declare: Declare
) -> None:
    incident = await workers.run(declare, "Stolen laptop", by=people.commander, private=True)
    actor = Actor.of(people.commander)
    await workers.run(privacy.add, incident_id=incident.pk, user=people.teammate, actor=actor)
    tom = await enter(people.teammate, incident)
    await tom.expect("hello")
    await workers.run(privacy.remove, incident_id=incident.pk, user=people.teammate, actor=actor)
    assert await tom.closed() == 4403
    await workers.run(lifecycle.note, incident_id=incident.pk, text="He is gone", actor=actor)
    assert "He is gone" not in str(tom.facts)
