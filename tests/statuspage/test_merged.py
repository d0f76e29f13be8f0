"""What customers read when incidents are merged."""

import pytest

from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict
from incidents.models import Incident
from incidents.pipeline import lifecycle, merging
from statuspage import selectors
from statuspage.models import Component, PublicIncident, StatusPage
from statuspage.services import merged
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish


class Room:
    def __init__(self, people: People) -> None:
        self.actor = Actor.of(people.commander)

    def merge(self, source: Incident, target: Incident) -> None:
        joining = merging.Joining(target_id=target.pk, source_ids=[source.pk])
        merging.merge(joining=joining, actor=self.actor)
        self.deliver()

    def unmerge(self, source: Incident) -> None:
        merging.unmerge(incident_id=source.pk, actor=self.actor)
        self.deliver()

    @staticmethod
    def deliver() -> None:
        while deliveries.work():
            pass


@pytest.fixture
def room(people: People) -> Room:
    return Room(people)


def states(page: StatusPage) -> dict[str, str]:
    return {now.row.slug: str(now.state) for now in selectors.components_now(page)}


def test_what_customers_read_goes_on_with_the_target(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, room: Room
) -> None:
    source, target = declare("One"), declare("Two")
    publish(source, effects={checkout: "major_outage"})
    key = PublicIncident.objects.get().key
    room.merge(source, target)
    public = PublicIncident.objects.get()
    assert (public.incident, public.key, public.is_over) == (target, key, False)
    assert states(page) == {"checkout": "major_outage"}
    publish(target, "resolved", "Over.")
    assert states(page) == {"checkout": "operational"}
    assert target.facts.filter(kind="status.taken_over").count() == 1


def test_taking_it_out_again_takes_along_what_customers_read(
    declare: Declare, publish: Publish, checkout: Component, room: Room
) -> None:
    source, target = declare("One"), declare("Two")
    publish(source, effects={checkout: "major_outage"})
    room.merge(source, target)
    room.unmerge(source)
    assert PublicIncident.objects.get().incident == source


def test_of_two_that_customers_read_the_merged_one_ends_and_says_where_to_read_on(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, transfers: Component,
    room: Room,
) -> None:  # fmt: skip
    source, target = declare("One"), declare("Two")
    publish(source, effects={checkout: "major_outage", transfers: "degraded"}, title="Checkout")
    publish(target, effects={checkout: "degraded"}, title="All of it")
    room.merge(source, target)
    ended = PublicIncident.objects.get(incident=source)
    assert ended.is_over
    assert "This is part of “All of it”" in ended.updates.latest("pk").body
    assert states(page) == {"checkout": "major_outage", "transfers": "degraded"}
    publish(target, "resolved", "Over.")
    assert states(page) == {"checkout": "operational", "transfers": "operational"}


def test_hearing_of_it_twice_changes_nothing(
    declare: Declare, publish: Publish, checkout: Component, room: Room
) -> None:

    source, target = declare("One"), declare("Two")
    publish(source, effects={checkout: "major_outage"})
    publish(target)
    room.merge(source, target)
    fact = source.facts.get(kind="incident.merged")
    merged.follow(incident_id=source.pk, cause=fact)
    assert PublicIncident.objects.get(incident=source).updates.count() == 2


def test_customers_learn_nothing_of_a_private_target_and_are_still_told(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, room: Room
) -> None:
    source, target = declare("Slow log-ins"), declare("Break-in", private=True)
    publish(source, effects={checkout: "degraded"})
    room.merge(source, target)
    assert PublicIncident.objects.get().incident == source
    assert [each.incident for each in selectors.open_incidents(page)] == [source]
    publish(source, "resolved", "Over.")
    assert states(page) == {"checkout": "operational"}


def test_nothing_new_is_published_about_a_merged_incident(
    declare: Declare, publish: Publish, room: Room
) -> None:
    source, target = declare("One"), declare("Two")
    room.merge(source, target)
    with pytest.raises(Conflict, match=f"was merged into {target.reference}"):
        publish(source)
    lifecycle.note(incident_id=target.pk, text="goes on", actor=room.actor)
