"""Messages that are signed: by the right secret, a moment ago, once."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from incidents.kernel import secrets
from incidents.models import Integration, Signal
from tests.intake.conftest import Visitor, alertmanager

SECRET = "correct horse battery staple"
GRAFANA = json.dumps(alertmanager()).encode()
AT = "X-Grafana-Alerting-Timestamp"


def signed(message: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


@pytest.fixture
def grafana(visitor: Visitor) -> Visitor:
    Integration.objects.filter(kind="grafana").update(
        secret=secrets.seal(SECRET), options={"timestamp_header": AT}
    )
    return visitor


def send(visitor: Visitor, kind: str, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.post(f"/hooks/{kind}/{visitor.keys[kind]}", body, **named)


def timed(visitor: Visitor, at: float, *, secret: str = SECRET) -> httpx.Response:
    stamp = str(int(at))
    sign = signed(stamp.encode() + b":" + GRAFANA, secret)
    headers = {AT: stamp, "X-Grafana-Alerting-Signature": sign}
    return send(visitor, "grafana", GRAFANA, **headers)


def test_it_takes_what_grafana_has_signed_with_a_time(grafana: Visitor) -> None:
    assert timed(grafana, time.time()).status_code == 202


def test_it_takes_what_grafana_has_signed_without_a_time(visitor: Visitor) -> None:
    Integration.objects.filter(kind="grafana").update(
        secret=secrets.seal(SECRET), options={"signature_header": "X-Ours"}
    )
    headers = {"X-Ours": signed(GRAFANA)}
    told = [send(visitor, "grafana", GRAFANA, **headers).status_code for _ in range(2)]
    assert told == [202, 202]  # the same alert said again is no replay
    assert send(visitor, "grafana", GRAFANA + b" ", **headers).status_code == 401


@pytest.mark.parametrize(
    ("off", "secret", "words"),
    [(0, "wrong", "wrong"), (330, SECRET, "5 minutes"), (-330, SECRET, "5 minutes")],
)
def test_it_refuses_a_wrong_secret_and_a_clock_far_off(
    grafana: Visitor, off: int, secret: str, words: str
) -> None:
    answer = timed(grafana, time.time() + off, secret=secret)
    assert answer.status_code == 401
    assert words in answer.json()["detail"]
    assert not Signal.objects.exists()


@pytest.mark.parametrize("stamp", ["", "noon", "nan", "1e999", "ä"])
def test_it_refuses_a_time_that_is_none(grafana: Visitor, stamp: str) -> None:
    raw = stamp.encode("latin-1")
    headers: dict[str, Any] = {
        AT: raw,
        "X-Grafana-Alerting-Signature": signed(raw + b":" + GRAFANA),
    }
    assert send(grafana, "grafana", GRAFANA, **headers).status_code == 401


def test_it_refuses_what_is_not_signed(grafana: Visitor) -> None:
    answer = send(grafana, "grafana", GRAFANA)
    assert (answer.status_code, "missing" in answer.text) == (401, True)


def test_a_signature_with_a_time_opens_the_door_once(grafana: Visitor) -> None:
    """Within one process it is refused, across processes it is stored once."""
    stamp = str(int(time.time()))
    path = f"/hooks/grafana/{grafana.keys['grafana']}"
    headers = {AT: stamp, "X-Grafana-Alerting-Signature": signed(stamp.encode() + b":" + GRAFANA)}
    first = grafana.in_turn([("POST", path, GRAFANA, headers)] * 2)
    other_process = grafana.post(path, GRAFANA, **headers)
    assert [a.status_code for a in first] == [202, 409]
    assert other_process.status_code == 202
    assert Signal.objects.count() == 1


def test_a_message_that_was_not_stored_may_come_again(
    grafana: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = str(int(time.time()))
    path = f"/hooks/grafana/{grafana.keys['grafana']}"
    headers = {AT: stamp, "X-Grafana-Alerting-Signature": signed(stamp.encode() + b":" + b"{}")}
    answers = grafana.in_turn([("POST", path, b"{}", headers)] * 2)
    assert [answer.status_code for answer in answers] == [422, 422]


def test_it_checks_what_sentry_has_signed(visitor: Visitor) -> None:
    Integration.objects.filter(kind="sentry").update(secret=secrets.seal(SECRET))
    body = json.dumps({"action": "created", "data": {"comment": "hi"}}).encode()
    right = {"Sentry-Hook-Signature": signed(body), "Sentry-Hook-Resource": "comment"}
    answer = send(visitor, "sentry", body, **right)
    assert (answer.status_code, answer.json()["status"]) == (202, "ignored")
    assert "comment opens and closes nothing" in answer.json()["detail"]
    assert send(visitor, "sentry", body + b"\n", **right).status_code == 401


def test_a_secret_of_another_secret_key_is_not_taken_for_none(
    grafana: Visitor, settings: Any
) -> None:
    settings.SECRET_KEY = "another"
    assert timed(grafana, time.time()).status_code == 403
    settings.SECRET_KEY_FALLBACKS = ["not this one either"]
    assert timed(grafana, time.time()).status_code == 403


def test_a_secret_is_no_plain_text_in_the_database(grafana: Visitor) -> None:
    stored = Integration.objects.get(kind="grafana").secret
    assert SECRET not in stored
    assert secrets.unseal(stored) == SECRET


def test_a_secret_stays_readable_with_the_old_key_beside_the_new(settings: Any) -> None:
    sealed, old = secrets.seal(SECRET), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
    assert secrets.unseal(sealed) == SECRET
