"""Opsgenie's Alert API v2: what is asked for at the door is done, and can be read again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from incidents.api import opsgenie
from incidents.kernel import clock
from incidents.models import Alert, AlertState, Fact, Incident, Integration, Silence
from incidents.sources.adapters.integrations import create_integration
from tests.intake.conftest import Fold, Visitor


@dataclass
class Genie:
    """A client of the API: changes go through the door and are folded, the rest is read."""

    visitor: Visitor
    fold: Fold
    key: str

    def do(self, method: str, path: str, body: Any = None, *, fold: bool = True) -> dict[str, Any]:
        headers = {"Authorization": f"GenieKey {self.key}"}
        (answer,) = self.visitor.send([(method, f"/v2/alerts{path}", body, headers)])
        told: dict[str, Any] = answer.json()
        if fold:
            self.fold()
        return told | {"status_code": answer.status_code}

    def create(self, **body: Any) -> dict[str, Any]:
        return self.do("POST", "", {"message": "Disk full", **body})

    def see(self, path: str = "", key: str = "") -> Any:
        headers = {"Authorization": f"GenieKey {key or self.key}"}
        answer = Client().get(f"/v2/alerts{path}", headers=headers)
        return answer.json() | {"status_code": answer.status_code}

    def alert(self, alias: str = "disk") -> dict[str, Any]:
        found: dict[str, Any] = self.see(f"/{quote(alias, safe='')}?identifierType=alias")["data"]
        return found


@pytest.fixture
def genie(visitor: Visitor, fold: Fold) -> Genie:
    return Genie(visitor, fold, visitor.keys["opsgenie"])


def test_it_says_what_became_of_a_request(genie: Genie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opsgenie, "SECONDS_TO_WAIT", 0.1)
    waiting = genie.do("POST", "", {"message": "Disk full", "alias": "disk"}, fold=False)
    path = f"/requests/{waiting['requestId']}"
    assert (waiting["status_code"], waiting["result"]) == (202, "Request will be processed")
    assert genie.see(path)["status_code"] == 404
    genie.fold()
    told = genie.see(path)["data"]
    assert (told["isSuccess"], told["status"]) == (True, "Created alert")
    assert (told["alertId"], told["alias"]) == (genie.alert()["id"], "disk")


def test_an_alert_without_alias_is_named_by_its_id(genie: Genie) -> None:
    request = genie.create()
    told = genie.see(f"/requests/{request['requestId']}")["data"]
    assert told["alertId"] == told["alias"]
    assert genie.see(f"/{told['alertId']}")["data"]["message"] == "Disk full"


def test_one_alert_is_open_for_an_alias_at_a_time(genie: Genie) -> None:
    first, _ = genie.create(alias="disk"), genie.create(alias="disk")
    assert genie.alert()["count"] == 2
    genie.do("POST", "/disk/close?identifierType=alias", {})
    again = genie.create(alias="disk")
    ids = [genie.see(f"/requests/{r['requestId']}")["data"]["alertId"] for r in (first, again)]
    assert ids[0] != ids[1]
    assert [genie.see(f"/{i}")["data"]["status"] for i in ids] == ["closed", "open"]


@pytest.mark.parametrize("kind", ["id", "tiny", "alias"])
def test_an_alert_is_found_by_any_of_its_names(genie: Genie, kind: str) -> None:
    genie.create(alias="disk/db 1")
    names = genie.alert("disk/db 1")
    name = quote({"id": names["id"], "tiny": names["tinyId"], "alias": "disk/db 1"}[kind])
    assert genie.see(f"/{name}/?identifierType={kind}")["data"]["id"] == names["id"]
    genie.do("POST", f"/{name}/acknowledge/?identifierType={kind}", {"note": "Mine", "user": "Ann"})
    assert genie.alert("disk/db 1")["acknowledged"] is True
    assert genie.see(f"/{name}/notes?identifierType={kind}")["data"][0]["owner"] == "Ann"
    genie.do("POST", f"/{name}/close?identifierType={kind}")
    assert genie.alert("disk/db 1")["status"] == "closed"


DEEDS: tuple[tuple[str, str, Any, Any], ...] = (
    ("POST", "tags", {"tags": ["db", "night"]}, {"tags": ["prod", "db", "night"]}),
    ("DELETE", "tags?tags=prod,x&user=Ann", None, {"tags": []}),
    ("DELETE", "tags?tags=x&tags=prod", None, {"tags": []}),
    ("POST", "details", {"details": {"rack": "7"}}, {"details": {"host": "db-1", "rack": "7"}}),
    ("DELETE", "details?keys=host", None, {"details": {}}),
    ("POST", "assign", {"owner": {"username": "ann@example.com"}}, {"owner": "ann@example.com"}),
    ("PUT", "priority", {"priority": "P1"}, {"priority": "P1"}),
    ("PUT", "message", {"message": "Disk nearly full"}, {"message": "Disk nearly full"}),
    ("PUT", "description", {"description": "91 %"}, {"description": "91 %"}),
    ("POST", "responders", {"responder": {"name": "NOC", "type": "team"}}, None),
    ("POST", "teams", {"team": {"name": "NOC"}}, None),
    ("POST", "escalate", {"escalation": {"name": "Nights"}}, {}),
    ("POST", "actions/Restart", {}, {}),
    ("POST", "notes", {"note": "Looking"}, {}),
)


@pytest.mark.parametrize(("method", "path", "body", "shown"), DEEDS, ids=lambda v: str(v)[:20])
def test_what_is_asked_for_is_done_and_told(
    genie: Genie, method: str, path: str, body: Any, shown: Any
) -> None:
    genie.create(alias="disk", tags=["prod"], details={"host": "db-1"})
    sign = "&" if "?" in path else "?"
    request = genie.do(method, f"/disk/{path}{sign}identifierType=alias", body)
    assert genie.see(f"/requests/{request['requestId']}")["data"]["isSuccess"] is True
    wanted = (
        {"responders": [{"type": "team", "id": "NOC", "name": "NOC"}]} if shown is None else shown
    )
    assert wanted.items() <= genie.alert().items()
    newest = Fact.objects.filter(kind__startswith="alert.").latest("seq")
    assert newest.kind in {"alert.changed", "alert.assigned", "alert.escalated", "alert.noted"}
    assert newest.body.alert_id == Alert.objects.get().pk
    assert genie.see("/disk/logs?identifierType=alias")["data"][0]["log"]


def test_a_higher_priority_raises_the_incident(genie: Genie) -> None:
    genie.create(alias="disk", priority="P3")
    genie.do("PUT", "/disk/priority?identifierType=alias", {"priority": "P1"})
    assert Incident.objects.get().severity.code == "P0"


def test_a_snooze_is_a_silence_for_this_alert(genie: Genie) -> None:
    genie.create(alias="disk")
    until = clock.now() + timedelta(hours=2)
    body = {"endTime": until.isoformat(), "user": "Ann"}
    genie.do("POST", "/disk/snooze?identifierType=alias", body)
    silence = Silence.objects.get()
    assert (silence.creator, silence.ends_at, silence.until_resolved) == ("Ann", until, True)
    assert genie.alert()["snoozed"] is True
    assert Fact.objects.filter(kind="alert.snoozed").exists()


def test_what_is_done_stays_when_the_alert_is_sent_again(genie: Genie) -> None:
    genie.create(alias="disk", tags=["prod"])
    genie.do("POST", "/disk/tags?identifierType=alias", {"tags": ["db"]})
    genie.create(alias="disk", description="It is worse")
    assert genie.alert()["tags"] == ["prod", "db"]
    assert genie.alert()["description"] == "It is worse"


def test_an_acknowledgement_can_be_taken_back(genie: Genie) -> None:
    genie.create(alias="disk")
    for verb in ("acknowledge", "unacknowledge"):
        genie.do("POST", f"/disk/{verb}?identifierType=alias")
    assert Alert.objects.get().state == AlertState.OPEN
    assert Fact.objects.filter(kind="alert.unacknowledged").count() == 1


def test_the_order_is_kept_within_one_batch(genie: Genie) -> None:
    for verb in ("", "/disk/close", "", "/disk/acknowledge", "/disk/notes"):
        body = {"message": "Disk full", "alias": "disk", "note": "Look" if "notes" in verb else ""}
        genie.do("POST", f"{verb}?identifierType=alias", body, fold=False)
    genie.fold()
    first, second = Alert.objects.order_by("pk")
    assert (first.state, first.handling) == (AlertState.RESOLVED, {})
    assert (second.state, second.handling["notes"][0]["note"]) == (AlertState.ACKNOWLEDGED, "Look")


def test_what_is_deleted_is_over_and_gone_for_its_sender(genie: Genie) -> None:
    genie.create(alias="disk")
    assert genie.do("DELETE", "/disk?identifierType=alias")["status_code"] == 202
    assert genie.see("/disk?identifierType=alias")["status_code"] == 404
    assert genie.see()["data"] == []
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_a_request_about_no_alert_is_taken_and_says_so_later(genie: Genie) -> None:
    request = genie.do("POST", "/nothing/notes?identifierType=alias", {"note": "Hello?"})
    told = genie.see(f"/requests/{request['requestId']}")["data"]
    assert (told["isSuccess"], told["status"]) == (False, "Alert does not exist")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "", {"priority": "P3"}, 422, "Message can not be empty."),
        ("POST", "", {"message": "a", "priority": "P7"}, 422, "Priority should be one of"),
        ("POST", "", [], 422, "JSON object"),
        ("POST", "/a/snooze", {}, 422, "End time can not be empty."),
        ("POST", "/a/close?identifierType=name", {}, 422, "Identifier type should be one of"),
        ("POST", "/a/dance", {}, 404, "No handler found"),
        ("PUT", "/a/close", {}, 405, "Method Not Allowed"),
        ("POST", "", b'{"message": "a\\u0000b"}', 400, "NUL"),
    ],
)
def test_a_refusal_has_the_shape_of_the_api(
    genie: Genie, method: str, path: str, body: Any, status: int, words: str
) -> None:
    told = genie.do(method, path, body)
    assert told["status_code"] == status
    assert {"message", "took", "requestId"} <= set(told)
    assert words in " ".join([told["message"], *told.get("errors", {}).values()])
    assert not Alert.objects.exists()


def test_a_wrong_key_is_refused_for_reading_as_for_sending(genie: Genie) -> None:
    genie.key = "wrong"
    told = [
        genie.do("POST", "", {"message": "a"}),
        genie.see(),
        genie.see("/x"),
        genie.see("/count"),
    ]
    assert {t["status_code"] for t in told} == {401}
    assert all({"message", "took", "requestId"} <= set(t) for t in told)


def test_an_integration_sees_its_own_alerts_only_and_no_private_ones(
    genie: Genie, visitor: Visitor
) -> None:
    _, key = create_integration(kind="opsgenie", name="Others")
    request = genie.create(alias="disk")
    assert genie.see("/disk?identifierType=alias", key)["status_code"] == 404
    assert genie.see(f"/requests/{request['requestId']}", key)["status_code"] == 404
    assert genie.see("", key)["data"] == []
    assert genie.see("", visitor.keys["native"])["status_code"] == 403
    Incident.objects.update(private=True)
    assert genie.see("/disk?identifierType=alias")["status_code"] == 404
    assert genie.see("/count")["data"] == {"count": 0}
    genie.do("POST", "/disk/close?identifierType=alias")
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_another_integration_cannot_touch_an_alert_by_its_number(genie: Genie) -> None:
    genie.create(alias="disk")
    names = genie.alert()
    _, genie.key = create_integration(kind="opsgenie", name="Others")
    for name, kind in ((names["id"], "id"), (names["tinyId"], "tiny")):
        genie.do("POST", f"/{name}/close?identifierType={kind}")
        genie.do("DELETE", f"/{name}?identifierType={kind}")
    assert Alert.objects.get().state == AlertState.OPEN


QUERIES = (
    ("", 3),
    ("status: open", 2),
    ("status: closed OR priority: P1", 2),
    ("status:open AND NOT tag:db", 1),
    ('message: "Disk full" AND count > 1', 1),
    ("details.host: db-1", 1),
    ("swap", 1),
    ("createdAt > 01-01-2020 AND acknowledged: false", 3),
)


@pytest.mark.parametrize(("query", "count"), QUERIES)
def test_alerts_are_searched_as_people_are_used_to(genie: Genie, query: str, count: int) -> None:
    genie.create(alias="a", priority="P1", tags=["db"], details={"host": "db-1"})
    genie.create(alias="a", priority="P1", tags=["db"], details={"host": "db-1"})
    genie.create(alias="b", message="Swap is used")
    genie.create(alias="c", message="Gone")
    genie.do("POST", "/c/close?identifierType=alias")
    assert len(genie.see(f"?query={quote(query)}")["data"]) == count
    assert genie.see(f"/count?query={quote(query)}")["data"]["count"] == count


@pytest.mark.parametrize(
    "asked", ["query=colour:red", "query=(a OR b)", "sort=luck", "order=up", "limit=-1", "offset=x"]
)
def test_a_search_that_cannot_be_done_says_why(genie: Genie, asked: str) -> None:
    told = genie.see(f"?{asked}")
    assert told["status_code"] == 422
    assert told["errors"]


def test_lists_come_in_pages(genie: Genie) -> None:
    for alias in "abc":
        genie.create(alias=alias)
    told = genie.see("?limit=2&sort=alias&order=asc")
    assert [alert["alias"] for alert in told["data"]] == ["a", "b"]
    following = told["paging"]["next"].partition("/v2/alerts")[2]
    assert [alert["alias"] for alert in genie.see(following)["data"]] == ["c"]


def test_a_paused_or_expired_key_reads_nothing(genie: Genie) -> None:
    Integration.objects.update(paused=True)
    assert genie.see()["status_code"] == 403
    Integration.objects.update(paused=False, expires_at=clock.now())
    assert genie.see()["status_code"] == 401


def test_people_and_api_keys_read_what_they_may(
    genie: Genie, sign_in: Callable[[Any], Client], people: Any
) -> None:
    genie.create(alias="disk")
    client = sign_in(people.observer)
    assert len(client.get("/v2/alerts").json()["data"]) == 1
    Incident.objects.update(private=True)
    assert client.get("/v2/alerts").json()["data"] == []
