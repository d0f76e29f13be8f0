"""What programs are promised by the API of runbooks."""

import json
from typing import Any

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import ApiKey, Team
from runbooks import services
from runbooks.models import Runbook, RunbookRun
from tests.conftest import Declare, People
from tests.runbooks.conftest import BODY, Write


class Robot:
    def __init__(self, *scopes: str) -> None:
        _, token = ApiKey.issue("Robot", scopes)
        self._client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        content = "" if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._client.generic(
            method, f"/api/{path}", content, "application/json", headers=named
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def robot(severities: object) -> Robot:
    return Robot("admin")


@pytest.fixture
def responder(severities: object) -> Robot:
    return Robot("read", "incidents")


def test_a_runbook_is_written_read_and_changed(robot: Robot, people: People) -> None:
    Team.objects.create(slug="platform", name="Platform")
    new = {
        "title": "Disk is full",
        "body": BODY,
        "owner": "platform",
        "severities": ["sev0"],
        "patterns": [{"pattern": "disk full"}],
    }
    status, made = robot("POST", "runbooks", new)
    assert status == 201, made
    assert (made["slug"], made["version"], made["edited_by"]) == ("disk-is-full", 1, "Robot")
    assert (made["owner"], made["severities"]) == ("platform", ["P0"])
    assert [step["title"] for step in made["steps"]][:1] == ["See which disk"]
    assert made["patterns"] == [{"field": "title", "label": "", "pattern": "disk full"}]
    change = {"body": "## One step", "version": 1, "patterns": [], "reason": "Shorter"}
    status, changed = robot("PATCH", f"runbooks/{made['id']}", change)
    assert (status, changed["version"], changed["patterns"]) == (200, 2, [])
    assert robot("GET", "runbooks/disk-is-full/")[1] == changed


def test_a_stale_change_is_refused(robot: Robot, write: Write) -> None:
    write()
    assert robot("PATCH", "runbooks/disk-is-full", {"title": "A", "version": 1})[0] == 200
    status, problem = robot("PATCH", "runbooks/disk-is-full", {"title": "B", "version": 1})
    assert (status, Runbook.objects.get().title) == (409, "A")
    assert "Robot has changed this runbook" in problem["detail"]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"title": " "}, "title"),
        ({"patterns": [{"pattern": "(a+)+$"}]}, "patterns"),
        ({"patterns": [{"field": "label", "pattern": "disk"}]}, "patterns"),
        ({"patterns": [{"field": "colour", "pattern": "disk"}]}, "patterns.0.field"),
        ({"severities": ["awful"]}, "severities.0"),
        ({"owner": "nobody"}, "owner"),
        ({"slug": "911"}, "slug"),
        ({"stepz": []}, "stepz"),
    ],
)
def test_each_fault_is_named_and_nothing_is_written(
    robot: Robot, fault: dict[str, Any], field: str
) -> None:
    status, problem = robot("POST", "runbooks", {"title": "Disk", "body": BODY} | fault)
    assert (status, problem["errors"][0]["field"]) == (422, field), problem
    assert not Runbook.objects.exists()


def test_the_same_request_sent_twice_makes_one(robot: Robot) -> None:
    body = {"title": "Disk", "body": BODY}
    first = robot("POST", "runbooks", body, Idempotency_Key="a")
    assert first == robot("POST", "runbooks", body, Idempotency_Key="a")
    assert Runbook.objects.count() == 1


def test_the_list_is_filtered_and_paged(robot: Robot, write: Write) -> None:
    for title in ("Disk", "Errors", "Memory"):
        write(title, category="capacity", enabled=title != "Memory")
    _, page = robot("GET", "runbooks?limit=2")
    assert [one["title"] for one in page["results"]] == ["Disk", "Errors"]
    following = page["next"].partition("/api/")[2]
    assert [one["title"] for one in robot("GET", following)[1]["results"]] == ["Memory"]
    assert len(robot("GET", "runbooks?enabled=true&category=capacity")[1]["results"]) == 2
    assert [one["slug"] for one in robot("GET", "runbooks?q=mem")[1]["results"]] == ["memory"]


