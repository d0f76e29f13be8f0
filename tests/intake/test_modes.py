"""The ways of each protocol that are its own: modes, forms, handshakes, answers."""

import json
from typing import Any

import pytest

from incidents.models import Alert, Integration, Signal
from tests.intake.conftest import Fold, Visitor

EVENT = {"specversion": "1.0", "type": "com.example.full", "source": "/c", "id": "1", "data": {}}
BINARY = {
    "ce-specversion": "1.0",
    "ce-type": "com.example.full",
    "ce-source": "/c",
    "ce-id": "1",
    "ce-subject": "Euro%20%E2%82%AC",
}


def stored() -> Any:
    return json.loads(bytes(Signal.objects.get().body))


def cloud(visitor: Visitor, body: bytes, **headers: str) -> int:
    return visitor.post(
        f"/hooks/cloudevents?access_token={visitor.keys['cloudevents']}", body, **headers
    ).status_code


@pytest.mark.parametrize(
    ("kind", "body", "data"),
    [
        ("application/json", b'{"title": "Full"}', {"data": {"title": "Full"}}),
        ("text/plain", "voll €".encode(), {"data": "voll €"}),
        ("application/x-thing", b"\xff\x00", {"data_base64": "/wA="}),
    ],
)
def test_a_binary_event_is_kept_in_structured_form(
    visitor: Visitor, fold: Fold, kind: str, body: bytes, data: dict[str, Any]
) -> None:
    assert cloud(visitor, body, **BINARY, **{"Content-Type": kind}) == 202
    named = {"id": "1", "source": "/c", "type": "com.example.full", "specversion": "1.0"}
    assert stored() == named | {"subject": "Euro €", "datacontenttype": kind, **data}
    fold()
    assert Alert.objects.get().labels["subject"] == "Euro €"


def test_an_event_counts_once_however_often_it_is_sent(visitor: Visitor) -> None:
    kind = {"Content-Type": "application/cloudevents+json"}
    batch = {"Content-Type": "application/cloudevents-batch+json; charset=utf-8"}
    for _ in range(3):
        assert cloud(visitor, json.dumps(EVENT).encode(), **kind) == 202
        assert cloud(visitor, json.dumps([EVENT, EVENT | {"id": "2"}]).encode(), **batch) == 202
    assert Signal.objects.count() == 2


def test_events_of_another_shape_than_they_say_are_refused(visitor: Visitor) -> None:
    one, many = json.dumps(EVENT).encode(), json.dumps([EVENT]).encode()
    told = [
        cloud(visitor, many, **{"Content-Type": "application/cloudevents+json"}),
        cloud(visitor, one, **{"Content-Type": "application/cloudevents-batch+json"}),
        cloud(visitor, b"<xml/>", **{"Content-Type": "application/cloudevents+xml"}),
        cloud(visitor, b'{"a": 1}', **{"Content-Type": "application/json"}),
        cloud(visitor, b"{bad", **BINARY, **{"Content-Type": "application/json"}),
    ]
    assert told == [400, 400, 415, 422, 400]


def test_it_lets_a_sender_with_a_key_ask_whether_it_may_send(visitor: Visitor) -> None:
    path = f"/hooks/cloudevents/{visitor.keys['cloudevents']}"
    asked = {"WebHook-Request-Origin": "eventemitter.example.com", "WebHook-Request-Rate": "120"}
    answer = visitor.send([("OPTIONS", path, None, asked)])[0]
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["webhook-allowed-origin"] == "eventemitter.example.com"
    assert int(answer.headers["webhook-allowed-rate"]) > 0
    assert answer.headers["allow"] == "POST"
    assert (
        visitor.send([("OPTIONS", "/hooks/cloudevents/wrong", None, asked)])[0].status_code == 401
    )


@pytest.mark.parametrize("wrapped", [True, False])
def test_datadog_may_send_a_form(visitor: Visitor, fold: Fold, wrapped: bool) -> None:
    told = {"title": "[Triggered] Größe", "body": "x"}
    fields = {"payload": json.dumps(told)} if wrapped else told
    answer = visitor.form(f"/hooks/datadog/{visitor.keys['datadog']}", fields)
    assert (answer.status_code, stored()) == (202, told)
    fold()
    assert Alert.objects.get().title == "Größe"


