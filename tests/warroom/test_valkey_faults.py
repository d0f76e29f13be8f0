"""Hints travel through a Valkey of their own here, which dies, hangs and comes back."""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from pytest_django import Settings

from incidents.events import hints
from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidentsite.embedded import redis_url
from tests.conftest import People
from tests.servers import Server, start_valkey, stop
from tests.warroom.conftest import Enter, Visitor
from warroom.realtime.hints import HintPublisher, publisher
from warroom.realtime.workers import workers
from warroom.services import chat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.platform]

# A fact that no hint told is found by the next look at the database.
BY_POLLING = 6.0
BY_HINT = 2.0


class Valkey:
    def __init__(self, home: Path) -> None:
        self._home = home
        self.server: Server = start_valkey(home)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()

    def hang(self) -> None:
        self.server.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.server.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        self.server = start_valkey(self._home)


@pytest.fixture
def valkey(settings: Settings) -> Iterator[Valkey]:
    """Another process is played by a publisher that does not know the hub of this one."""
    get_channel_layer()  # made by now, or a thread might still make it from the old settings
    home = Path(tempfile.mkdtemp(prefix="valkey-"))
    running = Valkey(home)
    host = {"address": redis_url(home), "socket_connect_timeout": 1}
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [host]}}}
    settings.REDIS_URL = redis_url(home)
    elsewhere = HintPublisher()
    hints.publish_with(elsewhere)
    yield running
    hints.publish_with(publisher)
    elsewhere.stop()
    running.go_on()
    stop(running.server)
    shutil.rmtree(home)


async def seconds_until_heard(
    visitor: Visitor, incident: Incident, people: People, body: str
) -> tuple[float, float]:
    """How long posting took, and how long it was until the visitor heard it."""
    started = time.monotonic()
    await workers.run(
        chat.post, incident_id=incident.pk, body=body, actor=Actor.of(people.teammate)
    )
    posted = time.monotonic()
    while (await visitor.fact("chat.posted"))["data"]["body"] != body:
        pass
    return posted - started, time.monotonic() - started


async def heard_by_hint(visitor: Visitor, incident: Incident, people: People) -> None:
    """Wait until hints come through again: several in a row, sooner than any polling."""
    in_a_row = 0
    async with asyncio.timeout(40):
        while in_a_row < 3:
            _, heard = await seconds_until_heard(visitor, incident, people, f"{time.monotonic()}")
            in_a_row = in_a_row + 1 if heard < BY_HINT / 4 else 0


@pytest.mark.parametrize("fault", ["kill", "hang"])
async def test_it_goes_on_without_valkey_and_hears_hints_again_when_it_is_back(
    valkey: Valkey, enter: Enter, people: People, incident: Incident, fault: str
) -> None:
    cara = await enter(people.commander, incident)
    await heard_by_hint(cara, incident, people)
    valkey.kill() if fault == "kill" else valkey.hang()
    for body in ("first", "second"):
        posted, heard = await seconds_until_heard(cara, incident, people, body)
        assert posted < BY_HINT
        assert heard < BY_POLLING
    valkey.restart() if fault == "kill" else valkey.go_on()
    await heard_by_hint(cara, incident, people)
