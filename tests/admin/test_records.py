"""Looking at what happened: read-only, private incidents hidden, parked deliveries tried again."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from incidents.admin.lists import COUNTED, BoundedPaginator
from incidents.kernel import clock
from incidents.models import (
    Alert,
    Delivery,
    DeliveryState,
    Fact,
    Incident,
    Integration,
    Severity,
    Signal,
    User,
)
from tests.conftest import Declare, People


@pytest.fixture
def admin(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


def seen(admin: Client, page: str, *args: object, **query: str) -> str:
    response = admin.get(reverse(f"admin:incidents_{page}", args=args), query)
    return response.content.decode() if response.status_code == 200 else ""


def test_it_shows_an_incident_and_changes_nothing(admin: Client, declare: Declare) -> None:
    incident = declare("Checkout is down")
    assert "Checkout is down" in seen(admin, "incident_change", incident.pk)
    address = reverse("admin:incidents_incident_change", args=[incident.pk])
    assert admin.post(address, {"title": "Mine"}).status_code == 403
    deletion = reverse("admin:incidents_incident_delete", args=[incident.pk])
    assert admin.get(deletion).status_code == 403


@pytest.mark.parametrize("term", ["INC-{pk}", "{pk}", "heckout"])
def test_it_finds_an_incident_by_number_and_words(
    admin: Client, declare: Declare, term: str
) -> None:
    incident = declare("Checkout is down")
    declare("Search is slow")
    page = seen(admin, "incident_changelist", q=term.format(pk=incident.pk))
    assert "Checkout is down" in page
    assert "Search is slow" not in page


def _alert(incident: Incident, integration: Integration, severity: Severity) -> Signal:
    signal = Signal.objects.create(
        integration=integration,
        adapter="native",
        delivery_id="0198c0de-0000-7000-8000-000000000001",
        body=b'{"secret": "merger"}',
    )
    Alert.objects.create(
        integration=integration,
        fingerprint="f",
        title="Secret alert",
        severity=severity,
        incident=incident,
        started_at=clock.now(),
        last_seen_at=clock.now(),
        first_signal_id=signal.pk,
    )
    return signal


def test_it_hides_private_incidents_from_admins_who_have_no_part_in_them(
    admin: Client, declare: Declare, people: People, integration: Integration
) -> None:
    incident = declare("Secret breach", private=True, by=people.commander)
    fact = Fact.objects.filter(incident=incident).latest("pk")
    delivery = Delivery.objects.create(fact=fact, subscriber="told-of-secret")
    signal = _alert(incident, integration, incident.severity)
    lists = ("incident", "fact", "alert", "delivery", "signal")
    rows = (incident, fact, Alert.objects.get(), delivery, signal)
    for name, row in zip(lists, rows, strict=True):
        page = seen(admin, f"{name}_changelist")
        assert "ecret" not in page, name
        assert incident.reference not in page, name
        assert "merger" not in seen(admin, f"{name}_change", row.pk), name


def test_it_shows_them_to_an_admin_who_has(admin: Client, declare: Declare, people: People) -> None:
    incident = declare("Secret breach", private=True, by=people.admin)
    assert "Secret breach" in seen(admin, "incident_changelist")
    assert "Secret breach" in seen(admin, "incident_change", incident.pk)
    assert incident.reference in seen(admin, "fact_changelist")


def test_it_tries_a_parked_delivery_again(admin: Client, declare: Declare) -> None:
    fact = Fact.objects.get(incident=declare(), seq=1)
    parked = Delivery.objects.create(
        fact=fact, subscriber="x", state=DeliveryState.PARKED, tries=10, error="boom"
    )
    waiting = Delivery.objects.create(fact=fact, subscriber="y", tries=3)
    response = admin.post(
        reverse("admin:incidents_delivery_changelist"),
        {"action": "try_again", "_selected_action": [parked.pk, waiting.pk]},
        follow=True,
    )
    assert "1 delivery is tried again now" in response.content.decode()
    parked.refresh_from_db()
    waiting.refresh_from_db()
    assert (parked.state, parked.tries, waiting.tries) == (DeliveryState.PENDING, 0, 3)


def test_it_counts_no_further_than_it_must(declare: Declare) -> None:
    declare()
    assert BoundedPaginator(Incident.objects.order_by("pk"), 50).count == 1
    assert f"LIMIT {COUNTED}" in str(Incident.objects.order_by()[:COUNTED].query)
