"""The board and the lists, as people open them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.kernel.actor import Actor
from incidents.models import Alert, Incident, Integration, Severity, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, FrozenClock, People

SignIn = Callable[[User], Client]


def test_it_sends_a_stranger_to_sign_in(db: None, client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/")


def test_it_shows_the_worst_incident_first(
    declare: Declare, sign_in: SignIn, people: People
) -> None:
    declare("Reports are late", severity="P3")
    declare("Checkout is down", severity="P0")
    page = sign_in(people.observer).get("/").content.decode()
    assert page.index("Checkout is down") < page.index("Reports are late")


def test_it_reads_the_board_in_a_fixed_number_of_queries(
    declare: Declare,
    sign_in: SignIn,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session and user; open incidents, roles, holders, alerts, what they owe, stages; last closed;
    alerts; feed; five for the figures; two counts in the navigation; the bell."""
    browser = sign_in(people.observer)
    for n in range(20):
        incident = declare(f"Incident {n}")
        lifecycle.assign(
            incident_id=incident.pk,
            role="commander",
            user=people.commander,
            actor=Actor.of(people.commander),
        )
    with django_assert_max_num_queries(21):
        assert browser.get("/").status_code == 200


def test_it_hides_a_private_incident_from_those_without_a_role(
    declare: Declare, sign_in: SignIn, people: People
) -> None:
    incident = declare("Stolen laptop", by=people.commander, private=True)
    reference = re.compile(rf"{incident.reference}\b".encode())
    for address in ("/", "/incidents", "/search.json?q=Stolen", "/board/feed"):
        hidden = sign_in(people.stranger).get(address).content
        assert not reference.search(hidden), address
        assert b"Stolen" not in hidden, address
        assert reference.search(sign_in(people.commander).get(address).content), address


def test_it_declares_an_incident_from_the_form(
    severities: dict[str, Severity], sign_in: SignIn, people: People
) -> None:
    data = {"title": "Search is slow", "severity": "P2", "service": "", "summary": ""}
    answer = sign_in(people.teammate).post("/declare", data)
    incident = Incident.objects.get()
    assert answer.headers["Location"] == f"/incidents/{incident.reference}"
    assert incident.facts.get(seq=1).actor_name == "Tom Teammate"


def test_it_says_what_is_missing_and_keeps_what_was_typed(
    severities: dict[str, Severity], sign_in: SignIn, people: People
) -> None:
    answer = sign_in(people.teammate).post("/declare", {"title": "", "summary": "It began at 3"})
    assert answer.status_code == 422
    assert "It began at 3" in answer.content.decode()
    assert not Incident.objects.exists()


def test_an_observer_cannot_declare(
    severities: dict[str, Severity], sign_in: SignIn, people: People
) -> None:
    answer = sign_in(people.observer).post("/declare", {"title": "x", "severity": "P2"})
    assert answer.status_code == 403
    assert "Only a responder may do that" in answer.content.decode()


def test_it_walks_through_all_incidents_page_by_page(
    declare: Declare, sign_in: SignIn, people: People, frozen: FrozenClock
) -> None:
    for n in range(120):
        frozen.fast_forward(seconds=1)
        declare(f"Incident number {n:03}")
    browser, address, seen = sign_in(people.observer), "", []
    for _ in range(3):
        page = browser.get(f"/incidents{address}")
        seen += [incident.title for incident in page.context["incidents"]]
        address = page.context["older"]
    assert seen == [f"Incident number {n:03}" for n in reversed(range(120))]
    assert address == ""


def test_it_lists_incidents_in_a_fixed_number_of_queries(
    declare: Declare,
    sign_in: SignIn,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, user, incidents, roles, holders, severities, services, two navigation counts,
    the bell; the view it opens with, the views, fields of one's own, teams."""
    for n in range(30):
        declare(f"Incident {n}")
    browser = sign_in(people.observer)
    with django_assert_max_num_queries(14):
        browser.get("/incidents")


@pytest.fixture
def alert(integration: Integration, severities: dict[str, Severity], declare: Declare) -> Alert:
    incident = declare("Checkout is down")
    return Alert.objects.create(
        integration=integration,
        fingerprint="abc",
        title="5xx ratio above 5 %",
        severity=severities["P1"],
        incident=incident,
        started_at=incident.opened_at,
        last_seen_at=incident.opened_at,
        why="nothing connects it to another open incident",
    )


def test_an_alert_tells_how_it_came_about(alert: Alert, sign_in: SignIn, people: People) -> None:
    page = sign_in(people.observer).get(f"/alerts/{alert.pk}").content.decode()
    assert "nothing connects it to another open incident" in page
    assert b"5xx ratio" in sign_in(people.observer).get("/alerts").content


def test_an_alert_of_a_private_incident_is_not_there(
    alert: Alert, sign_in: SignIn, people: People
) -> None:
    Incident.objects.update(private=True)
    browser = sign_in(people.stranger)
    assert browser.get(f"/alerts/{alert.pk}").status_code == 404
    assert b"5xx ratio" not in browser.get("/alerts").content
