"""Telling customers: what the verb writes, and what components are worth afterwards."""

from typing import Any
from unittest.mock import Mock

import pytest

from incidents.engine import deliveries
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Delivery, DeliveryState, Fact, Service
from incidents.pipeline import lifecycle
from statuspage import selectors
from statuspage.models import Component, ComponentChange, PublicIncident, StatusPage
from statuspage.services import refresh_stale, set_component_state, snapshots, suggest
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish


def states(page: StatusPage) -> dict[str, str]:
    return {now.row.slug: str(now.state) for now in selectors.components_now(page)}


@pytest.fixture
def nobody(people: People) -> Actor:
    return Actor.of(people.commander)


def test_it_writes_the_update_and_the_fact_in_one_go(
    declare: Declare, publish: Publish, checkout: Component
) -> None:
    incident = declare()
    update = publish(incident, "identified", "We found it.", {checkout: "major_outage"})
    fact = Fact.objects.get(incident=incident, kind="status.published")
    assert fact.data["components"] == {"Online checkout": "major_outage"}
    assert fact.text == "told customers “Cause found”: We found it."
    assert update.author_name == "Cara Commander"


def test_the_worst_effect_of_open_incidents_is_the_state(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component
) -> None:
    publish(declare("One"), effects={checkout: "degraded"})
    publish(declare("Two"), effects={checkout: "partial_outage"})
    assert states(page) == {"checkout": "partial_outage"}


def test_resolved_ends_all_effects_of_that_incident_only(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, transfers: Component
) -> None:
    first, second = declare("One"), declare("Two")
    publish(first, effects={checkout: "major_outage", transfers: "degraded"})
    publish(second, effects={checkout: "degraded"})
    publish(first, "resolved", "Over.")
    assert states(page) == {"checkout": "degraded", "transfers": "operational"}


def test_components_that_an_update_does_not_name_stay_as_they_were(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, transfers: Component
) -> None:
    incident = declare()
    publish(incident, effects={checkout: "major_outage", transfers: "degraded"})
    publish(incident, "monitoring", "Better.", {transfers: "operational"})
    assert states(page) == {"checkout": "major_outage", "transfers": "operational"}


def test_what_was_set_by_hand_counts_where_no_incident_says_anything(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, nobody: Actor
) -> None:
    set_component_state(
        component_id=checkout.pk, state="partial_outage", reason="Slow DNS", actor=nobody
    )
    assert states(page) == {"checkout": "partial_outage"}
    incident = declare()
    publish(incident, effects={checkout: "degraded"})
    assert states(page) == {"checkout": "degraded"}
    publish(incident, "resolved", "Over.")
    assert states(page) == {"checkout": "partial_outage"}


def test_a_change_by_hand_keeps_who_and_why(
    page: StatusPage, checkout: Component, nobody: Actor
) -> None:
    set_component_state(component_id=checkout.pk, state="degraded", reason="DNS", actor=nobody)
    change = ComponentChange.objects.get()
    assert (change.old, change.new, change.reason) == ("operational", "degraded", "DNS")
    assert change.actor_name == "Cara Commander"
    with pytest.raises(Invalid, match="Say why"):
        set_component_state(component_id=checkout.pk, state="degraded", reason=" ", actor=nobody)
    with pytest.raises(NotFound):
        set_component_state(component_id=0, state="degraded", reason="DNS", actor=nobody)


def test_it_reopens_what_was_told_as_resolved(declare: Declare, publish: Publish) -> None:
    incident = declare()
    publish(incident, "resolved", "Over.")
    publish(incident, "investigating", "It is back.")
    public = PublicIncident.objects.get()
    assert (public.state, public.resolved_at) == ("investigating", None)
    assert public.updates.count() == 2


def test_a_private_incident_cannot_be_published(declare: Declare, publish: Publish) -> None:
    with pytest.raises(Conflict, match="is private: nothing about it may be published"):
        publish(declare(private=True))
    assert not PublicIncident.objects.exists()


