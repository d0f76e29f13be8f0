"""A locked incident is changed by one at a time, and what points to it is written all the same."""

import pytest
from django.db import OperationalError, connection, transaction

from incidents.pipeline.locking import locked
from tests.conftest import Declare, People
from tests.hub.at_once import at_once
from warroom.models import RoomVisit

pytestmark = pytest.mark.django_db(transaction=True)


def _impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")


def test_rows_that_point_to_it_do_not_wait(declare: Declare, people: People) -> None:
    incident = declare()

    def come_in() -> None:
        with transaction.atomic():
            _impatient()
            RoomVisit.objects.create(
                incident=incident, user=people.commander, last_at=incident.opened_at
            )

    with transaction.atomic():
        locked(incident.pk)
        at_once(come_in)
    assert RoomVisit.objects.count() == 1


def test_a_second_verb_waits(declare: Declare) -> None:
    incident = declare()

    def work() -> None:
        with transaction.atomic():
            _impatient()
            locked(incident.pk)

    with transaction.atomic():
        locked(incident.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            at_once(work)
