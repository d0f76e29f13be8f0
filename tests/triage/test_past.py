"""What came before: how long it will last, what was like it, and who may know."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import access
from incidents.access import Principal
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident, IncidentRole, Service, Severity, User
from incidents.pipeline import lifecycle
from incidents.reactions import search
from incidents.selectors import estimates, similar
from tests.conftest import Declare, People
from tests.many import multiply
from tests.triage.conftest import Past

As = Callable[[User], Principal]


def test_it_says_how_many_stand_behind_an_estimate(
    past: Past, declare: Declare, service: Service
) -> None:
    for minutes in (10, 20, 30, 40, 50):
        past("PostgreSQL is down", minutes=minutes, service=service)
    now = declare("PostgreSQL is down", severity="P1", service=service)
    estimate = estimates.expected(Incident.objects.all(), now)
    assert (estimate.n, estimate.median, estimate.p80) == (5, 30 * 60, 42 * 60)
    assert estimate.basis == "database failure on Checkout at P1"


def test_below_five_there_is_not_enough_data(past: Past, declare: Declare) -> None:
    for _ in range(4):
        past("PostgreSQL is down")
    estimate = estimates.expected(Incident.objects.all(), declare("PostgreSQL is down"))
    assert (estimate.n, estimate.is_known) == (4, False)


def test_it_asks_a_wider_circle_where_the_narrow_one_is_too_small(
    past: Past, declare: Declare, service: Service
) -> None:
    past("PostgreSQL is down", service=service)
    for minutes in (60, 60, 60, 60):
        past("PostgreSQL is down", minutes=minutes, severity="P3")
    estimate = estimates.expected(Incident.objects.all(), declare("MySQL is down", service=service))
    assert (estimate.n, estimate.basis, estimate.median) == (5, "database failure", 3600)


def test_false_alarms_and_other_types_count_for_nothing(past: Past, declare: Declare) -> None:
    for _ in range(5):
        past("PostgreSQL is down", false_positive=True)
        past("Disk full")
    estimate = estimates.expected(Incident.objects.all(), declare("PostgreSQL is down"))
    assert estimate.n == 0


def test_the_service_turns_a_share_into_users_and_money(declare: Declare, service: Service) -> None:
    service.users, service.revenue_per_hour = 40_000, 1200
    service.save()
    incident = declare("12.5 % of users cannot pay", service=Service.objects.get())
    harm = estimates.harm(incident)
    assert harm.users == 5000
    assert harm.revenue_per_hour == Decimal(150)
    assert estimates.harm(declare("Odd", service=service)).users is None


def test_it_finds_what_was_like_it_and_says_why(
    past: Past, declare: Declare, service: Service, people: People
) -> None:
    like = past("Card payments time out at the bank", service=service, root_cause="TLS 1.0")
    past("Printer in the office is broken")
    now = declare("Payments time out: card refused by the bank", service=service)
    (found,) = similar.find(Incident.objects.all(), now)
    assert found.incident == like
    assert found.why.startswith("same service, ")
    assert "common words: " in found.why
    assert "payment" in found.why
    assert found.cause == "TLS 1.0"


def test_it_tells_what_ended_the_one_like_it(
    declare: Declare, people: People, service: Service
) -> None:
    before = declare("Card payments time out", service=service)
    for name, reason in (("acknowledge", "me"), ("resolve", "rolled back 4411")):
        actor = Actor.of(people.commander)
        lifecycle.move(incident_id=before.pk, name=name, actor=actor, reason=reason)
    search.index(before.pk)
    (found,) = similar.find(Incident.objects.all(), declare("Card payments fail", service=service))
    assert found.ended_by == ["rolled back 4411"]


def test_nothing_in_common_is_not_similar(past: Past, declare: Declare) -> None:
    past("Printer in the office is broken")
    assert similar.find(Incident.objects.all(), declare("Card payments time out")) == []


@pytest.mark.parametrize("title", ["", "' | & ! :* \\ \0", "(((", "ééé 日本語 ", "12 34"])
def test_no_title_breaks_the_search(declare: Declare, title: str) -> None:
    incident = declare("x")
    Incident.objects.filter(pk=incident.pk).update(title=title.replace("\0", ""))
    incident.refresh_from_db()
    assert similar.find(Incident.objects.all(), incident) == []
    search.index(incident.pk)
    assert similar.find(Incident.objects.all(), incident) == []


@pytest.mark.parametrize("stranger", ["observer", "stranger", "admin"])
def test_a_private_incident_is_like_nothing_for_strangers(
    declare: Declare, people: People, as_principal: As, stranger: str
) -> None:
    hidden = declare("Card payments time out", by=people.commander, private=True)
    search.index(hidden.pk)
    now = declare("Card payments time out")
    outside = access.visible_incidents(as_principal(getattr(people, stranger)))
    inside = access.visible_incidents(as_principal(people.commander))
    assert similar.find(outside, now) == []
    assert [each.incident for each in similar.find(inside, now)] == [hidden]


def test_private_incidents_are_no_part_of_an_estimate(
    declare: Declare, past: Past, people: People, as_principal: As
) -> None:
    for _ in range(5):
        made = past("PostgreSQL is down")
        Incident.objects.filter(pk=made.pk).update(private=True)
        lifecycle.assign(
            incident_id=made.pk,
            role=IncidentRole.RESPONDER,
            user=people.commander,
            actor=Actor.of(people.commander),
        )
    now = declare("PostgreSQL is down")
    for user, n in ((people.stranger, 0), (people.commander, 5)):
        seen = access.visible_incidents(as_principal(user))
        assert estimates.expected(seen, now).n == n


def _many(n: int, service: Service) -> None:
    now = clock.now()
    one = Incident.objects.create(
        title="Checkout answers slowly",
        severity=Severity.objects.earliest("pk"),
        state="resolved",
        service=service,
        type="performance_degradation",
        category="technical",
        impact="minor",
        priority="normal",
        source="alert",
        began_at=now,
        opened_at=now,
        resolved_at=now,
        updated_at=now,
    )
    multiply(one, n - 1, title="'Checkout answers ' || n || ' slowly ' || md5(n::text)")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_incidenttext SELECT id, to_tsvector('english', title)"
            " FROM incidents_incident"
        )
        cursor.execute("ANALYZE incidents_incidenttext")


def test_it_asks_no_more_among_ten_thousand(declare: Declare, service: Service) -> None:
    now = declare("Card payments time out", service=service)
    asked = []
    for n in (10, 10_000):
        Incident.objects.exclude(pk=now.pk).delete()
        Incident.objects.filter(pk=now.pk).update(title="Checkout answers slowly again")
        connection.cursor().execute("DELETE FROM incidents_incidenttext")
        _many(n, service)
        now = Incident.objects.select_related("service").get(pk=now.pk)
        with CaptureQueriesContext(connection) as captured:
            found = similar.find(Incident.objects.all(), now)
            estimates.expected(Incident.objects.all(), now)
        asked.append(len(captured))
        assert len(found) == 5
    assert asked == [4, 4]


def test_a_rare_word_is_found_by_the_index(declare: Declare, service: Service) -> None:
    _many(10_000, service)
    query = "SELECT 1 FROM incidents_incidenttext WHERE words @@ to_tsquery('simple', 'zanzibar')"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "incident_words" in plan
