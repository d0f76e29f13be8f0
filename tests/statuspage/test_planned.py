"""Updates on their way: approved by another person, published at their time, sent back."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotAllowed
from incidents.models import Fact, Incident, Notice, User
from incidents.pipeline import lifecycle
from statuspage.models import Component, PlannedUpdate, PublicUpdate, StatusPage
from statuspage.services import (
    Announcement,
    approve,
    planning,
    publish_update,
    refuse,
    submit,
    withdraw,
)
from tests.conftest import Declare, FrozenClock, People
from tests.warroom.clockwork import engine_works

HOUR = timedelta(hours=1)


@pytest.fixture
def incident(declare: Declare, people: People, frozen: FrozenClock) -> Incident:
    return declare(by=people.commander)


@pytest.fixture
def strict(page: StatusPage) -> StatusPage:
    """A page on which nobody publishes alone."""
    page.needs_approval = True
    page.save()
    return page


@pytest.fixture
def second(people: People) -> Actor:
    """Another commander."""
    user = User(username="carl", name="Carl Commander", role="commander")
    user.set_unusable_password()
    user.save()
    return Actor.of(user)


@pytest.fixture
def author(people: People) -> Actor:
    return Actor.of(people.commander)


def write(incident: Incident, page: StatusPage, actor: Actor, **more: Any) -> PlannedUpdate:
    at = more.pop("publish_at", None)
    told = Announcement(state="identified", body="We found it.", **more)
    made = submit(
        incident_id=incident.pk, page_id=page.pk, announcement=told, actor=actor, publish_at=at
    )
    assert isinstance(made, PlannedUpdate)
    return made


def test_it_is_published_at_once_where_nothing_says_otherwise(
    incident: Incident, page: StatusPage, author: Actor
) -> None:
    told = Announcement(state="identified", body="We found it.")
    made = submit(incident_id=incident.pk, page_id=page.pk, announcement=told, actor=author)
    assert isinstance(made, PublicUpdate)


def test_it_waits_until_another_person_approves(
    incident: Incident, strict: StatusPage, author: Actor, second: Actor, checkout: Component
) -> None:
    planned = write(incident, strict, author, effects={checkout.pk: "degraded"})
    assert not PublicUpdate.objects.exists()
    approve(planned_id=planned.pk, actor=second)
    planned.refresh_from_db()
    assert planned.planned_state == "published"
    assert planned.update is not None
    assert (planned.update.author_name, planned.decided_by) == (author.name, second.name)
    assert checkout.effects.get().state == "degraded"


def test_nobody_approves_their_own(incident: Incident, strict: StatusPage, author: Actor) -> None:
    planned = write(incident, strict, author)
    with pytest.raises(NotAllowed, match="You wrote it"):
        approve(planned_id=planned.pk, actor=author)
    assert not PublicUpdate.objects.exists()


def test_no_way_leads_around_the_approval(
    incident: Incident, strict: StatusPage, author: Actor
) -> None:
    told = Announcement(state="identified", body="We found it.")
    with pytest.raises(Conflict, match="second person"):
        publish_update(incident_id=incident.pk, page_id=strict.pk, announcement=told, actor=author)


def test_those_who_may_approve_are_told(
    incident: Incident, strict: StatusPage, author: Actor, second: Actor
) -> None:
    write(incident, strict, author)
    engine_works()
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert "carl" in told
    assert author.handle not in told


def test_it_is_sent_back_with_a_reason_and_its_author_told(
    incident: Incident, strict: StatusPage, author: Actor, second: Actor
) -> None:
    planned = write(incident, strict, author)
    with pytest.raises(Invalid, match="Say why"):
        refuse(planned_id=planned.pk, remark=" ", actor=second)
    refuse(planned_id=planned.pk, remark="Name the region.", actor=second)
    fact = Fact.objects.filter(incident=incident, kind="status.decided").get()
    assert fact.text == "sent the update for Ferrybank back: Name the region."
    assert fact.body.calls() == (author.handle,)
    with pytest.raises(Conflict, match="decided: refused"):
        approve(planned_id=planned.pk, actor=second)


def test_its_author_may_take_it_back(
    incident: Incident, strict: StatusPage, author: Actor, second: Actor
) -> None:
    planned = write(incident, strict, author)
    withdraw(planned_id=planned.pk, actor=author)
    with pytest.raises(Conflict):
        approve(planned_id=planned.pk, actor=second)


def test_it_is_published_at_its_time_and_not_before(
    incident: Incident, page: StatusPage, author: Actor, frozen: FrozenClock
) -> None:
    planned = write(incident, page, author, publish_at=frozen.at + HOUR)
    frozen.fast_forward(minutes=59)
    assert planning.publish_due() == 0
    frozen.fast_forward(minutes=1)
    assert planning.publish_due() == 1
    assert planning.publish_due() == 0
    planned.refresh_from_db()
    assert planned.update is not None
    assert planned.update.created_at == frozen.at


def test_one_that_is_approved_early_waits_for_its_time(
    incident: Incident, strict: StatusPage, author: Actor, second: Actor, frozen: FrozenClock
) -> None:
    planned = write(incident, strict, author, publish_at=frozen.at + HOUR)
    approve(planned_id=planned.pk, actor=second)
    assert not PublicUpdate.objects.exists()
    frozen.fast_forward(hours=2)
    planning.publish_due()
    assert PublicUpdate.objects.count() == 1


def test_what_became_private_meanwhile_is_not_published_and_says_so(
    incident: Incident, page: StatusPage, author: Actor, frozen: FrozenClock
) -> None:
    planned = write(incident, page, author, publish_at=frozen.at + HOUR)
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=author)
    frozen.fast_forward(hours=1)
    planning.publish_due()
    planned.refresh_from_db()
    assert planned.planned_state == "failed"
    assert "is private" in planned.remark
    assert not PublicUpdate.objects.exists()


def test_a_component_removed_meanwhile_is_left_out(
    incident: Incident, page: StatusPage, author: Actor, frozen: FrozenClock, checkout: Component
) -> None:
    at = frozen.at + HOUR
    write(incident, page, author, publish_at=at, effects={checkout.pk: "degraded"})
    checkout.delete()
    frozen.fast_forward(hours=1)
    planning.publish_due()
    assert PublicUpdate.objects.count() == 1


def test_it_refuses_a_time_that_has_passed_and_one_too_far_away(
    incident: Incident, page: StatusPage, author: Actor, frozen: FrozenClock
) -> None:
    for at in (frozen.at, frozen.at + timedelta(days=61)):
        with pytest.raises(Invalid) as refused:
            write(incident, page, author, publish_at=at)
        assert refused.value.field == "publish_at"
