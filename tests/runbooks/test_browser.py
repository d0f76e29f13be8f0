"""Runbooks in a real browser: ticks by the keyboard, words that survive, the preview."""

import pytest
from playwright.sync_api import expect

from incidents.kernel.actor import Actor
from runbooks import services
from runbooks.models import RunbookRun
from tests.browsing import Visits
from tests.conftest import Declare, People
from tests.runbooks.conftest import Write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def run(write: Write, declare: Declare, people: People) -> RunbookRun:
    return services.start(
        incident_id=declare("Disk full").pk,
        runbook_id=write("Disk", "title: disk").pk,
        actor=Actor.of(people.commander),
    )


def test_a_step_is_ticked_by_the_keyboard_and_keeps_the_focus(
    browse: Visits, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/incident/{run.incident.reference}")
    box = page.get_by_role("checkbox", name="1. See which disk")
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(page.get_by_text("Tom Teammate, ")).to_be_visible()
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    # The work of the next step opens by itself.
    expect(page.get_by_text("Oldest logs first.")).to_be_visible()


def test_what_somebody_types_survives_the_ticks_of_others(
    browse: Visits, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/incident/{run.incident.reference}")
    page.get_by_text("Done, with a note").click()
    note = page.get_by_role("textbox", name="Note on step 1")
    note.fill("half a sentence")
    services.tick(run_id=run.pk, index=2, done=True, actor=Actor.of(people.commander))
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(note).to_have_value("half a sentence")
    expect(note).to_be_focused()
    page.get_by_role("button", name="Tick with this note").click()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    expect(page.locator("p", has_text="half a sentence")).to_be_visible()


def test_the_triage_of_an_incident_recommends_what_fits(
    browse: Visits, write: Write, declare: Declare, people: People
) -> None:
    write("Disk", "title: disk")
    incident = declare("Disk full")
    page = browse(people.teammate, f"/incidents/{incident.reference}?tab=overview")
    expect(page.locator("#triage").get_by_role("link", name="Disk")).to_be_visible()


def test_without_script_a_step_is_ticked_by_a_button(
    browse: Visits, run: RunbookRun, people: People
) -> None:
    page = browse(people.teammate, f"/runbooks/runs/{run.pk}", script=False)
    page.locator(f"#tick-{run.pk}-1").check()
    page.locator(f"#do-{run.pk}-1 button").click()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()


def test_the_preview_follows_the_text(browse: Visits, run: RunbookRun, people: People) -> None:
    page = browse(people.admin, f"/admin/runbooks/runbook/{run.runbook_id}/change/")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_text("3 steps")).to_be_visible()
    page.locator("textarea[name=body]").fill("## One\n\n<img src=x onerror=alert(1)>")
    expect(preview.get_by_text("1 step", exact=True)).to_be_visible()
    assert preview.locator("img").count() == 0
