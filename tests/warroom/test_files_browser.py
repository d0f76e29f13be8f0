"""Files in a real browser: chosen and pasted by one, seen by the other."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from incidents.kernel.actor import Actor
from incidents.models import Incident
from tests.browsing import Visits
from tests.conftest import People
from tests.warroom.samples import picture
from warroom.models import Attachment
from warroom.services import files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_PASTE = """([field, content]) => {
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  const paste = new ClipboardEvent("paste", how);
  document.querySelector(field).dispatchEvent(paste);
}"""


def _enter(browse: Visits, user: object, incident: Incident) -> Page:
    page: Page = browse(user, f"/incidents/{incident.reference}")  # type: ignore[arg-type]
    expect(page.locator("[data-live]").first).to_have_attribute("data-state", "live")
    return page


def test_what_one_attaches_and_pastes_the_other_sees(
    browse: Visits, people: People, incident: Incident
) -> None:
    tom, cara = (_enter(browse, user, incident) for user in (people.teammate, people.commander))
    log = FilePayload(name="pool.log", mimeType="text/plain", buffer=b"pool exhausted\n")
    tom.locator("[data-attach-input]").set_input_files([log])
    tom.evaluate(_PASTE, ["#say", base64.b64encode(picture()).decode()])
    expect(tom.locator("[data-tray] li")).to_have_count(2)
    tom.get_by_label("Message INC").fill("CPU of db-1")
    tom.keyboard.press("Enter")
    for page in (tom, cara):
        row = page.locator("#log .msg").last
        expect(row.locator(".said")).to_have_text("CPU of db-1")
        expect(row.get_by_role("link", name="pool.log")).to_be_visible()
        expect(row.get_by_role("img", name="pasted-")).to_have_js_property("naturalWidth", 640)
    expect(tom.locator("[data-tray] li")).to_have_count(0)
    for page in (tom, cara):
        expect(page.locator("#log > li")).to_have_count(3)
    cara.locator("#log .picture").click()
    expect(cara.locator("#picture-dialog img")).to_have_js_property("naturalWidth", 900)
    cara.keyboard.press("Escape")
    expect(cara.locator("#picture-dialog")).to_be_hidden()


def test_what_cannot_be_sent_stays_with_the_reason(
    browse: Visits, people: People, incident: Incident
) -> None:
    browse.allow("net::ERR_", "status of 422")
    tom = _enter(browse, people.teammate, incident)
    # From the start: what is routed later may let the next request pass.
    way: list[Callable[[Route], object]] = [lambda route: route.continue_()]
    tom.route("**/files/share", lambda route: way[-1](route))  # noqa: PLW0108  the last of then
    exe = FilePayload(name="a.exe", mimeType="text/plain", buffer=b"MZ\x90\x00\x03")
    tom.locator("[data-attach-input]").set_input_files([exe])
    tom.get_by_role("button", name="Send").click()
    expect(tom.locator("[data-tray-word]")).to_contain_text("of a kind that cannot be attached")
    tom.get_by_role("button", name="Remove a.exe").click()
    log = FilePayload(name="a.log", mimeType="text/plain", buffer=b"text")
    tom.locator("[data-attach-input]").set_input_files([log])
    tom.get_by_label("Message INC").fill("See this")
    way.append(lambda _: None)
    tom.keyboard.press("Enter")
    expect(tom.locator("#log .pending .file-chip")).to_have_text("a.log")
    tom.get_by_role("button", name="Cancel").click()
    expect(tom.locator("[data-tray-word]")).to_contain_text("Stopped")
    expect(tom.locator("#log .pending")).to_have_count(0)
    way.append(lambda route: route.abort())
    tom.get_by_role("button", name="Send").click()
    expect(tom.locator("[data-tray-word]")).to_contain_text("Not sent: no connection")
    expect(tom.get_by_label("Message INC")).to_have_value("See this")
    way.append(way[0])
    tom.get_by_role("button", name="Send").click()
    expect(tom.locator("#log").get_by_role("link", name="a.log")).to_be_visible()
    assert Attachment.objects.count() == 1


def test_a_removed_file_goes_from_every_screen(
    browse: Visits, people: People, incident: Incident
) -> None:
    upload = files.Upload("cpu.png", [picture()])
    files.add(incident_id=incident.pk, uploads=[upload], actor=Actor.of(people.teammate))
    cara = _enter(browse, people.commander, incident)
    tom = browse(people.teammate, f"/incidents/{incident.reference}?tab=files")
    expect(cara.locator("#log .picture")).to_have_count(1)
    tom.get_by_role("button", name="Remove cpu.png").click()
    tom.get_by_role("button", name="Remove it").click()
    expect(tom.locator("#file-list")).to_contain_text("No files yet")
    expect(tom.get_by_label("Add files")).to_be_visible()
    expect(cara.locator("#log")).to_contain_text("cpu.png was removed")
    expect(cara.locator("#log .picture")).to_have_count(0)
