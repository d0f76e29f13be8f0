"""What programs are promised by the API of the hub."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.kernel.actor import Actor
from incidents.models import Alert, ApiKey, Fact, Incident, Service
from incidents.pipeline import lifecycle
from tests.conftest import Declare, FrozenClock, People

PROBLEM = "application/problem+json"
LIFE = {
    "acknowledge": "acknowledged",
    "investigate": "investigating",
    "identify": "identified",
    "mitigate": "mitigated",
    "monitor": "monitoring",
    "resolve": "resolved",
    "close": "closed",
}


class Robot:
    """A program with a key."""

    def __init__(self, *scopes: str) -> None:
        _, token = ApiKey.issue("Robot", scopes)
        self._client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.raw(method, path, b"" if body is None else json.dumps(body), **headers)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def raw(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/json")
        return self._client.generic(method, f"/api/{path}", body, content_type, headers=named)


@pytest.fixture
def robot(severities: object) -> Robot:
    return Robot("read", "incidents")


def _declare(robot: Robot, **more: Any) -> dict[str, Any]:
    status, made = robot(
        "POST", "incidents", {"title": "Checkout is down", "severity": "P1"} | more
    )
    assert status == 201, made
    return dict(made)


def test_declaring_answers_the_incident_with_its_reference(robot: Robot, service: Service) -> None:
    made = _declare(robot, service="checkout", summary="Cards fail.", environment="production")
    incident = Incident.objects.get()
    assert (made["id"], made["reference"]) == (incident.pk, f"INC-{incident.pk}")
    assert (made["uuid"], made["service"]) == (str(incident.uuid), "checkout")
    assert (made["state"], made["status"], made["source"]) == ("detected", "open", "api")
    assert Fact.objects.get(seq=1).actor_name == "Robot"


@pytest.mark.parametrize("word", ["P0", "p0", "Critical", "sev1", "SEV0", "fatal"])
def test_a_severity_may_be_named_by_code_label_or_alias(robot: Robot, word: str) -> None:
    assert _declare(robot, severity=word)["severity"] == "P0"


def test_an_unknown_severity_is_refused_by_name(robot: Robot) -> None:
    status, problem = robot("POST", "incidents", {"title": "Down", "severity": "awful"})
    assert (status, problem["errors"][0]["field"]) == (422, "severity")
    assert "P0" in problem["errors"][0]["message"]


def test_a_change_answers_the_new_state(robot: Robot) -> None:
    number = _declare(robot)["id"]
    status, told = robot(
        "PATCH", f"incidents/{number}", {"severity": "sev1", "state": "investigating", "title": "x"}
    )
    assert (status, told["severity"], told["state"], told["title"]) == (
        *(200, "P0"),
        *("investigating", "x"),
    )
    assert told == robot("GET", f"incidents/{number}")[1]


def test_a_change_is_made_as_a_whole_or_not_at_all(robot: Robot) -> None:
    number = _declare(robot)["id"]
    status, _ = robot("PATCH", f"incidents/{number}", {"severity": "P0", "state": "closed"})
    assert status == 409
    assert robot("GET", f"incidents/{number}")[1]["severity"] == "P1"


def test_the_verbs_lead_through_the_states(robot: Robot) -> None:
    number = _declare(robot)["id"]
    for verb, state in LIFE.items():
        status, told = robot("POST", f"incidents/{number}/{verb}", {"reason": "so"})
        assert (status, told["state"]) == (200, state)
    status, told = robot("POST", f"incidents/{number}/reopen")
    assert (status, told["status"]) == (200, "investigating")


def test_a_verb_needs_no_body(robot: Robot) -> None:
    number = _declare(robot)["id"]
    assert robot("POST", f"incidents/{number}/acknowledge")[0] == 200


def test_a_wrong_move_is_a_conflict_that_says_why(robot: Robot) -> None:
    number = _declare(robot)["id"]
    answer = robot.raw("POST", f"incidents/{number}/close", "{}")
    problem = json.loads(answer.content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, PROBLEM)
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == 409


def test_somebody_is_given_a_role(robot: Robot, people: People) -> None:
    number = _declare(robot)["id"]
    assert robot("POST", f"incidents/{number}/assign", {"user": "cara"})[0] == 200
    _, told = robot("GET", f"incidents/{number}/roles")
    assert [(r["role"], r["user"]["handle"]) for r in told["results"]] == [("commander", "cara")]


def test_an_unknown_field_is_refused_with_the_field_that_was_meant(robot: Robot) -> None:
    status, problem = robot("POST", "incidents", {"titel": "Down", "severity": "P1"})
    assert (status, problem["errors"][0]["field"]) == (422, "titel")
    assert "Did you mean title?" in problem["errors"][0]["message"]
    assert not Incident.objects.exists()


@pytest.mark.parametrize("body", ["{", "", "nul", "\xff", '{"title": NaN}', "[" * 100_000])
def test_what_is_no_json_is_a_bad_request(robot: Robot, body: str) -> None:
    answer = robot.raw("POST", "incidents", body.encode("latin-1"))
    assert answer.status_code == (400 if body else 422)
    assert answer.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_json_that_is_no_object_is_refused(robot: Robot, body: object) -> None:
    answer = robot.raw("POST", "incidents", json.dumps(body))
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)


@pytest.mark.parametrize("title", ["Check\0out", "half \ud800", "   ", "x" * 301, 7.5e400, {}, []])
def test_a_title_that_cannot_be_stored_is_refused(robot: Robot, title: object) -> None:
    body = json.dumps({"title": title, "severity": "P1"}).replace("Infinity", '""')
    answer = robot.raw("POST", "incidents", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)
    assert not Incident.objects.exists()


def test_too_much_at_once_is_refused(robot: Robot) -> None:
    answer = robot.raw("POST", "incidents", b'{"title": "' + b"x" * 1024 * 1024 + b'"}')
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, PROBLEM)


def test_another_format_is_refused(robot: Robot) -> None:
    answer = robot.raw("POST", "incidents", "title=x", Content_Type="text/plain")
    assert (answer.status_code, answer.headers["Content-Type"]) == (415, PROBLEM)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", ["id", "uuid", "reference"])
def test_an_incident_goes_by_number_uuid_or_reference(robot: Robot, name: str, slash: str) -> None:
    made = _declare(robot)
    assert robot("GET", f"incidents/{made[name]}{slash}") == (200, made)


def test_a_reference_may_be_written_small(robot: Robot) -> None:
    made = _declare(robot)
    assert robot("GET", f"incidents/{made['reference'].lower()}")[0] == 200


@pytest.mark.parametrize(
    "ref", ["0", "9" * 30, "INC-", "nobody", "%00", "-1", "54e604ea-8942-4323-9f31-3985ffda8b7e"]
)
def test_what_names_no_incident_is_not_found(robot: Robot, ref: str) -> None:
    answer = robot.raw("GET", f"incidents/{ref}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)


def test_a_slash_at_the_end_of_a_list_means_nothing(robot: Robot) -> None:
    _declare(robot)
    (_, plain), (_, slashed) = robot("GET", "incidents"), robot("GET", "incidents/")
    assert plain["results"] == slashed["results"]
    assert robot("POST", "incidents/", {"title": "Down", "severity": "P2"})[0] == 201


def test_pages_neither_repeat_nor_skip_while_incidents_are_declared(
    robot: Robot, declare: Declare, frozen: FrozenClock
) -> None:
    told = [declare(f"Number {n}").pk for n in range(7)]
    frozen.fast_forward(minutes=1)
    seen: list[int] = []
    path = "incidents?limit=3"
    while path:
        _, page = robot("GET", path)
        seen += [row["id"] for row in page["results"]]
        declare("Another")
        path = (page["next"] or "").partition("/api/")[2]
    assert seen == told[::-1]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=201", "cursor=x", "sort=title"])
def test_a_question_that_makes_no_sense_is_refused(robot: Robot, query: str) -> None:
    status, problem = robot("GET", f"incidents?{query}")
    assert (status, problem["errors"][0]["field"]) == (422, query.partition("=")[0])


def test_a_list_is_narrowed_down(robot: Robot, declare: Declare, service: Service) -> None:
    wanted = declare("Cards fail", severity="P0", service=service)
    declare("Disk is full", severity="P3")
    for query in ("severity=critical", "service=checkout", "team=payments", "q=cards"):
        _, page = robot("GET", f"incidents?open=true&{query}")
        if query != "team=payments":
            assert [row["id"] for row in page["results"]] == [wanted.pk], query
    assert robot("GET", "incidents?state=over")[1]["results"] == []


def test_the_same_request_sent_again_makes_nothing_twice(robot: Robot) -> None:
    body = {"title": "Down", "severity": "P1"}
    first = robot("POST", "incidents", body, Idempotency_Key="a")
    assert robot("POST", "incidents", body, Idempotency_Key="a") == first
    assert robot("POST", "incidents", body, Idempotency_Key="b")[1]["id"] != first[1]["id"]
    assert Incident.objects.count() == 2


def test_a_key_for_another_request_is_a_conflict(robot: Robot) -> None:
    robot("POST", "incidents", {"title": "Down", "severity": "P1"}, Idempotency_Key="a")
    other = {"title": "Up", "severity": "P1"}
    assert robot("POST", "incidents", other, Idempotency_Key="a")[0] == 409


def test_the_keys_of_others_are_not_ours(robot: Robot) -> None:
    body = {"title": "Down", "severity": "P1"}
    robot("POST", "incidents", body, Idempotency_Key="a")
    assert Robot("incidents")("POST", "incidents", body, Idempotency_Key="a")[0] == 201
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("path", ["incidents", "alerts", "services"])
def test_a_longer_list_asks_no_more_questions(
    robot: Robot,
    declare: Declare,
    service: Service,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    integration: Any,
    path: str,
) -> None:
    for number in range(12):
        incident = declare(f"Number {number}", service=service)
        Service.objects.create(slug=f"s{number}", name="S").depends_on.add(service)
        Alert.objects.create(
            integration=integration,
            fingerprint=str(number),
            title="Errors",
            severity=incident.severity,
            service=service,
            incident=incident,
            started_at=incident.opened_at,
            last_seen_at=incident.opened_at,
        )
    robot("GET", path)
    with django_assert_max_num_queries(3):
        status, page = robot("GET", path)
    assert (status, len(page["results"]) >= 12) == (200, True)


def test_only_a_key_for_everything_deletes(robot: Robot) -> None:
    number = _declare(robot)["id"]
    assert robot("DELETE", f"incidents/{number}")[0] == 403
    assert Robot("admin")("DELETE", f"incidents/{number}") == (204, None)
    assert robot("GET", f"incidents/{number}")[0] == 404
    assert not Fact.objects.exists()


def test_a_person_deletes_as_an_admin_only(
    declare: Declare, people: People, sign_in: Callable[[Any], Client]
) -> None:
    address = f"/api/incidents/{declare().reference}"
    assert sign_in(people.commander).delete(address).status_code == 403
    assert sign_in(people.admin).delete(address).status_code == 204


def test_a_browser_must_prove_that_the_page_sent_the_change(
    declare: Declare, people: People
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.admin, backend="django.contrib.auth.backends.ModelBackend")
    assert client.delete(f"/api/incidents/{declare().reference}").status_code == 403
    assert Incident.objects.count() == 1


def test_responders_change_neither_severity_nor_end(
    declare: Declare, people: People, sign_in: Callable[[Any], Client]
) -> None:
    address, client = f"/api/incidents/{declare().reference}", sign_in(people.teammate)
    for change in ({"severity": "P0"}, {"state": "resolved"}, {"private": True}):
        answer = client.patch(address, json.dumps(change), "application/json")
        assert answer.status_code == 403, change
    assert client.post(f"{address}/resolve").status_code == 403
    assert client.patch(address, '{"title": "x"}', "application/json").status_code == 200


def test_the_commander_of_an_incident_needs_no_higher_role(
    declare: Declare, people: People, sign_in: Callable[[Any], Client]
) -> None:
    incident = declare()
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=people.teammate,
        actor=Actor.of(people.commander),
    )
    client = sign_in(people.teammate)
    address = f"/api/incidents/{incident.reference}/resolve"
    assert client.post(address, "", "application/json").status_code == 200


def test_too_many_requests_are_told_when_to_come_back(robot: Robot, settings: Any) -> None:
    settings.API_RATE = 2
    answers = [robot.raw("GET", "severities") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_severities_come_worst_first(
    robot: Robot, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    robot("GET", "severities")
    with django_assert_num_queries(2):
        _, told = robot("GET", "severities")
    assert [row["code"] for row in told["results"]] == ["P0", "P1", "P2", "P3"]


def test_an_integration_tells_its_key_once(severities: object, service: Service) -> None:
    admin = Robot("admin")
    body = {"kind": "alertmanager", "name": "Prometheus", "service": "checkout"}
    status, made = admin("POST", "integrations", body)
    assert (status, made["key"][:4]) == (201, "isi_")
    _, told = admin("GET", f"integrations/{made['id']}")
    assert made["key"] not in json.dumps(told)
    assert told["service"] == "checkout"


def test_a_method_that_is_not_there_is_told_as_a_problem(robot: Robot) -> None:
    answer = robot.raw("PUT", "incidents")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, PROBLEM)


def test_a_key_tells_when_it_was_last_used(robot: Robot, frozen: FrozenClock) -> None:
    robot("GET", "severities")
    first = ApiKey.objects.get().last_used_at
    frozen.fast_forward(seconds=timedelta(minutes=2).total_seconds())
    robot("GET", "severities")
    assert ApiKey.objects.get().last_used_at != first