@pytest.mark.parametrize(
    "body", [b"title=%ff", b"&".join(b"a%d=1" % n for n in range(201)), b"\xff"]
)
def test_a_form_that_is_none_is_refused(visitor: Visitor, body: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.post(f"/hooks/datadog/{visitor.keys['datadog']}", body, **form)
    assert answer.status_code == 400


GOALERT = "/api/v2/generic/incoming"


def test_goalert_takes_its_fields_from_anywhere(visitor: Visitor, fold: Fold) -> None:
    token = visitor.keys["goalert"]
    query = visitor.post(f"{GOALERT}?token={token}&summary=A&meta=env%3Dprod&meta=a%3Db", b"")
    form = visitor.form(GOALERT, {"token": token, "summary": "B", "meta": "env=prod"})
    bearer = visitor.post(GOALERT, {"summary": "C"}, Authorization=f"Bearer {token}")
    assert [a.status_code for a in (query, form, bearer)] == [204, 204, 204]
    assert query.content == b""
    fold()
    assert sorted(Alert.objects.values_list("title", flat=True)) == ["A", "B", "C"]
    assert Alert.objects.get(title="A").labels == {"env": "prod", "a": "b"}


def test_goalert_answers_with_a_body_who_asks_for_one(visitor: Visitor) -> None:
    path = f"{GOALERT}?token={visitor.keys['goalert']}"
    asked = {"Accept": "application/json"}
    first, again = (visitor.post(path, {"summary": "A"}, **asked).json() for _ in range(2))
    assert set(first) == {"AlertID", "ServiceID", "IsNew"}
    assert first["AlertID"] == again["AlertID"] > 0


def test_goalert_refuses_in_plain_text(visitor: Visitor) -> None:
    answer = visitor.post(f"{GOALERT}?token={visitor.keys['goalert']}", {"details": "x"})
    assert (answer.status_code, answer.text) == (400, "summary is missing\n")


def _multipart(body: bytes) -> bytes:
    head = b'--X\r\nContent-Disposition: form-data; name="data"\r\n\r\n'
    return head + body + b"\r\n--X--\r\n"


def test_uptime_kuma_may_send_form_data(visitor: Visitor, fold: Fold) -> None:
    told = {"heartbeat": {"monitorID": 1, "status": 0, "msg": "✗"}, "monitor": {"name": "Shop"}}
    kind = {"Content-Type": "multipart/form-data; boundary=X"}
    path = f"/hooks/uptime-kuma/{visitor.keys['uptime-kuma']}"
    answer = visitor.post(path, _multipart(json.dumps(told, ensure_ascii=False).encode()), **kind)
    assert (answer.status_code, stored()) == (202, told)
    broken = [b"", b"--X\r\n", _multipart(b"{")[:-3], _multipart(b"{"), b"\xff" * 99]
    assert {visitor.post(path, body, **kind).status_code for body in broken} == {400}


def test_incident_io_clients_get_their_deduplication_key(visitor: Visitor) -> None:
    answer = visitor.post(
        "/v2/alert_events/http/01GW2G3V0S59R238FAHPDS1R66",
        {"title": "A", "status": "firing", "deduplication_key": "k"},
        Authorization=f"Bearer {visitor.keys['incident-io']}",
    )
    assert answer.json() == {
        "deduplication_key": "k",
        "message": "Event accepted for processing",
        "status": "success",
    }


def test_oncall_keys_open_all_its_addresses(visitor: Visitor, fold: Fold) -> None:
    key = visitor.keys["oncall"]
    Integration.objects.filter(kind="oncall").update(options={"mapping": {"title": "what"}})
    alerts = {"alerts": [{"status": "firing", "labels": {"alertname": "B"}}]}
    answers = [
        visitor.post(f"/integrations/v1/formatted_webhook/{key}/", {"title": "A"}),
        visitor.post(f"/integrations/v1/alertmanager/{key}/", alerts),
        visitor.post(f"/integrations/v1/webhook/{key}/", {"what": "C"}),
    ]
    assert [(a.status_code, a.text) for a in answers] == [(200, "Ok.")] * 3
    fold()
    assert sorted(Alert.objects.values_list("title", flat=True)) == ["A", "B", "C"]


def test_a_message_that_no_mapping_fits_is_kept_with_the_reason(
    visitor: Visitor, fold: Fold
) -> None:
    path = f"/hooks/generic/{visitor.keys['generic']}"
    assert visitor.post(path, {"what": "C"}).status_code == 202
    fold()
    signal = Signal.objects.get()
    assert (signal.state, bytes(signal.body)) == ("rejected", b'{"what":"C"}')
    assert "no mapping yet" in signal.outcome[0]["error"]


def test_an_integration_chooses_what_makes_one_alert(visitor: Visitor, fold: Fold) -> None:
    Integration.objects.filter(kind="alertmanager").update(options={"fingerprint": ["alertname"]})
    for number in range(3):
        visitor.alert(fingerprint=f"f{number}", labels={"pod": f"p{number}"})
    fold()
    assert Alert.objects.get().count == 3
    visitor.alert(fingerprint="other", status="resolved", labels={"pod": "p9"})
    fold()
    assert Alert.objects.get().state == "resolved"
