"""Heartbeats over the API."""

from typing import Any

import pytest

from incidents.models import Heartbeat, Severity
from tests.api.conftest import Program, program, root
from tests.heartbeats.conftest import MakeHeartbeat, MakeJob

__all__ = ["program", "root"]


def _body(**more: Any) -> dict[str, Any]:
    return {"name": "Nightly backup", "severity": "P1", "interval_seconds": 600, **more}


def test_it_makes_reads_changes_and_deletes_one(
    root: Program, severities: dict[str, Severity]
) -> None:
    made = root.post("/api/heartbeats", _body())
    assert (made.status_code, made.json()["slug"]) == (201, "nightly-backup")
    assert made.json()["ping_url"].endswith(f"/ping/{Heartbeat.objects.get().key}")
    path = "/api/heartbeats/nightly-backup"
    changed = root.patch(path, {"schedule": "cron", "cron": "0 2 * * *"}).json()
    assert (changed["schedule"], changed["cron"], changed["state"]) == ("cron", "0 2 * * *", "new")
    assert [row["name"] for row in root.get("/api/heartbeats").json()["results"]] == [
        "Nightly backup"
    ]
    assert root.delete(path).status_code == 204
    assert root.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule": "cron", "cron": "never"}, "cron"),
        ({"interval_seconds": 1}, "interval_seconds"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"severity": "awful"}, "severity"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_it_names_the_field_at_fault(
    root: Program, severities: dict[str, Severity], changes: dict[str, Any], field: str
) -> None:
    answer = root.post("/api/heartbeats", _body(**changes))
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not Heartbeat.objects.exists()


def test_a_slug_is_taken_once_and_never_changed(
    root: Program, severities: dict[str, Severity]
) -> None:
    assert root.post("/api/heartbeats", _body(slug="backup")).status_code == 201
    assert root.post("/api/heartbeats", _body(slug="backup")).status_code == 409
    assert root.patch("/api/heartbeats/backup", {"slug": "other"}).status_code == 422


def test_it_pauses_resumes_and_rotates(root: Program, make_heartbeat: MakeHeartbeat) -> None:
    path, before = f"/api/heartbeats/{make_heartbeat().slug}", Heartbeat.objects.get().key
    assert root.post(f"{path}/pause").json()["state"] == "paused"
    assert root.post(f"{path}/resume").json()["state"] == "new"
    assert before not in root.post(f"{path}/rotate").json()["ping_url"]


def test_a_key_that_only_reads_learns_no_address(
    program: Any, make_heartbeat: MakeHeartbeat
) -> None:
    path = f"/api/heartbeats/{make_heartbeat().slug}"
    reader = program("read")
    assert reader.get(path).json()["ping_url"] is None
    assert reader.post(f"{path}/pause").status_code == 403


def test_it_lists_pings_with_what_they_said(root: Program, make_job: MakeJob) -> None:
    job = make_job()
    job.ping("start")
    job.ping("exit", code=3, body="disk full")
    path = f"/api/heartbeats/{job.slug}"
    newest, oldest = root.get(f"{path}/pings").json()["results"]
    assert (newest["kind"], newest["exit_code"], newest["body"]) == ("exit", 3, "disk full")
    assert (newest["duration_ms"], oldest["kind"]) == (0, "start")
    assert root.get(path).json()["state"] == "down"
