"""The list of alerts: what fires first, in groups, narrowed, and no slower when there are many."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.kernel import clock
from incidents.models import Alert, Signal, User
from incidents.selectors import alert_groups
from tests.conftest import Declare, People
from tests.web.conftest import MakeAlerts

SignIn = Callable[[User], Client]
SILENCED = {"kind": "silence", "id": "", "why": "silenced by Ana: deploying", "until": None}


@pytest.fixture
def browser(sign_in: SignIn, people: People) -> Client:
    return sign_in(people.observer)


def groups(browser: Client, address: str = "/alerts") -> list[alert_groups.Group]:
    return [shown["group"] for shown in browser.get(address).context["groups"]]


def titles(browser: Client, address: str) -> list[str]:
    return [alert.title for group in groups(browser, address) for alert in group.alerts]


def over(**more: Any) -> dict[str, Any]:
    return {"state": "resolved", "resolved_at": clock.now(), **more}


def test_it_shows_what_fires_the_worst_first_then_the_newest(
    browser: Client, make_alerts: MakeAlerts
) -> None:
    make_alerts(title="Later", severity="P2", started_at=clock.now())
    make_alerts(title="Worst", severity="P0", started_at=clock.now() - timedelta(hours=9))
    make_alerts(title="Earlier", severity="P2")
    make_alerts(title="Gone", severity="P0", **over())
    assert titles(browser, "/alerts") == ["Worst", "Later", "Earlier"]


def test_it_makes_one_group_of_a_storm(
    browser: Client, make_alerts: MakeAlerts, declare: Declare
) -> None:
    incident = declare("Everything fails")
    make_alerts(500, incident=incident)
    make_alerts(title="Another thing", severity="P3")
    storm, other = groups(browser)
    assert (storm.incident, storm.count, len(storm.alerts)) == (incident, 500, 3)
    assert (other.count, other.alerts[0].title) == (1, "Another thing")


def test_it_groups_what_has_no_incident_by_what_it_would_become(
    browser: Client, make_alerts: MakeAlerts
) -> None:
    waiting = {"held": True, "muted_by": [SILENCED]}
    make_alerts(5, correlation_key="service:1", **waiting)
    make_alerts(2, correlation_key="service:2", **waiting)
    found = groups(browser, "/alerts?state=suppressed")
    assert sorted(group.count for group in found) == [2, 5]


def test_it_opens_a_group_and_keeps_it_open_by_its_address(
    browser: Client, make_alerts: MakeAlerts, declare: Declare
) -> None:
    make_alerts(80, incident=declare("Everything fails"))
    shown = browser.get("/alerts").context["groups"][0]
    assert len(groups(browser, f"/alerts{shown['unfold']}")[0].alerts) == alert_groups.SHOWN_OPEN
    alone = browser.get(f"/alerts{shown['alone']}")
    rest = browser.get(f"/alerts{alone.context['older']}")
    assert len(rest.context["groups"][0]["group"].alerts) == 30


def test_it_says_why_an_alert_is_kept_quiet_and_does_not_count_it_as_firing(
    browser: Client, make_alerts: MakeAlerts
) -> None:
    make_alerts(title="Quiet", held=True, muted_by=[SILENCED])
    make_alerts(title="Loud")
    page = browser.get("/alerts?state=suppressed")
    assert "Silenced by Ana: deploying" in page.content.decode()
    assert titles(browser, "/alerts") == ["Loud"]
    assert [tab["count"] for tab in page.context["tabs"]] == ["1", "1", "0", "2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=disk", ["Disk full"]),
        ("severity=P0", ["Disk full"]),
        ("labels=env%3D%22prod%22", ["Disk full"]),
        ("labels=env%3D~%22pr.*%22,disk!%3D%22sdb%22", ["Disk full"]),
        ("labels=env!%3D%22prod%22", ["Memory low"]),
        ("labels=severity%3D%22P2%22", ["Memory low"]),
        ("integration=0&service=nowhere", []),
    ],
)
def test_it_narrows(browser: Client, make_alerts: MakeAlerts, query: str, found: list[str]) -> None:
    make_alerts(title="Disk full", severity="P0", labels={"env": "prod", "disk": "sda"})
    make_alerts(title="Memory low", severity="P2", labels={"env": "test"})
    assert titles(browser, f"/alerts?{query}") == found


def test_it_says_what_is_wrong_with_a_matcher(browser: Client, make_alerts: MakeAlerts) -> None:
    make_alerts()
    answer = browser.get("/alerts", {"labels": 'env=~"("'})
    assert answer.status_code == 422
    assert "is no regular expression" in answer.content.decode()


def test_it_says_when_it_did_not_look_at_all_of_them(
    browser: Client, make_alerts: MakeAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.selectors.alert_matching.MOST", 3)
    make_alerts(5, labels={"env": "prod"})
    page = browser.get("/alerts", {"labels": 'env="prod"'})
    assert (page.context["looked_at"], len(page.context["groups"])) == (3, 3)


def test_it_shows_every_alert_on_one_page_or_another(
    browser: Client, make_alerts: MakeAlerts
) -> None:
    make_alerts(alert_groups.GROUPS_A_PAGE + 5)
    first = browser.get("/alerts")
    second = browser.get(f"/alerts{first.context['older']}")
    shown = [s["group"].key for page in (first, second) for s in page.context["groups"]]
    assert len(shown) == len(set(shown)) == alert_groups.GROUPS_A_PAGE + 5
    assert second.context["older"] == ""


@pytest.mark.parametrize("state", ["", "suppressed", "resolved", "all"])
def test_it_reads_the_list_in_a_fixed_number_of_queries(
    browser: Client,
    make_alerts: MakeAlerts,
    declare: Declare,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    state: str,
) -> None:
    """Session and user; four counts; three for the filters; groups, members, roles, holders; two
    for what is about to be heard again; two counts in the navigation; the bell."""
    for n in range(8):
        incident = declare(f"Incident {n}")
        for more in ({}, {"muted_by": [SILENCED]}, over()):
            make_alerts(4, incident=incident, **more)
    with django_assert_max_num_queries(18):
        page = browser.get("/alerts", {"state": state})
    assert len(page.context["groups"]) == 8


def test_it_hides_alerts_of_hidden_incidents_and_does_not_count_them(
    browser: Client, make_alerts: MakeAlerts, declare: Declare, people: People
) -> None:
    secret = declare("Stolen laptop", by=people.commander, private=True)
    make_alerts(3, incident=secret)
    page = browser.get("/alerts?state=all")
    assert page.context["groups"] == []
    assert {tab["count"] for tab in page.context["tabs"]} == {"0"}


def test_the_message_of_an_alert_is_closed_where_it_speaks_of_a_hidden_one_too(
    browser: Client, make_alerts: MakeAlerts, declare: Declare, people: People
) -> None:
    hidden = make_alerts(incident=declare("Stolen laptop", by=people.commander, private=True))[0]
    seen = make_alerts()[0]
    signal = Signal.objects.create(
        integration=seen.integration,
        adapter="alertmanager",
        delivery_id="0198c0de-0000-7000-8000-000000000000",
        body=b'{"secret": 1}',
        state="folded",
        outcome=[{"fingerprint": seen.fingerprint}, {"fingerprint": hidden.fingerprint}],
    )
    Alert.objects.update(first_signal_id=signal.pk)
    page = browser.get(f"/alerts/{seen.pk}")
    assert page.status_code == 200
    assert "secret" not in page.content.decode()
    assert f"/signals/{signal.pk}" not in page.content.decode()


def test_responders_silence_from_the_list_and_from_the_alert(
    make_alerts: MakeAlerts, sign_in: SignIn, people: People
) -> None:
    alert = make_alerts()[0]
    responder, observer = sign_in(people.teammate), sign_in(people.observer)
    assert 'action="/silences/new"' in responder.get("/alerts").content.decode()
    address = f"/silences/new?alert={alert.pk}"
    assert address in responder.get(f"/alerts/{alert.pk}").content.decode()
    assert address not in observer.get(f"/alerts/{alert.pk}").content.decode()
    assert responder.get(address).status_code == 200


def test_the_board_marks_what_is_kept_quiet_and_puts_it_last(
    browser: Client, make_alerts: MakeAlerts
) -> None:
    make_alerts(title="Quiet", severity="P0", muted_by=[SILENCED], held=True)
    make_alerts(title="Loud", severity="P3")
    page = browser.get("/board/alerts").content.decode()
    assert page.index("Loud") < page.index("Quiet") < page.index("Silenced")
    assert Alert.objects.count() == 2
