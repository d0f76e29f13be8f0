"""The status page in the console: the panel of an incident, and components by hand."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.kernel.actor import Actor
from incidents.models import Service, User
from incidents.pipeline import lifecycle
from statuspage.models import Component, ComponentChange, PublicUpdate, StatusPage
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish

SignIn = Callable[[User], Client]
AS_HTMX = {"HX-Request": "true"}


@pytest.fixture
def commander(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.commander)


def test_the_panel_drafts_for_a_commander(
    declare: Declare, commander: Client, checkout: Component, service: Service
) -> None:
    incident = declare("db-7 OOM", severity="P0", service=service)
    html = commander.get(f"/incidents/{incident.reference}/status-panel").content.decode()
    assert "Not public yet." in html
    assert 'value="Online checkout is not available"' in html
    assert '<option value="major_outage" selected>' in html


def test_the_panel_is_a_fragment_for_htmx_and_a_page_else(
    declare: Declare, commander: Client, page: StatusPage
) -> None:
    address = f"/incidents/{declare().reference}/status-panel"
    assert "<html" in commander.get(address).content.decode()
    assert "<html" not in commander.get(address, headers=AS_HTMX).content.decode()


def test_the_panel_offers_nothing_to_those_who_may_not_publish(
    declare: Declare, people: People, sign_in: SignIn, page: StatusPage
) -> None:
    incident = declare()
    for person in (people.observer, people.teammate):
        client = sign_in(person)
        html = client.get(f"/incidents/{incident.reference}/status-panel").content.decode()
        assert "Not public yet." in html
        assert "<form" not in html.split('id="status-panel"', 1)[1].split("</main>")[0]
        address = f"/incidents/{incident.reference}/status-updates"
        assert client.post(address, {"state": "resolved"}).status_code == 403
    assert not PublicUpdate.objects.exists()


def test_a_plain_form_publishes_and_returns_to_the_room(
    declare: Declare, commander: Client, checkout: Component
) -> None:
    incident = declare()
    answer = commander.post(
        f"/incidents/{incident.reference}/status-updates",
        {"page": "main", "state": "identified", "title": "Checkout fails", "body": "We found it.",
         f"effect-{checkout.pk}": "major_outage"},
    )  # fmt: skip
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/incidents/{incident.reference}?tab=updates")
    assert checkout.effects.get().state == "major_outage"


def test_a_script_gets_the_panel_back_and_a_word(
    declare: Declare, commander: Client, page: StatusPage
) -> None:
    answer = commander.post(
        f"/incidents/{declare().reference}/status-updates",
        {"page": "main", "state": "identified", "title": "Checkout fails", "body": "Found."},
        headers=AS_HTMX,
    )
    assert answer.status_code == 200
    assert "Published on Ferrybank" in answer["HX-Trigger"]
    assert "What customers read" in answer.content.decode()


def test_a_refused_plain_form_keeps_what_was_typed(
    declare: Declare, commander: Client, page: StatusPage
) -> None:
    answer = commander.post(
        f"/incidents/{declare().reference}/status-updates",
        {"page": "main", "state": "identified", "title": "Kept title", "body": ""},
    )
    assert answer.status_code == 422
    assert 'value="Kept title"' in answer.content.decode()


def test_a_private_incident_has_a_panel_that_says_why_it_cannot_be_published(
    declare: Declare, commander: Client, page: StatusPage
) -> None:
    incident = declare(private=True)
    html = commander.get(f"/incidents/{incident.reference}/status-panel").content.decode()
    assert "This incident is private." in html
    assert "Publish on" not in html
    fields = {"page": "main", "state": "identified", "title": "x", "body": "y"}
    answer = commander.post(f"/incidents/{incident.reference}/status-updates", fields)
    assert answer.status_code == 409


def test_the_panel_says_when_customers_know_less_than_responders(
    declare: Declare, commander: Client, publish: Publish, people: People
) -> None:
    incident = declare()
    publish(incident, "investigating", "Looking.")
    actor = Actor.of(people.commander)
    lifecycle.move(incident_id=incident.pk, name="resolve", actor=actor)
    html = commander.get(f"/incidents/{incident.reference}/status-panel").content.decode()
    assert "Customers read “Investigating”." in html
    assert "You are further: resolved." in html


def test_the_panel_takes_no_step_back_from_what_customers_read(
    declare: Declare, commander: Client, publish: Publish, page: StatusPage
) -> None:
    incident = declare()
    publish(incident, "identified", "Found.")
    html = commander.get(f"/incidents/{incident.reference}/status-panel").content.decode()
    assert '<option value="identified" selected>' in html
    assert "You are further" not in html


def test_the_page_lists_components_and_what_makes_them_so(
    declare: Declare, commander: Client, publish: Publish, checkout: Component
) -> None:
    incident = declare()
    publish(incident, effects={checkout: "degraded"}, title="Checkout is slow")
    html = commander.get("/status-page").content.decode()
    assert "Checkout is slow" in html
    assert f'Degraded by <a href="/incidents/{incident.reference}' in html


def test_a_state_set_by_hand_needs_a_commander_and_a_reason(
    people: People, sign_in: SignIn, commander: Client, checkout: Component
) -> None:
    address = "/status-page/main/components"
    fields = {"component": checkout.pk, "state": "degraded", "reason": "DNS"}
    assert sign_in(people.teammate).post(address, fields).status_code == 403
    assert commander.post(address, {**fields, "reason": ""}).status_code == 422
    assert commander.post(address, fields).status_code == 302
    assert ComponentChange.objects.get().reason == "DNS"


def test_the_page_asks_the_database_as_often_for_forty_components_as_for_one(
    commander: Client, page: StatusPage
) -> None:
    rows = [Component(page=page, slug=f"c{n}", name=f"Component {n}") for n in range(40)]
    Component.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as asked:
        commander.get("/status-page")
    # the page; its siblings; components; what incidents do to them by words and by themselves;
    # changes by hand; work that goes on, for the components and for the list; what is told now; the
    # last changes of the page; updates on their way.
    own = [query for query in asked.captured_queries if 'FROM "statuspage_' in query["sql"]]
    assert len(own) == 11
