"""Components that follow a service, and what makes them stop."""

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Incident, Service, Severity
from incidents.pipeline import lifecycle
from statuspage import selectors
from statuspage.models import Component, FollowedEffect, StatusPage
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish
from tests.warroom.clockwork import engine_works


@pytest.fixture
def follower(checkout: Component) -> Component:
    checkout.follows_service = True
    checkout.save()
    return checkout


@pytest.fixture
def actor(people: People) -> Actor:
    return Actor.of(people.commander)


def state(page: StatusPage) -> str:
    engine_works()
    return str(selectors.components_now(page)[0].state)


def test_an_incident_of_the_service_changes_the_component_by_itself(
    declare: Declare, follower: Component, page: StatusPage, service: Service, actor: Actor
) -> None:
    incident = declare(severity="P0", service=service)
    assert state(page) == "major_outage"
    lifecycle.move(incident_id=incident.pk, name="acknowledge", actor=actor)
    lifecycle.move(incident_id=incident.pk, name="mitigate", actor=actor)
    assert state(page) == "operational"
    effect = FollowedEffect.objects.get()
    assert effect.until is not None
    assert effect.why == f"{incident.reference} is P0"


def test_it_follows_the_severity(
    declare: Declare,
    follower: Component,
    page: StatusPage,
    service: Service,
    severities: dict[str, Severity],
) -> None:
    actor = Actor.system("test")
    incident = declare(severity="P2", service=service)
    assert state(page) == "degraded"
    lifecycle.set_severity(incident_id=incident.pk, severity=severities["P0"], actor=actor)
    assert state(page) == "major_outage"
    assert FollowedEffect.objects.filter(until=None).count() == 1


def test_only_components_that_follow_do(
    declare: Declare, checkout: Component, page: StatusPage, service: Service
) -> None:
    declare(severity="P0", service=service)
    assert state(page) == "operational"


def test_a_private_incident_shows_nowhere(
    declare: Declare, follower: Component, page: StatusPage, service: Service, actor: Actor
) -> None:
    declare(severity="P0", service=service, private=True)
    assert state(page) == "operational"
    incident = declare(severity="P0", service=service)
    assert state(page) == "major_outage"
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=actor)
    assert state(page) == "operational"


def test_what_people_tell_counts_instead(
    declare: Declare, follower: Component, page: StatusPage, service: Service, publish: Publish
) -> None:
    incident = declare(severity="P0", service=service)
    assert state(page) == "major_outage"
    publish(incident, effects={follower: "degraded"})
    assert state(page) == "degraded"


def test_a_false_alarm_leaves_no_trace(
    declare: Declare, follower: Component, page: StatusPage, service: Service, actor: Actor
) -> None:
    incident = declare(severity="P0", service=service)
    assert state(page) == "major_outage"
    lifecycle.edit(incident_id=incident.pk, changes={"false_positive": True}, actor=actor)
    assert state(page) == "operational"
    assert not FollowedEffect.objects.exists()


def test_it_counts_from_when_the_incident_began(
    declare: Declare, follower: Component, service: Service, frozen: FrozenClock
) -> None:
    began = frozen.at
    incident: Incident = declare(severity="P0", service=service)
    frozen.fast_forward(minutes=3)
    engine_works()
    assert FollowedEffect.objects.get(incident=incident).since == began
