"""Routing as programs see it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.models import Alert, ApiKey, Incident, Integration, RoutingVersion, Service
from tests.routing.conftest import Publish, Receive, rule

Ask = Callable[..., Any]
QUIET = rule("Quiet", ("labels.env", "is", "staging"), suppress=True)


@pytest.fixture
def ask(service: Service, severities: object) -> Ask:
    """`ask("put", "draft", rules=[…])` as a program that may do everything; its answer."""
    _, token = ApiKey.issue("Robot", ["admin"])
    headers = {"Authorization": f"Bearer {token}"}

    def run(method: str, path: str = "", *, status: int = 200, **body: Any) -> Any:
        send = getattr(Client(), method)
        where = f"/api/routing{'/' if path else ''}{path}"
        if method == "get":
            response = send(where, body, headers=headers)
        else:
            response = send(where, body, content_type="application/json", headers=headers)
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    return run


def test_a_draft_is_written_read_and_discarded(ask: Ask) -> None:
    assert ask("get") == {"live": None, "shadow": None, "draft": None}
    ask("get", "draft", status=404)
    written = ask("put", "draft", rules=[QUIET], note="Less noise")
    assert (written["number"], written["state"], written["author"]) == (1, "draft", "Robot")
    again = ask("put", "draft", rules=[QUIET, rule("Rest")], revision=written["revision"])
    assert again["rules"][0]["id"] == written["rules"][0]["id"]
    assert ask("get", "draft") == again
    told = ask("put", "draft", status=409, rules=[], revision=written["revision"])
    assert "Somebody else" in told["detail"]
    ask("delete", "draft", status=204)
    ask("delete", "draft", status=404)


def test_a_wrong_rule_is_named(ask: Ask) -> None:
    wrong = rule("It", ("title", "matches", "("))
    told = ask("put", "draft", status=422, rules=[rule("Fine"), wrong])
    assert "Rule 2 (“It”): That is no regular expression" in told["detail"]
    assert "There is no such field" in str(ask("put", "draft", status=422, rules=[], x=1))


def test_a_version_goes_to_shadow_live_and_back(ask: Ask) -> None:
    ask("put", "draft", rules=[QUIET])
    ask("post", "versions/1/publish", status=409, to="shadow")
    assert "not run in shadow" in ask("post", "versions/1/publish", status=409, to="live")["detail"]
    result = ask("post", "versions/1/simulate")
    assert (result["messages"], result["of"], result["changed"]) == (0, 0, [])
    assert result["rules"] == [{"rule": "Quiet", "signals": 0, "alerts": 0}]
    assert ask("post", "versions/1/publish", to="shadow")["state"] == "shadow"
    assert ask("post", "versions/1/publish", to="live", confirmed=True)["state"] == "live"
    ask("post", "draft", status=201)
    ask("post", "draft", status=409)
    ask("put", "draft", rules=[])
    ask("post", "versions/2/publish", to="live", confirmed=True)
    back = ask("post", "versions/1/rollback", status=201, note="Too loud")
    assert (back["number"], back["note"], back["rules"][0]["name"]) == (3, "Too loud", "Quiet")
    assert ask("post", "versions/3/stop")["state"] == "retired"
    page = ask("get", "versions", limit=2)
    assert [row["number"] for row in page["results"]] == [3, 2]
    assert page["next"]
    assert ask("get", "versions/2")["rules"] == []
    ask("get", "versions/9", status=404)


def test_it_tells_what_differs_in_words(ask: Ask) -> None:
    ask("put", "draft", rules=[QUIET])
    ask("post", "versions/1/publish", to="live", confirmed=True)
    ask("put", "draft", rules=[])
    told = ask("get", "versions/2/diff", against=1)
    assert told == {"number": 2, "against": 1, "changes": ["Removed “Quiet”."]}
    ask("get", "versions/2/diff", status=422)
    ask("get", "versions/2/diff", status=404, against=7)


def test_it_tells_what_would_differ_and_does_in_shadow(
    ask: Ask, publish: Publish, receive: Receive
) -> None:
    publish(QUIET, to="shadow")
    receive("Disk", env="staging")
    alert = Alert.objects.get().pk
    shadow = ask("get", "versions/1/differences")
    assert (shadow["seen"], shadow["differing"]) == (1, 1)
    assert shadow["latest"][0]["changes"] == ["suppressed"]
    group = ask("post", "versions/1/simulate")["changed"][0]
    assert group["examples"] == [{"alert": alert, "changes": ["suppressed"]}]
    Incident.objects.update(private=True)
    _, token = ApiKey.issue("Reader", ["read"])
    seen = Client().get(
        "/api/routing/versions/1/differences", headers={"Authorization": f"Bearer {token}"}
    )
    assert seen.json()["latest"] == []


def test_one_signal_is_tried(ask: Ask, publish: Publish, receive: Receive) -> None:
    publish(rule("Prod", ("labels.env", "is", "prod"), severity="P1"), QUIET)
    receive("Disk", env="staging")
    found = ask("post", "versions/1/try", alert=Alert.objects.get().pk)["signals"][0]
    assert (found["rule"], found["changes"]) == ("Quiet", ["suppressed"])
    assert [one["verdict"] for one in found["rules"]] == ["missed", "hit"]
    asked = {"condition": "the label env is “prod”", "held": False, "saw": "staging"}
    assert found["rules"][0]["conditions"] == [asked]
    firing = {"status": "firing", "labels": {"alertname": "A", "env": "prod"}}
    sent = {"integration": Integration.objects.get(kind="alertmanager").pk}
    told = ask("post", "versions/1/try", payload={"version": "4", "alerts": [firing]}, **sent)
    assert told["signals"][0]["rule"] == "Prod"
    ask("post", "versions/1/try", status=422, payload={"version": "4", "alerts": 1}, **sent)
    ask("post", "versions/1/try", status=404, alert=999)
    ask("post", "versions/1/try", status=404)
    assert RoutingVersion.objects.count() == 1
