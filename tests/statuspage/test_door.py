"""What the public gets over HTTP: bytes from memory, with or without a database behind them."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it brings no types
import pytest
from asgiref.sync import sync_to_async

from incidents.kernel import clock
from incidents.models import Incident, Service
from statuspage.door import StatusDoor
from statuspage.models import Component, PublicIncident, StatusPage
from statuspage.services import refresh
from tests.conftest import Declare
from tests.statuspage.conftest import NOWHERE, Publish, ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outage(
    declare: Declare, service: Service, publish: Publish, checkout: Component, transfers: Component
) -> Incident:
    """A published incident of checkout."""
    incident = declare("db-7 replica lag", severity="P0", service=service)
    publish(incident, "identified", "We found **it**.", {checkout: "major_outage"})
    return incident


@pytest.fixture
def wait() -> Iterator[Callable[[int], None]]:
    """Lets time pass: `wait(40)` seconds."""

    def skip(seconds: int) -> None:
        clock.replace(lambda: datetime.now(UTC) + timedelta(seconds=seconds))

    yield skip
    clock.replace(None)


async def test_it_serves_what_was_published(door: StatusDoor, outage: Incident) -> None:
    answer = await ask(door, "/status")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Online checkout is not available" in answer.text
    assert "We found <strong>it</strong>." in answer.text


@pytest.mark.parametrize("path", ["/status", "/status/", "/status/main", "/status/history"])
async def test_it_serves_each_page_at_each_of_its_addresses(
    door: StatusDoor, outage: Incident, path: str
) -> None:
    answer = await ask(door, path)
    assert answer.status == 200
    assert "Online checkout is not available" in answer.text


async def test_it_serves_a_permanent_address_for_an_incident(
    door: StatusDoor, outage: Incident
) -> None:
    public = await PublicIncident.objects.aget(incident=outage)
    answer = await ask(door, f"/status/incidents/{public.key}")
    assert '<h1 id="now">Online checkout is not available</h1>' in answer.text


async def test_it_answers_unchanged_when_the_client_has_it(
    door: StatusDoor, outage: Incident
) -> None:
    first = await ask(door, "/status")
    again = await ask(door, "/status", if_none_match=f'"other", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-status-as-of"].endswith("Z")
    assert int(again.headers["x-status-age"]) <= 2


async def test_it_compresses_as_the_client_asks(door: StatusDoor, outage: Incident) -> None:
    plain = await ask(door, "/status")
    for accepted, encoding, unpack in (
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip, br", "br", brotli.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
    ):
        answer = await ask(door, "/status", accept_encoding=accepted)
        assert answer.headers["content-encoding"] == encoding
        assert unpack(answer.body) == plain.body
        assert answer.headers["vary"] == "accept-encoding"


async def test_it_sends_headers_that_keep_scripts_and_frames_out(
    door: StatusDoor, outage: Incident
) -> None:
    headers = (await ask(door, "/status")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"].startswith("public, max-age=5")


async def test_it_tells_programs_in_json(door: StatusDoor, outage: Incident) -> None:
    answer = await ask(door, "/api/status/public")
    found = json.loads(answer.body)
    assert found["status"]["state"] == "major_outage"
    assert found["components"][0]["state"] == "major_outage"
    assert found["incidents"][0]["updates"][0]["body"] == "We found **it**."
    assert found["stale"] is False
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_it_shows_a_change_within_its_next_look(
    door: StatusDoor, outage: Incident, publish: Publish, page: StatusPage
) -> None:
    before = await ask(door, "/status")
    await sync_to_async(publish)(outage, "resolved", "All is well again.")
    await door.keeper().turn()
    after = await ask(door, "/status", if_none_match=before.headers["etag"])
    assert after.status == 200
    assert "All systems operational" in after.text


async def test_it_serves_the_last_snapshot_from_disk_without_a_database(
    door: StatusDoor, cut_off_door: StatusDoor, outage: Incident
) -> None:
    await ask(door, "/status")
    answer = await ask(cut_off_door, "/status")
    assert answer.status == 200
    assert "Online checkout is not available" in answer.text
    assert "This page is behind" not in answer.text


async def test_it_says_so_when_it_has_not_been_sure_for_half_a_minute(
    door: StatusDoor, cut_off_door: StatusDoor, outage: Incident, wait: Callable[[int], None]
) -> None:
    fresh = await ask(door, "/status")
    await door.close()
    wait(40)
    answer = await ask(cut_off_door, "/status", if_none_match=fresh.headers["etag"])
    assert answer.status == 200
    assert "This page is behind" in answer.text
    assert json.loads((await ask(cut_off_door, "/api/status/public")).body)["stale"] is True


async def test_it_does_not_call_itself_current_while_rendering_is_behind(
    door: StatusDoor, outage: Incident, page: StatusPage, wait: Callable[[int], None]
) -> None:
    fresh = await ask(door, "/status")
    await StatusPage.objects.filter(pk=page.pk).aupdate(version=99)
    wait(40)
    await door.keeper().turn()
    behind = await ask(door, "/status")
    assert behind.headers["x-status-as-of"] == fresh.headers["x-status-as-of"]
    assert "This page is behind" in behind.text


async def test_it_keeps_serving_when_the_database_goes_away(
    door: StatusDoor, outage: Incident
) -> None:
    await ask(door, "/status")
    keeper = door.keeper()
    keeper._postgres._parameters = NOWHERE
    await keeper._postgres.close()
    await keeper.turn()
    assert (await ask(door, "/status")).status == 200


async def test_it_survives_a_damaged_file_on_disk(cut_off_door: StatusDoor, tmp_path: Path) -> None:
    (tmp_path / "main.json").write_text("{half")
    answer = await ask(cut_off_door, "/status")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"


async def test_it_takes_a_page_off_that_was_switched_off(
    door: StatusDoor, outage: Incident, page: StatusPage, cut_off_door: StatusDoor
) -> None:
    await ask(door, "/status")
    await StatusPage.objects.filter(pk=page.pk).aupdate(enabled=False)
    await door.keeper().turn()
    assert (await ask(door, "/status")).status == 404
    assert (await ask(cut_off_door, "/status")).status == 503


async def test_it_answers_an_unknown_page_with_a_small_page_of_its_own(
    door: StatusDoor, outage: Incident
) -> None:
    answer = await ask(door, "/status/nowhere")
    assert answer.status == 404
    assert "There is no such status page" in answer.text


async def test_it_only_reads(door: StatusDoor, outage: Incident) -> None:
    answer = await ask(door, "/status", method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    head = await ask(door, "/status", method="HEAD")
    assert head.body == b""
    assert int(head.headers["content-length"]) > 1000


async def test_it_serves_its_own_style_and_script_for_good(
    door: StatusDoor, outage: Incident
) -> None:
    html = (await ask(door, "/status")).text
    for name in ("status.css", "status.js"):
        address = html.split(f"/status/assets/{name}", 1)[1].split('"', 1)[0]
        answer = await ask(door, f"/status/assets/{name}{address}")
        assert "immutable" in answer.headers["cache-control"]
        other = await ask(door, f"/status/assets/{name}?v=old")
        assert other.body == answer.body
        assert "immutable" not in other.headers["cache-control"]


async def test_it_weighs_less_than_forty_kilobytes_in_all(
    door: StatusDoor, outage: Incident, page: StatusPage
) -> None:
    rows = [Component(page=page, slug=f"c{n}", name=f"Component {n}") for n in range(60)]
    await Component.objects.abulk_create(rows)
    await StatusPage.objects.filter(pk=page.pk).aupdate(version=99)
    await sync_to_async(refresh)(page.pk)
    paths = ["/status", "/status/assets/status.css", "/status/assets/status.js"]
    answers = [await ask(door, path, accept_encoding="gzip") for path in paths]
    assert sum(len(answer.body) for answer in answers) < 40_000
