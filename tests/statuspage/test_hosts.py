"""Pages with a host of their own: that page is there, and nothing else is."""

import json
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from django.test import override_settings

from incidents.models import Incident, Service
from incidentsite.dispatch import Dispatcher
from statuspage.door import StatusDoor
from statuspage.door.entrance import Entrance, to_console
from statuspage.models import Component, PublicIncident, StatusPage
from statuspage.rendering.stamps import PLACE_KEY, ROOT
from tests.conftest import Declare
from tests.statuspage.conftest import Answer, Publish, looked, request

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "status.ferrybank.example"
DOCUMENTS = (
    *("/", "/history", "/json", "/history.rss", "/history.atom", "/maintenance.ics", "/embed"),
    *("/badge.svg", "/badge/checkout.svg", "/widget.js", "/robots.txt", "/assets/status.css"),
    *("/api/v2/summary.json", "/api/v2/incidents/unresolved.json", "/api/status/public"),
)
CONSOLE = ("/sign-in", "/admin/", "/incidents", "/api/status", "/api/v2/alerts", "/static/app.css")


class Rest:
    """Notes who was asked in place of Django."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:
        self.asked.append(scope)
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"django"})


@pytest.fixture
def outage(
    page: StatusPage, declare: Declare, service: Service, publish: Publish, checkout: Component
) -> Incident:
    page.host = HOST
    page.save()
    incident = declare("db-7", severity="P0", service=service)
    publish(incident, "identified", "We found it.", {checkout: "major_outage"})
    return incident


@pytest.fixture
def rest() -> Rest:
    return Rest()


@pytest.fixture
async def entrance(door: StatusDoor, rest: Rest) -> AsyncIterator[Entrance]:
    with override_settings(SITE_URL="https://console.example", ALLOWED_HOSTS=["console.example"]):
        yield Entrance(door, Dispatcher(doors=(door,), rest=rest), rest)


async def sent(entrance: Entrance, path: str, method: str = "GET", **more: str) -> Answer:
    await looked(entrance._door)
    return await request(entrance, path, method, **more)


async def at(entrance: Entrance, path: str, host: str = HOST) -> Answer:
    return await sent(entrance, path, host=host)


async def test_it_serves_all_of_the_page_at_its_own_host(
    entrance: Entrance, outage: Incident
) -> None:
    for path in DOCUMENTS:
        answer = await at(entrance, path)
        assert answer.status == 200, f"{path}: {answer.text}"
        assert b"<!--" not in answer.body, path
        if not (path.endswith((".css", ".js")) or "json" in path):
            assert b"/status/" not in answer.body.replace(b"/api/status/", b""), path


async def test_it_serves_it_with_the_database_away(
    entrance: Entrance, door: StatusDoor, cut_off_door: StatusDoor, outage: Incident, rest: Rest
) -> None:
    before = {path: await at(entrance, path) for path in DOCUMENTS}
    alone = Entrance(cut_off_door, rest, rest)
    for path in DOCUMENTS:
        answer = await at(alone, path)
        assert (answer.status, answer.headers["etag"]) == (200, before[path].headers["etag"]), path


async def test_it_serves_an_incident_there(entrance: Entrance, outage: Incident) -> None:
    public = await PublicIncident.objects.aget(incident=outage)
    assert (await at(entrance, f"/incidents/{public.key}")).status == 200


async def test_it_never_reaches_the_console_there(
    entrance: Entrance, outage: Incident, rest: Rest
) -> None:
    for path, method in product(CONSOLE, ("GET", "POST")):
        answer = await sent(entrance, path, method, host=f"{HOST.upper()}.:443")
        assert answer.status in {404, 405}, f"{method} {path}"
    assert rest.asked == []


async def test_it_closes_sockets_there(entrance: Entrance, outage: Incident) -> None:
    told: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await looked(entrance._door)

    scope = {"type": "websocket", "path": "/ws", "headers": [(b"host", HOST.encode())]}
    await entrance(scope, AsyncMock(), send)
    assert told == [{"type": "websocket.close", "code": 4404}]


async def test_it_leaves_the_console_and_other_hosts_as_they_are(
    entrance: Entrance, outage: Incident, rest: Rest
) -> None:
    for host in ("console.example", "CONSOLE.example:8000", "stranger.example"):
        assert (await at(entrance, "/sign-in", host)).status == 299
        assert (await at(entrance, "/status/main", host)).status == 200
    assert [scope["path"] for scope in rest.asked] == ["/sign-in"] * 3


async def test_it_lets_no_page_take_the_consoles_own_name(
    entrance: Entrance, outage: Incident, door: StatusDoor
) -> None:
    await StatusPage.objects.aupdate(host="console.example")
    await door.keeper().turn()
    assert (await at(entrance, "/sign-in", "console.example")).status == 299


@pytest.mark.parametrize(
    ("host", "path", "place"),
    [
        (HOST, "/subscribe", ROOT),
        ("console.example", "/status/subscribe", None),
        ("console.example", "/status/main/subscribe", None),
    ],
)
async def test_it_hands_forms_to_django_at_one_address(
    entrance: Entrance, outage: Incident, rest: Rest, host: str, path: str, place: Any
) -> None:
    origin = {"origin": f"https://{host}", "referer": f"https://{host}/"}
    await sent(entrance, path, "POST", host=host, **origin)
    scope = rest.asked[0]
    assert scope["path"] == "/status/main/subscribe"
    assert scope[PLACE_KEY].base == ("" if place else "/status")
    headers = dict(scope["headers"])
    assert headers[b"host"] == b"console.example"
    assert headers[b"origin"] == b"https://console.example"


async def test_it_does_not_vouch_for_what_other_sites_send(
    entrance: Entrance, outage: Incident, rest: Rest
) -> None:
    await sent(entrance, "/subscribe", "POST", host=HOST, origin="https://evil.example")
    assert dict(rest.asked[0]["headers"])[b"origin"] == b"https://evil.example"


async def test_it_sends_forms_from_the_gate_to_the_console(
    door: StatusDoor, rest: Rest, outage: Incident
) -> None:
    with override_settings(SITE_URL="https://console.example", ALLOWED_HOSTS=["console.example"]):
        gate = Entrance(door, Dispatcher(doors=(door,), rest=rest), to_console)
        answer = await sent(gate, "/manage/abc?x=1", "POST", host=HOST)
    assert answer.status == 307
    assert answer.headers["location"] == "https://console.example/status/main/manage/abc?x=1"


async def test_it_answers_statuspages_clients_at_the_shared_host(
    entrance: Entrance, outage: Incident
) -> None:
    answer = await at(entrance, "/api/v2/summary.json", "console.example")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await at(entrance, "/status/main/api/v2/status.json", "console.example")).status == 200
    assert (await at(entrance, "/api/v2/status", "console.example")).status == 299  # Alertmanager's


async def test_it_answers_what_browsers_ask_beforehand(
    entrance: Entrance, outage: Incident
) -> None:
    answer = await sent(entrance, "/api/v2/summary.json", "OPTIONS", host=HOST)
    assert answer.status == 204
    assert answer.headers["access-control-allow-headers"] == "*"


async def test_it_lets_other_sites_frame_the_frame_alone(
    entrance: Entrance, outage: Incident
) -> None:
    frame, whole = await at(entrance, "/embed"), await at(entrance, "/")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    assert "frame-ancestors 'none'" in whole.headers["content-security-policy"]
    assert whole.headers["x-frame-options"] == "DENY"


async def test_it_believes_proxies_of_ours_only(
    entrance: Entrance, outage: Incident, rest: Rest
) -> None:
    told = {"x_forwarded_for": "10.1.1.1, 203.0.113.9"}
    await sent(entrance, "/sign-in", client="127.0.0.1", host="console.example", **told)
    await sent(entrance, "/sign-in", client="198.51.100.7", host="console.example", **told)
    assert [scope["client"][0] for scope in rest.asked] == ["203.0.113.9", "198.51.100.7"]


async def test_it_keeps_the_host_over_a_restart(
    entrance: Entrance, door: StatusDoor, tmp_path: Path, outage: Incident
) -> None:
    await at(entrance, "/")
    assert json.loads((tmp_path / "main.json").read_bytes())["host"] == HOST
    await StatusPage.objects.aupdate(host="")
    await door.keeper().turn()
    assert json.loads((tmp_path / "main.json").read_bytes())["host"] == ""
