"""Status pages to look at: planned work in every state, groups, texts, an update on its way."""

from datetime import timedelta
from typing import Any

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident
from statuspage.models import Component, ComponentGroup, PlannedUpdate, StatusPage, UpdateTemplate
from statuspage.services import (
    Announcement,
    links,
    listing,
    maintenance,
    page_settings,
    series,
    submit,
)
from statuspage.services.work import Work
from tests.browser import readers

HOUR = timedelta(hours=1)


def work(title: str, *, begins: timedelta, **more: Any) -> Work:
    page = StatusPage.objects.get(is_default=True)
    starts_at = clock.now() + begins
    return Work(
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        components=list(page.components.order_by("pk").values_list("pk", flat=True)[:2]),
        reminders=[1440, 60],
        **more,
    )


def some(incident: Incident, actor: Actor) -> dict[str, Any]:
    page = StatusPage.objects.get(is_default=True)
    for title, begins in (("Network maintenance", -HOUR / 4), ("Database upgrade", 30 * HOUR)):
        planned = maintenance.announce(
            page_id=page.pk, work=work(title, begins=begins), actor=actor
        )
        if begins < timedelta(0):
            maintenance.advance(maintenance_id=planned.pk, state="in_progress", actor=actor)
    recurring = series.Recurring(
        work=work("Certificates are renewed", begins=50 * HOUR),
        recurrence="FREQ=WEEKLY;BYDAY=SU",
        time_zone="Europe/Berlin",
    )
    series.announce(page_id=page.pk, recurring=recurring, actor=actor)
    group = listing.save_group(ComponentGroup(page=page, name="Shop"))
    component = page.components.order_by("pk")[0]
    component.group, component.follows_service = group, True
    listing.save_component(component)
    page_settings.save_page(
        StatusPage(slug="partners", name="Partners", audience="restricted", asks_sign_in=True)
    )
    text = UpdateTemplate.objects.create(
        name="Payments: bank informed", body="Banks know of it.", severities=["P0", "P1"]
    )
    _planned(incident, page, actor)
    reader = readers.subscribed(page, 6)
    update = incident.public_incidents.get().updates.latest("pk")
    return {
        "work": planned.key,
        "group_id": group.pk,
        "component_id": component.pk,
        "text_id": text.pk,
        "update": update.pk,
        "subscriber": reader.pk,
        "reader": links.token(reader),
        "year": update.displayed_at.year,
    }


def _planned(incident: Incident, page: StatusPage, actor: Actor) -> None:
    told = Announcement(state="monitoring", body="The fix is out. We **watch** whether it holds.")
    made = submit(
        incident_id=incident.pk,
        page_id=page.pk,
        announcement=told,
        actor=actor,
        publish_at=clock.now() + HOUR,
    )
    assert isinstance(made, PlannedUpdate)


def many(words: str) -> None:
    """Names and texts as long as they may be."""
    page = StatusPage.objects.get(is_default=True)
    ComponentGroup.objects.create(page=page, name=words[:80], starts_closed=True)
    Component.objects.filter(page=page).update(description=words[:200])
    readers.subscribed(page, 70, name="somebody.with.quite.a.long.name" * 6)
    for number in range(20):
        UpdateTemplate.objects.create(name=f"{number} {words}"[:80], body=words * 20)
