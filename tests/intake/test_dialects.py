"""Each protocol through the real door: from its message to the alert, and every refusal."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from incidents.door.dialects import DIALECTS, routes
from incidents.kernel import clock
from incidents.models import Alert, AlertState, Integration, Signal
from incidents.sources import adapters
from tests.intake.conftest import Fold, Visitor
from tests.intake.speaking import CLIENTS, Client

each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)

DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
BAD_BODIES = (
    b"",
    b'{"title": "cut off',
    DEEP,
    b"[" * 50_000,
    '{"title": "Größe"}'.encode("latin-1"),
    '{"title": "wide"}'.encode("utf-16"),
    b'{"title": "\x00"}',
    b'{"title": "\\ud800"}',
    b'{"title": "a\\u0000b"}',
    b'{"a\\u0000": ["b"]}',
    b'{"title": NaN}',
    b'{"title": 1e999}',
    b'{"title": "a", "title": "b"}',
)


@each_client
def test_its_message_becomes_an_alert(visitor: Visitor, fold: Fold, client: Client) -> None:
    (answer,) = client.send(visitor, [client.opens])
    assert answer.status_code == client.status, answer.text
    fold()
    alert = Alert.objects.get()
    assert (alert.integration.kind, alert.state) == (client.kind, AlertState.OPEN)
    assert alert.incident is not None


@pytest.mark.parametrize(
    "client", [c for c in CLIENTS if c.resolves], ids=lambda client: client.slug
)
def test_its_word_that_it_is_over_closes_the_alert(
    visitor: Visitor, fold: Fold, client: Client
) -> None:
    client.send(visitor, [client.opens])
    fold()
    Alert.objects.update(started_at="2020-01-01T00:00:00Z", fingerprint=_print(client))
    client.send(visitor, [client.resolves])
    fold()
    assert Alert.objects.get().state == AlertState.RESOLVED


def _print(client: Client) -> str:
    """What the resolving payload names; the same as the opening one but for Alertmanager's."""
    (signal,) = adapters.read(client.slug, client.content(client.resolves, "k"))
    (opening,) = adapters.read(client.slug, client.content(client.opens, "k"))
    if client.slug not in {"alertmanager", "pagerduty"}:
        assert signal.fingerprint == opening.fingerprint
    return signal.fingerprint


@each_client
def test_a_body_that_cannot_be_read_is_refused_in_its_words(
    visitor: Visitor, client: Client
) -> None:
    key = visitor.keys[client.kind]
    bodies = [b for b in BAD_BODIES if b or client.slug != "goalert"]
    if client.slug in {"alertmanager", "alertmanager-api", "grafana"}:
        bodies = [body for body in bodies if b"u0000" not in body]  # their own service takes it
    answers = visitor.send([client.request(key, body) for body in bodies])
    assert {answer.status_code for answer in answers} == {400}
    assert {answer.headers["content-type"] for answer in answers} == {client.problem}
    assert not Signal.objects.exists()


@each_client
def test_what_is_too_large_is_refused_also_when_packed(visitor: Visitor, client: Client) -> None:
    key, size = visitor.keys[client.kind], client.limit + 1
    method, path, _, headers = client.request(key, b"")
    packed = {**headers, "Content-Encoding": "gzip"}
    bomb, broken = gzip.compress(b" " * 10**7), gzip.compress(b"{}" * 99)[:20]
    answers = visitor.send(
        [
            (method, path, b" " * size, headers),
            (method, path, bomb, packed),
            (method, path, broken, packed),
            (method, path, b"{}", {**headers, "Content-Encoding": "br"}),
        ]
    )
    told = [answer.status_code for answer in answers]
    assert told in ([413, 413, 400, 415], [413, 413, 400, 400])
    assert not Signal.objects.exists()


@each_client
def test_a_key_that_is_unknown_paused_or_expired_is_refused(
    visitor: Visitor, client: Client
) -> None:
    key = visitor.keys[client.kind]
    unknown = visitor.send([client.request("isi_wrong", client.content(client.opens, "isi_wrong"))])
    Integration.objects.update(paused=True)
    paused = client.send(visitor, [client.opens])
    Integration.objects.update(paused=False, expires_at=clock.now() - timedelta(seconds=1))
    expired = client.send(visitor, [client.opens])
    told = [answer.status_code for answer in (*unknown, *paused, *expired)]
    assert told == [client.refuses, 400 if client.refuses == 400 else 403, client.refuses]
    assert "expired" in expired[0].text
    assert key not in expired[0].text
    assert not Signal.objects.exists()


@each_client
def test_it_never_stores_its_key(visitor: Visitor, client: Client) -> None:
    client.send(visitor, [client.opens])
    stored = bytes(Signal.objects.get().body)
    assert visitor.keys[client.kind].encode() not in stored
    assert json.loads(stored)


@each_client
def test_who_sends_too_much_is_told_when_to_come_back(
    visitor: Visitor, client: Client, settings: Any
) -> None:
    settings.INTAKE_RATE = 1
    key = visitor.keys[client.kind]
    answers = visitor.send([client.request(key, client.content(client.opens, key))] * 4)
    slowed = [
        a for a in answers if a.status_code == (403 if client.slug == "pagerduty-v1" else 429)
    ]
    assert len(slowed) == 2
    assert {answer.headers["retry-after"] for answer in slowed} == {"1"}


def test_every_kind_has_a_dialect_at_the_address_people_are_told() -> None:
    for kind in adapters.public_kinds():
        path = adapters.ADAPTERS[kind].path.partition("?")[0].replace("{key}", "k")
        found = routes().find(path)
        assert found is not None, path
        assert kind in found[0].kinds


def test_every_dialect_is_tried_here() -> None:
    tried = {client.slug for client in CLIENTS} | {"pagerduty-change"}
    assert {dialect.slug for _, dialect in DIALECTS.items()} <= tried


def test_a_nul_that_its_own_service_takes_is_cleaned(visitor: Visitor, fold: Fold) -> None:
    body = {"labels": {"alertname": "A\0B"}, "annotations": {"summary": "x\0y"}}
    headers = {"Authorization": f"Bearer {visitor.keys['alertmanager-api']}"}
    assert visitor.post("/api/v2/alerts", [body], **headers).status_code == 200
    fold()
    assert Alert.objects.get().title == "xy"


def test_a_nul_in_a_form_or_an_address_is_refused(visitor: Visitor) -> None:
    path = f"/api/v2/generic/incoming?token={visitor.keys['goalert']}"
    answers = [
        visitor.form(path, {"summary": "a\0b"}),
        visitor.post(f"{path}&summary=a%00b", b""),
        visitor.post(
            f"/hooks/cloudevents/{visitor.keys['cloudevents']}",
            b"{}",
            **{"ce-specversion": "1.0", "ce-id": "a%00", "ce-type": "t", "ce-source": "s"},
        ),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert not Signal.objects.exists()


def test_the_characters_of_an_escaped_nul_are_text(visitor: Visitor) -> None:
    assert visitor.event(message="a literal \\u0000 in a log line").status_code == 202
