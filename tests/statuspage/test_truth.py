"""What was told stays true: backdated and edited updates say so, promises are kept an eye on."""

from datetime import timedelta

import pytest

from incidents.events import bus
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Fact, Incident, Notice, Service
from incidents.pipeline import lifecycle, updates
from postmortems.events import PostMortemPublished
from statuspage.models import Component, PublicIncident, StatusPage, UpdateTemplate
from statuspage.services import edit_update, suggest, templates
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish
from tests.warroom.clockwork import engine_works

HOUR = timedelta(hours=1)


@pytest.fixture
def actor(people: People) -> Actor:
    return Actor.of(people.commander)


def test_a_whole_incident_can_be_told_after_it_is_over(
    declare: Declare, publish: Publish, checkout: Component, frozen: FrozenClock
) -> None:
    incident, now = declare(), frozen.at
    first = publish(
        incident, effects={checkout: "major_outage"}, displayed_at=now - 5 * HOUR, notifies=False
    )
    publish(incident, "resolved", "Over.", displayed_at=now - 4 * HOUR)
    public = PublicIncident.objects.get()
    assert (public.started_at, public.resolved_at) == (now - 5 * HOUR, now - 4 * HOUR)
    effect = checkout.effects.get()
    assert (effect.since, effect.until) == (now - 5 * HOUR, now - 4 * HOUR)
    assert first.was_added_later


def test_what_happened_before_the_last_update_is_only_put_on_record(
    declare: Declare, publish: Publish, checkout: Component, frozen: FrozenClock
) -> None:
    incident = declare()
    frozen.fast_forward(hours=1)
    publish(incident, "resolved", "Over.", {})
    at = frozen.at - timedelta(minutes=30)
    publish(incident, "identified", "We saw it.", {checkout: "major_outage"}, displayed_at=at)
    public = PublicIncident.objects.get()
    assert public.state == "resolved"
    assert not checkout.effects.exists()
    assert [update.body for update in public.updates.all()] == ["Over.", "We saw it."]


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), -timedelta(days=400)])
def test_it_refuses_a_time_in_the_future_or_long_past(
    declare: Declare, publish: Publish, frozen: FrozenClock, ahead: timedelta
) -> None:
    with pytest.raises(Invalid) as refused:
        publish(declare(), displayed_at=frozen.at + ahead)
    assert refused.value.field == "displayed_at"


def test_an_edited_update_says_so_and_keeps_how_it_read(
    declare: Declare, publish: Publish, actor: Actor, page: StatusPage
) -> None:
    incident = declare()
    update = publish(incident, "identified", "We fuond it.")
    before = StatusPage.objects.get(pk=page.pk).version
    edited = edit_update(update_id=update.pk, body="We found it.", actor=actor)
    assert edited.edited_at is not None
    assert [revision.body for revision in edited.revisions.all()] == ["We fuond it."]
    assert StatusPage.objects.get(pk=page.pk).version == before + 1
    fact = Fact.objects.get(incident=incident, kind="status.edited")
    assert fact.text == "edited what customers read under “Cause found”: We found it."


def test_an_edit_that_changes_nothing_leaves_no_mark(
    declare: Declare, publish: Publish, actor: Actor
) -> None:
    update = publish(declare())
    edited = edit_update(update_id=update.pk, body=update.body, actor=actor)
    assert edited.edited_at is None
    assert not edited.revisions.exists()


def test_an_update_of_a_private_incident_is_not_edited(
    declare: Declare, publish: Publish, actor: Actor
) -> None:
    incident = declare()
    update = publish(incident)
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=actor)
    with pytest.raises(Conflict):
        edit_update(update_id=update.pk, body="Else", actor=actor)


def due(incident: Incident) -> list[str]:
    engine_works()
    kinds = ("status.update_due", "update.overdue")
    return list(
        Fact.objects.filter(incident=incident, kind__in=kinds).values_list("kind", flat=True)
    )


def test_customers_are_promised_the_next_update_by_severity(
    declare: Declare, publish: Publish, frozen: FrozenClock
) -> None:
    incident = declare()
    publish(incident)
    assert PublicIncident.objects.get().next_update_at == frozen.at + timedelta(minutes=30)
    publish(incident, "resolved", "Over.")
    assert PublicIncident.objects.get().next_update_at is None


def test_whoever_commands_hears_once_that_customers_wait(
    declare: Declare, publish: Publish, actor: Actor, people: People, frozen: FrozenClock
) -> None:
    incident = declare()
    lifecycle.assign(incident_id=incident.pk, role="commander", user=people.commander, actor=actor)
    publish(incident)
    engine_works()
    frozen.fast_forward(minutes=20)
    updates.post(incident_id=incident.pk, text="We are on it.", actor=actor)
    frozen.fast_forward(minutes=12)
    assert due(incident) == ["status.update_due"]
    assert Notice.objects.get(kind="status.update_due").user == people.commander


def test_nobody_hears_twice_of_the_same_silence(
    declare: Declare, publish: Publish, frozen: FrozenClock
) -> None:
    incident = declare()
    publish(incident)
    engine_works()
    frozen.fast_forward(minutes=32)
    assert due(incident) == ["update.overdue"], "the hub has just said that any update is due"


def test_a_text_of_ones_own_is_suggested_where_it_fits_best(
    declare: Declare, page: StatusPage, checkout: Component, service: Service
) -> None:
    for name, more in (
        ("Any", {}), ("Grave", {"severities": ["P0"]}), ("Security", {"category": "security"}),
        ("Over", {"state": "resolved"}),
    ):  # fmt: skip
        UpdateTemplate.objects.create(name=name, body=f"{name}: {{components}}, {{x}}", **more)
    incident = declare(severity="P0", service=service)
    named = [row.name for row in templates.fitting(incident, page, "investigating")]
    assert named == ["Grave", "Any"]
    assert suggest(incident, page).body == "Grave: Online checkout, {x}"
    Incident.objects.filter(pk=incident.pk).update(category="security")
    incident.refresh_from_db()
    assert suggest(incident, page).body == "Security: Online checkout, {x}"


def test_the_public_post_mortem_begins_with_the_one_that_was_published_inside(
    declare: Declare, page: StatusPage, actor: Actor
) -> None:
    incident = declare()
    bus.emit(incident, PostMortemPublished(version=1, told="### Summary\n\nA disk."), actor=actor)
    draft = suggest(incident, page, state="postmortem")
    assert draft.body.endswith("### Summary\n\nA disk.")
    assert "A disk" not in suggest(incident, page, state="resolved").body