@pytest.mark.parametrize(
    ("state", "body", "complaint"),
    [("broken", "Text", "no public state"), ("identified", "  ", "empty"),
     ("identified", "x" * 10_001, "too long")],
)  # fmt: skip
def test_it_refuses_what_nobody_could_read(
    declare: Declare, publish: Publish, state: str, body: str, complaint: str
) -> None:
    with pytest.raises(Invalid, match=complaint):
        publish(declare(), state, body)


def test_it_refuses_a_component_of_another_page(declare: Declare, publish: Publish) -> None:
    other = StatusPage.objects.create(slug="other", name="Other")
    stranger = Component.objects.create(page=other, slug="x", name="X")
    with pytest.raises(Invalid, match="has no component"):
        publish(declare(), effects={stranger: "degraded"})


def test_the_draft_names_components_and_nothing_internal(
    declare: Declare, page: StatusPage, checkout: Component, service: Service
) -> None:
    incident = declare("db-7 OOM, customer ACME", severity="P0", service=service)
    draft = suggest(incident, page)
    assert draft.title == "Online checkout is not available"
    assert draft.effects == {checkout.pk: "major_outage"}
    assert "within 30 min" in draft.body
    assert "ACME" not in draft.body + draft.title
    assert suggest(declare("ACME"), page).title == "Service disruption"


def test_the_first_update_speaks_for_the_time_since_it_began(
    declare: Declare, publish: Publish, checkout: Component, frozen: FrozenClock
) -> None:
    began = frozen.at
    incident = declare()
    frozen.fast_forward(minutes=12)
    publish(incident, effects={checkout: "degraded"})
    worse_from = frozen.fast_forward(minutes=5)
    publish(incident, effects={checkout: "major_outage"})
    windows = checkout.effects.values_list("state", "since", "until")
    assert list(windows) == [("degraded", began, worse_from), ("major_outage", worse_from, None)]


def test_the_engine_renders_when_the_publisher_died_before_it_could(
    declare: Declare, publish: Publish, page: StatusPage
) -> None:
    publish(declare())
    StatusPage.objects.update(rendered_version=0, edition="")
    page.snapshots.all().delete()
    while deliveries.work():
        pass
    due = Delivery.objects.exclude(state=DeliveryState.DONE).filter(next_due_at__lte=clock.now())
    assert not due.exists()
    assert page.snapshots.filter(path="").exists()


def test_it_is_published_although_it_cannot_be_rendered(
    declare: Declare, page: StatusPage, checkout: Component, nobody: Actor,
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(snapshots, "refresh", Mock(side_effect=OSError("disk full")))
    with django_capture_on_commit_callbacks(execute=True):
        set_component_state(component_id=checkout.pk, state="degraded", reason="DNS", actor=nobody)
    assert states(page)["checkout"] == "degraded"
    monkeypatch.undo()
    assert refresh_stale() == 1


def test_the_sweep_finds_what_was_lost_and_leaves_the_rest_alone(
    page: StatusPage, checkout: Component, nobody: Actor, frozen: FrozenClock
) -> None:
    set_component_state(component_id=checkout.pk, state="degraded", reason="DNS", actor=nobody)
    assert refresh_stale() == 1
    assert refresh_stale() == 0
    frozen.fast_forward(days=1)
    assert refresh_stale() == 1, "the bars move at midnight"


def test_an_incident_made_private_disappears_with_its_words(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, nobody: Actor
) -> None:
    incident = declare()
    publish(incident, "identified", "We found it.", {checkout: "major_outage"})
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=nobody)
    while deliveries.work():
        pass
    refresh_stale()
    kept = b"".join(bytes(body) for body in page.snapshots.values_list("body", flat=True))
    assert b"We found it" not in kept
    assert not page.snapshots.filter(path__startswith="incidents/").exists()
    assert states(page) == {"checkout": "operational"}
