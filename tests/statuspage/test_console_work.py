"""Planned work, updates on their way and edits, as people do them in the console."""

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import User
from statuspage.models import (
    Component,
    Maintenance,
    MaintenanceSeries,
    PlannedUpdate,
    PublicUpdate,
    StatusPage,
    UpdateTemplate,
)
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish

SignIn = Callable[[User], Client]
AS_HTMX = {"HX-Request": "true"}


@pytest.fixture
def commander(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.commander)


def work(checkout: Component, **more: object) -> dict[str, object]:
    begins = timezone.now().astimezone(UTC) + timedelta(days=1)
    return {"title": "Upgrade", "components": [str(checkout.pk)], "lasts": "1 h",
            "starts_at": f"{begins:%Y-%m-%dT%H:%M}", "time_zone": "UTC", "repeats": "once",
            "reminders": "1 d, 1 h", "starts_itself": "on", "ends_itself": "on",
            "silences": "on", "notifies": "on", **more}  # fmt: skip


def test_work_is_announced_and_moved_on_by_plain_forms(
    commander: Client, checkout: Component
) -> None:
    answer = commander.post("/status-page/main/maintenance/new", work(checkout))
    planned = Maintenance.objects.get()
    assert answer["Location"] == f"/status-page/main/maintenance/{planned.key}"
    assert planned.reminders == [1440, 60]
    html = commander.get(answer["Location"]).content.decode()
    assert "Start now" in html
    assert "1 d before" in html
    commander.post(f"{answer['Location']}/change", {"action": "in_progress", "body": "Off we go."})
    planned.refresh_from_db()
    assert planned.state == "in_progress"
    assert "Upgrade" in commander.get("/status-page?page=main").content.decode()


def test_work_that_recurs_is_ended_as_one(commander: Client, checkout: Component) -> None:
    form = work(checkout, repeats="weekly", days=["SU"])
    commander.post("/status-page/main/maintenance/new", form)
    series = MaintenanceSeries.objects.get()
    assert series.recurrence == "FREQ=WEEKLY;BYDAY=SU"
    html = commander.get("/status-page/main/maintenance").content.decode()
    assert "every week on Sunday, in UTC" in html
    commander.post(f"/status-page/main/series/{series.pk}/end")
    assert set(series.pieces.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("more", "said"),
    [({"lasts": "8 d"}, "7 days at most"), ({"time_zone": "Utopia"}, "no time zone"),
     ({"repeats": "rule", "recurrence": "FREQ=SECONDLY"}, "no recurrence we know"),
     ({"reminders": "soon"}, "no length of time")],
)  # fmt: skip
def test_what_cannot_be_planned_comes_back_as_it_was_typed(
    commander: Client, checkout: Component, more: dict[str, str], said: str
) -> None:
    answer = commander.post("/status-page/main/maintenance/new", work(checkout, **more))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="Upgrade"' in answer.content.decode()


def test_an_update_is_scheduled_backdated_and_quiet(
    declare: Declare, commander: Client, checkout: Component
) -> None:
    incident = declare()
    later = timezone.now().astimezone(UTC) + timedelta(hours=3)
    values = {"page": "main", "state": "identified", "title": "T", "body": "Found.",
              "publish_at": f"{later:%Y-%m-%dT%H:%M}", "quietly": "on"}  # fmt: skip
    path = f"/incidents/{incident.reference}/status-updates"
    answer = commander.post(path, values, headers=AS_HTMX)
    planned = PlannedUpdate.objects.get()
    assert (planned.planned_state, planned.notifies) == ("scheduled", False)
    assert "Scheduled. Ferrybank shows it at its time." in answer["HX-Trigger"]
    assert "Take it back" in answer.content.decode()
    commander.post(f"/status-page/waiting/{planned.pk}", {"action": "withdraw"})
    assert "Nothing waits" in commander.get("/status-page/waiting").content.decode()


def test_approval_takes_a_second_person(
    declare: Declare, commander: Client, people: People, sign_in: SignIn, page: StatusPage
) -> None:
    StatusPage.objects.update(needs_approval=True)
    incident = declare()
    values = {"page": "main", "state": "identified", "title": "T", "body": "Found."}
    commander.post(f"/incidents/{incident.reference}/status-updates", values)
    planned = PlannedUpdate.objects.get()
    address = f"/status-page/waiting/{planned.pk}"
    commander.post(address, {"action": "approve"})
    assert not PublicUpdate.objects.exists()
    other = sign_in(people.admin)
    assert "Approve" in other.get("/status-page/waiting").content.decode()
    other.post(address, {"action": "approve", "back": "waiting"})
    assert PublicUpdate.objects.get().author_name == "Cara Commander"


def test_updates_about_a_private_incident_show_to_nobody_else(
    declare: Declare, commander: Client, people: People, sign_in: SignIn, page: StatusPage
) -> None:
    StatusPage.objects.update(needs_approval=True)
    incident = declare()
    values = {"page": "main", "state": "identified", "title": "T", "body": "Zanzibar."}
    commander.post(f"/incidents/{incident.reference}/status-updates", values)
    type(incident).objects.filter(pk=incident.pk).update(private=True)
    other = sign_in(people.admin)
    assert "Zanzibar" not in other.get("/status-page/waiting").content.decode()
    planned = PlannedUpdate.objects.get()
    answer = other.post(f"/status-page/waiting/{planned.pk}", {"action": "approve"})
    assert answer.status_code == 404


def test_an_update_is_edited_and_shows_how_it_read(
    declare: Declare, commander: Client, publish: Publish, page: StatusPage
) -> None:
    incident = declare()
    update = publish(incident, "identified", "We fuond it.")
    address = f"/incidents/{incident.reference}/status-updates/{update.pk}"
    at = update.displayed_at.astimezone(UTC)
    commander.post(address, {"body": "We found it.", "displayed_at": f"{at:%Y-%m-%dT%H:%M}"})
    html = commander.get(address).content.decode()
    assert "We found it." in html
    assert "We fuond it." in html.split("How it read before")[1]
    panel = commander.get(f"/incidents/{incident.reference}/status-panel").content.decode()
    assert "edited" in panel


def test_a_text_is_written_by_an_admin_and_offered_in_the_panel(
    declare: Declare, commander: Client, people: People, sign_in: SignIn, page: StatusPage
) -> None:
    values = {"name": "Bad disk", "body": "A disk of {page} is bad.", "enabled": "on"}
    assert sign_in(people.admin).post("/status-page/texts/new", values).status_code == 302
    text = UpdateTemplate.objects.get()
    address = f"/incidents/{declare().reference}/status-panel"
    assert "Bad disk" in commander.get(address).content.decode()
    html = commander.get(f"{address}?template={text.pk}&state=identified").content.decode()
    assert "A disk of Ferrybank is bad." in html
