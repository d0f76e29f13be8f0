"""Post-mortems and action items for programs."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel import tokens
from incidents.models import ApiKey, Scope
from postmortems.models import PostMortem
from postmortems.rendering import press
from tests.conftest import Declare, People
from tests.postmortems.conftest import Story

Caller = Callable[..., Client]


@pytest.fixture
def with_scope(db: None) -> Caller:
    """A program whose key has these scopes."""

    def make(*scopes: Scope) -> Client:
        token = tokens.new_token("isk")
        ApiKey.objects.create(
            name="Robot", hint=tokens.hint(token), token_hash=tokens.digest(token), scopes=scopes
        )
        return Client(headers={"authorization": f"Bearer {token}"})

    return make


@pytest.fixture
def robot(with_scope: Caller) -> Client:
    return with_scope(Scope.READ, Scope.INCIDENTS)


def _send(
    client: Client, method: str, address: str, **body: object
) -> tuple[int, dict[str, object]]:
    answer = client.generic(method, address, json.dumps(body), "application/json")
    return answer.status_code, answer.json()


def test_it_drafts_and_reads_a_post_mortem(robot: Client, outage: Story) -> None:
    ref = outage.incident.reference
    status, made = _send(robot, "POST", f"/api/incidents/{ref}/postmortem")
    assert (status, made["id"], made["reference"]) == (201, outage.incident.pk, ref)
    for address in (f"/api/incidents/{ref}/postmortem", f"/api/postmortems/{made['id']}"):
        assert robot.get(address).json() == made
    assert [row["id"] for row in robot.get("/api/postmortems").json()["results"]] == [made["id"]]


def test_it_says_when_there_is_none(robot: Client, outage: Story) -> None:
    answer = robot.get(f"/api/incidents/{outage.incident.pk}/postmortem")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "no post-mortem yet" in answer.json()["detail"]


def test_it_replaces_the_text_of_sections(robot: Client, drafted: PostMortem) -> None:
    edit = {"slug": "lessons", "body": "Test it.", "version": 1}
    status, now = _send(robot, "PATCH", f"/api/postmortems/{drafted.pk}", sections=[edit])
    lessons = next(s for s in now["sections"] if s["slug"] == "lessons")
    assert (status, lessons["body"], lessons["edited_by"]) == (200, "Test it.", "Robot")
    edit["body"] = "Another."
    status, problem = _send(robot, "PATCH", f"/api/postmortems/{drafted.pk}", sections=[edit])
    assert (status, problem["type"]) == (409, "urn:problem:edited-meanwhile")


@pytest.mark.parametrize(
    "body", [{}, {"sections": []}, {"sections": [{"slug": "lessons"}]}, {"x": 1}]
)
def test_it_refuses_what_it_does_not_understand(
    robot: Client, drafted: PostMortem, body: dict[str, object]
) -> None:
    status, problem = _send(robot, "PATCH", f"/api/postmortems/{drafted.pk}", **body)
    assert status == 422
    assert problem["errors"]


def test_it_publishes(robot: Client, drafted: PostMortem) -> None:
    status, now = _send(robot, "POST", f"/api/postmortems/{drafted.pk}/publish")
    assert (status, now["state"]) == (200, "published")
    listed = robot.get("/api/postmortems?state=published").json()["results"]
    assert [row["id"] for row in listed] == [drafted.pk]
    assert robot.get("/api/postmortems?state=draft").json()["results"] == []


@pytest.mark.parametrize(
    ("kind", "media_type", "beginning"),
    [
        ("markdown", "text/markdown", b"# Post-mortem INC-"),
        ("html", "text/html", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF-1.7"),
    ],
)
def test_it_exports(
    robot: Client,
    drafted: PostMortem,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    media_type: str,
    beginning: bytes,
) -> None:
    monkeypatch.setattr(press, "to_pdf", lambda *_, **__: b"%PDF-1.7")
    accept = {"accept": media_type}
    answer = robot.get(f"/api/postmortems/{drafted.reference}/{kind}", headers=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(media_type)
    assert f"INC-{drafted.pk}-post-mortem." in answer.headers["Content-Disposition"]
    assert answer.content.startswith(beginning)


def test_it_writes_action_items_down(robot: Client, outage: Story) -> None:
    status, made = _send(
        robot,
        "POST",
        "/api/action-items",
        incident=outage.incident.reference,
        title="Set the limit",
        owner="tom",
        due_on="2026-10-01",
        kind="alerting",
    )
    assert status == 201
    assert (made["owner"], made["overdue"], made["state"]) == ("tom", True, "pending")
    status, now = _send(robot, "PATCH", f"/api/action-items/{made['id']}", state="completed")
    assert (status, now["state"], now["overdue"]) == (200, "completed", False)
    assert robot.get(f"/api/action-items/{made['id']}").json() == now


def test_the_same_action_item_sent_twice_is_one(robot: Client, outage: Story) -> None:
    body = f'{{"incident": "{outage.incident.reference}", "title": "Set the limit"}}'
    headers = {"idempotency-key": "abc"}
    ids = {
        robot.post("/api/action-items", body, "application/json", headers=headers).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_it_filters_action_items(robot: Client, outage: Story) -> None:
    ref = outage.incident.reference
    for title, due, state in (
        ("Late", "2026-10-01", "pending"),
        ("Soon", "2026-12-01", "in_progress"),
        ("Done", "2026-10-01", "completed"),
    ):
        body = {"incident": ref, "title": title, "due_on": due, "state": state}
        _send(robot, "POST", "/api/action-items", **body)
    for query, titles in (
        ("", {"Late", "Soon", "Done"}),
        ("?state=open", {"Late", "Soon"}),
        ("?state=overdue", {"Late"}),
        ("?state=completed", {"Done"}),
        ("?owner=tom", set()),
        (f"?incident={ref}", {"Late", "Soon", "Done"}),
    ):
        found = robot.get(f"/api/action-items{query}").json()["results"]
        assert {row["title"] for row in found} == titles, query


def test_a_key_that_may_only_read_changes_nothing(with_scope: Caller, drafted: PostMortem) -> None:
    reader = with_scope(Scope.READ)
    assert reader.get(f"/api/postmortems/{drafted.pk}").status_code == 200
    for method, address in (
        ("POST", f"/api/incidents/{drafted.pk}/postmortem"),
        ("PATCH", f"/api/postmortems/{drafted.pk}"),
        ("POST", f"/api/postmortems/{drafted.pk}/publish"),
        ("POST", "/api/action-items"),
    ):
        assert _send(reader, method, address)[0] == 403, address


def test_private_incidents_do_not_exist_for_programs(
    robot: Client, declare: Declare, people: People
) -> None:
    secret = declare("Stolen laptop", private=True, by=people.commander)
    _draft = f"/api/incidents/{secret.pk}/postmortem"
    assert _send(robot, "POST", _draft)[0] == 404
    body = {"incident": secret.reference, "title": "x"}
    assert _send(robot, "POST", "/api/action-items", **body)[0] == 404
    assert robot.get(f"/api/postmortems/{secret.pk}/pdf").status_code == 404
