"""/api/incidents and the verbs on one incident."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.events import timeline
from incidents.models import Incident, Service, User
from tests.api.conftest import MakeProgram, Program
from tests.conftest import Declare, FrozenClock, People


def test_it_declares_an_incident(root: Program, severities: object, service: Service) -> None:
    body = {"title": "Checkout is down", "severity": "critical", "service": "checkout"}
    response = root.post("/api/incidents", body)
    made = response.json()
    assert response.status_code == 201
    assert made["reference"] == f"INC-{made['id']}"
    assert (made["severity"], made["state"], made["status"]) == ("P0", "detected", "open")
    assert (made["service"], made["team"], made["source"]) == ("checkout", "payments", "api")
    assert made["url"] == f"/incidents/{made['reference']}"
    assert root.get(f"/api/incidents/{made['id']}").json() == made


@pytest.mark.parametrize("spelling", ["{pk}", "INC-{pk}", "inc-{pk}", "{uuid}"])
def test_it_takes_number_reference_and_uuid(root: Program, declare: Declare, spelling: str) -> None:
    incident = declare()
    ref = spelling.format(pk=incident.pk, uuid=incident.uuid)
    assert root.get(f"/api/incidents/{ref}").json()["id"] == incident.pk


@pytest.mark.parametrize("word", ["P0", "sev1", "critical", "Critical", "P0_CRITICAL", "p0"])
def test_it_takes_any_spelling_of_a_severity(root: Program, declare: Declare, word: str) -> None:
    incident = declare(severity="P2")
    response = root.patch(f"/api/incidents/{incident.pk}", {"severity": word})
    assert (response.status_code, response.json()["severity"]) == (200, "P0")


def test_it_changes_what_a_patch_names(root: Program, declare: Declare, service: Service) -> None:
    incident = declare()
    changes = {
        "title": "Cards are refused",
        "summary": "Since noon.",
        "service": "checkout",
        "customer_impact": "All",
        "root_cause": "DNS",
        "environment": "production",
        "false_positive": True,
        "state": "investigating",
        "team": "payments",
    }
    answer = root.patch(f"/api/incidents/{incident.pk}", changes).json()
    assert {name: answer[name] for name in changes} == changes
    assert root.patch(f"/api/incidents/{incident.pk}", {"team": None}).json()["team"] is None
    kinds = [fact.kind for fact in timeline.since(incident.pk)]
    assert kinds == [
        *("incident.opened", "incident.triaged", "incident.state_changed"),
        *("incident.edited", "incident.edited"),
    ]


def test_it_answers_each_verb_with_the_new_state(root: Program, declare: Declare) -> None:
    path = f"/api/incidents/{declare().pk}"
    expected = {
        "acknowledge": "acknowledged",
        "investigate": "investigating",
        "identify": "identified",
        "mitigate": "mitigated",
        "monitor": "monitoring",
        "resolve": "resolved",
        "close": "closed",
        "reopen": "investigating",
    }
    for verb, state in expected.items():
        answer = root.post(f"{path}/{verb}", {"reason": "as planned"})
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert timeline.since(int(path.rsplit("/", maxsplit=1)[-1]))[-1].text.endswith(": as planned")


def test_it_takes_a_verb_without_a_body(root: Program, declare: Declare) -> None:
    path = f"/api/incidents/{declare().pk}/acknowledge"
    headers = {"Authorization": f"Bearer {root.token}"}
    response = root.client.generic("POST", path, headers=headers)
    assert response.status_code == 200


def test_it_says_which_moves_there_are(root: Program, declare: Declare) -> None:
    incident = declare()
    response = root.post(f"/api/incidents/{incident.pk}/close")
    assert response.status_code == 409
    assert response.json()["hint"] == "Possible now: acknowledge, investigate, resolve."


def test_it_gives_roles_and_remembers_who_had_them(
    root: Program, declare: Declare, people: People
) -> None:
    path = f"/api/incidents/{declare().pk}"
    for handle in ("cara", "tom"):
        assert root.post(f"{path}/assign", {"user": handle}).status_code == 200
    held = root.get(f"{path}/roles").json()["results"]
    assert [(row["user"]["handle"], row["until"] is None) for row in held] == [
        ("cara", False),
        ("tom", True),
    ]
    wrong = root.post(f"{path}/assign", {"user": "nobody", "role": "king"})
    assert {e["field"] for e in wrong.json()["errors"]} == {"user", "role"}


def test_it_lets_a_responder_take_a_vacant_command_but_not_give_it(
    declare: Declare, people: People, sign_in: Callable[[User], Client]
) -> None:
    path = f"/api/incidents/{declare().pk}/assign"
    tom = sign_in(people.teammate)
    given = tom.post(path, {"user": "stan"}, content_type="application/json")
    taken = tom.post(path, {"user": "tom"}, content_type="application/json")
    again = sign_in(people.stranger).post(path, {"user": "stan"}, content_type="application/json")
    assert (given.status_code, taken.status_code, again.status_code) == (403, 200, 403)


def test_it_deletes_for_admins_only(root: Program, program: MakeProgram, declare: Declare) -> None:
    path = f"/api/incidents/{declare().pk}"
    assert program("incidents", "read").delete(path).status_code == 403
    assert root.delete(path).status_code == 204
    assert root.get(path).status_code == 404


def test_it_makes_no_incident_private_that_nobody_could_see(
    root: Program, declare: Declare, people: People
) -> None:
    body = {"title": "Breach", "severity": "P0", "private": True}
    assert root.post("/api/incidents", body).status_code == 422
    path = f"/api/incidents/{declare().pk}"
    refused = root.patch(path, {"private": True})
    assert refused.json()["hint"] == "Give somebody a role in it first."
    root.post(f"{path}/assign", {"user": "cara"})
    assert root.patch(path, {"private": True}).json()["private"] is True


def test_it_answers_a_key_that_hides_the_incident_from_itself(
    program: MakeProgram, root: Program, declare: Declare, people: People
) -> None:
    path = f"/api/incidents/{declare().pk}"
    root.post(f"{path}/assign", {"user": "cara"})
    bot = program("incidents", "read")
    assert bot.patch(path, {"private": True}).status_code == 200
    assert bot.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"api", "db", "old"}),
        ("?open=true", {"api", "db"}),
        ("?open=false", {"old"}),
        ("?state=resolved", {"old"}),
        ("?state=open", {"api", "db"}),
        ("?severity=sev1", {"api"}),
        ("?service=checkout", {"db"}),
        ("?team=payments", {"db"}),
        ("?q=OLD", {"old"}),
        ("?q=INC-{db}", {"db"}),
        ("?opened_after={later}", {"api"}),
        ("?opened_before={later}", {"db", "old"}),
    ],
)
def test_it_lists_what_is_asked_for(
    root: Program,
    declare: Declare,
    service: Service,
    frozen: FrozenClock,
    query: str,
    found: set[str],
) -> None:
    old, db = declare("old", severity="P2"), declare("db", severity="P1", service=service)
    root.post(f"/api/incidents/{old.pk}/resolve")
    later = frozen.fast_forward(hours=1)
    declare("api", severity="P0")
    asked = query.format(db=db.pk, later=later.isoformat().replace("+", "%2B"))
    rows = root.get(f"/api/incidents{asked}").json()["results"]
    assert {row["title"] for row in rows} == found


def test_it_pages_without_loss_or_repeat_while_incidents_are_opened(
    root: Program, declare: Declare, frozen: FrozenClock
) -> None:
    made = [declare(f"n{n}").pk for n in range(5)]  # all opened in the same moment
    seen: list[int] = []
    path: str | None = "/api/incidents?limit=2"
    while path:
        page = root.get(path).json()
        seen += [row["id"] for row in page["results"]]
        frozen.fast_forward(seconds=1)
        declare("newer")
        path = page["next"]
    assert seen == sorted(made, reverse=True)


def test_it_keeps_the_filters_from_page_to_page(root: Program, declare: Declare) -> None:
    for severity in ("P0", "P1", "P0", "P1", "P0"):
        declare(severity=severity)
    page = root.get("/api/incidents?severity=P0&limit=2").json()
    rest = root.get(page["next"]).json()
    assert [row["severity"] for row in page["results"] + rest["results"]] == ["P0"] * 3
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/api/incidents", 4),  # key, its use noted, incidents, what they hit
        ("/api/incidents?severity=P1", 5),  # and the severities
        ("/api/incidents/{ref}/roles", 4),  # key, use, incident, roles with people
        ("/api/incidents/{ref}/alerts", 4),  # key, use, incident, alerts
        ("/api/alerts", 3),  # key, use, alerts
        ("/api/services", 4),  # key, use, services, what they need
        ("/api/detection/rules", 3),  # key, use, rules
    ],
)
def test_it_asks_the_database_as_often_for_many_rows_as_for_one(
    root: Program,
    declare: Declare,
    service: Service,
    path: str,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    incidents = [declare(f"n{n}", service=service) for n in range(4)]
    with django_assert_num_queries(count):
        root.get(path.format(ref=incidents[0].reference))


def test_it_makes_one_incident_of_a_request_sent_twice(root: Program, severities: object) -> None:
    body = {"title": "Checkout is down", "severity": "P1"}
    sent: dict[str, str] = {"Idempotency-Key": "deploy-42"}
    first = root.post("/api/incidents", body, **sent)
    second = root.post("/api/incidents", body, **sent)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Incident.objects.count() == 1
    other = root.post("/api/incidents", {**body, "title": "Other"}, **sent)
    assert (other.status_code, Incident.objects.count()) == (409, 1)


def test_it_keeps_the_keys_of_two_programs_apart(program: MakeProgram, severities: object) -> None:
    body, sent = {"title": "Down", "severity": "P1"}, {"Idempotency-Key": "1"}
    for _ in range(2):
        program("incidents").post("/api/incidents", body, **sent)
    assert Incident.objects.count() == 2


def test_it_says_that_what_was_declared_before_is_gone(root: Program, severities: object) -> None:
    body, sent = {"title": "Down", "severity": "P1"}, {"Idempotency-Key": "1"}
    made = root.post("/api/incidents", body, **sent).json()["id"]
    root.delete(f"/api/incidents/{made}")
    again = root.post("/api/incidents", body, **sent)
    assert again.status_code == 404
    assert "deleted since" in again.json()["detail"]


def test_it_does_not_put_the_beginning_into_the_future(
    root: Program, severities: object, frozen: FrozenClock
) -> None:
    later = (frozen.at + timedelta(hours=1)).isoformat()
    body = {"title": "Down", "severity": "P1", "began_at": later}
    made = root.post("/api/incidents", body).json()
    assert made["began_at"] == made["opened_at"]