def test_versions_are_listed_and_restored(robot: Robot, write: Write) -> None:
    write()
    robot("PATCH", "runbooks/disk-is-full", {"body": "## Other", "reason": "Shorter"})
    versions = robot("GET", "runbooks/disk-is-full/versions")[1]["results"]
    assert [(v["version"], v["reason"]) for v in versions] == [(2, "Shorter"), (1, None)]
    status, restored = robot("POST", "runbooks/disk-is-full/restore", {"version": 1})
    assert (status, restored["version"], restored["body"]) == (200, 3, BODY)
    assert robot("POST", "runbooks/disk-is-full/restore", {"version": 9})[0] == 404


def test_deleting_leaves_the_runs(
    robot: Robot, write: Write, declare: Declare, people: People
) -> None:
    run = services.start(
        incident_id=declare().pk, runbook_id=write().pk, actor=Actor.of(people.teammate)
    )
    assert robot("DELETE", "runbooks/disk-is-full") == (204, None)
    assert robot("GET", "runbooks/disk-is-full")[0] == 404
    assert robot("GET", f"runbooks/runs/{run.pk}")[1]["runbook"] is None


def test_it_is_executed_ticked_and_finished(
    responder: Robot, write: Write, declare: Declare
) -> None:
    runbook, incident = write(), declare()
    path = f"runbooks/{runbook.pk}/execute"
    status, run = responder("POST", path, {"incident": incident.reference})
    assert (status, run["incident"], run["done"], run["total"]) == (201, incident.reference, 0, 3)
    assert responder("POST", path, {"incident": str(incident.uuid)})[1]["id"] == run["id"]
    step = f"runbooks/runs/{run['id']}/steps/2"
    status, run = responder("POST", step, {"done": True, "note": "2 GB free"})
    assert (status, run["done"]) == (200, 1)
    second = run["steps"][1]
    assert (second["done"], second["done_by"], second["note"]) == (True, "Robot", "2 GB free")
    assert responder("POST", step, {"done": False})[1]["done"] == 0
    assert responder("POST", f"runbooks/runs/{run['id']}/finish", {})[1]["finished_by"] == "Robot"
    assert responder("POST", step, {"done": True})[0] == 409
    assert responder("POST", f"runbooks/runs/{run['id']}/steps/9", {"done": True})[0] == 409


def test_an_incident_answers_what_fits_and_why(
    responder: Robot, write: Write, declare: Declare
) -> None:
    write("Disk", "title: disk")
    incident = declare("Disk full")
    responder("POST", "runbooks/disk/execute", {"incident": str(incident.pk)})
    status, found = responder("GET", f"incidents/{incident.reference}/runbooks")
    assert status == 200
    assert [(s["slug"], s["why"]) for s in found["suggested"]] == [("disk", "the title has “disk”")]
    assert [run["title"] for run in found["runs"]] == ["Disk"]


def test_responders_run_but_do_not_write(responder: Robot, write: Write) -> None:
    write()
    for method, path, body in (
        ("POST", "runbooks", {"title": "x", "body": "x"}),
        ("PATCH", "runbooks/disk-is-full", {"title": "x"}),
        ("DELETE", "runbooks/disk-is-full", None),
        ("POST", "runbooks/disk-is-full/restore", {"version": 1}),
    ):
        assert responder(method, path, body)[0] == 403


def test_a_hidden_incident_runs_nothing(
    responder: Robot, write: Write, declare: Declare, people: People
) -> None:
    incident = declare("Breach", private=True)
    runbook = write()
    assert (
        responder("POST", "runbooks/disk-is-full/execute", {"incident": incident.reference})[0]
        == 404
    )
    run = services.start(
        incident_id=incident.pk, runbook_id=runbook.pk, actor=Actor.of(people.commander)
    )
    assert responder("GET", f"runbooks/runs/{run.pk}")[0] == 404
    assert responder("POST", f"runbooks/runs/{run.pk}/steps/1", {"done": True})[0] == 404
    assert not RunbookRun.objects.get().ticks.exists()
