"""The rules of D4 over the API and in the admin: pattern, count, window, severity, and actions."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import (
    Alert,
    ApiKey,
    Backtest,
    DetectionRule,
    Incident,
    Integration,
    Severity,
    Team,
    User,
)
from incidents.sources.detection import evaluation, rules
from tests.conftest import FrozenClock, People
from tests.detection.conftest import Telemetry

Fold = Callable[[], None]
SETTINGS = {"pattern": "time.?out|refused", "labels": "env=prod", "window_seconds": 600, "count": 3}
RULE: dict[str, Any] = {"name": "Cards time out", "kind": "pattern", "mode": "live"}


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(slug="cards", name="Cards")


@pytest.fixture
def burst(severities: dict[str, Severity], frozen: FrozenClock, telemetry: Telemetry) -> None:
    """Three alerts that match within ten minutes, and one that does not."""
    sender = Integration.of_our_own("generic", "Shop")
    for number, env in enumerate(("prod", "prod", "prod", "test")):
        Alert.objects.create(
            integration=sender,
            fingerprint=str(number),
            title="Card timeout",
            labels={"env": env},
            severity=severities["P3"],
            started_at=frozen.at,
            last_seen_at=frozen.at,
        )


def opened(fold: Fold) -> Alert:
    rule = DetectionRule.objects.get()
    assert evaluation.run(rules.complete().get(pk=rule.pk)).firing == 1
    fold()
    return Alert.objects.get(title=RULE["name"])


def test_over_the_api(team: Team, burst: None, fold: Fold) -> None:
    _, token = ApiKey.issue("A program", ["read", "admin"])
    client = Client(headers={"Authorization": f"Bearer {token}"})
    more = {"severity": "P1", "team": team.slug, "runbook": "cards", "settings": SETTINGS}
    sent = client.post("/api/detection/rules", json.dumps(RULE | more), "application/json")
    made = sent.json()
    assert (sent.status_code, made["team"], made["runbook"]) == (201, "cards", "cards")
    alert = opened(fold)
    assert (alert.severity.code, alert.annotations["runbook"]) == ("P1", "cards")
    assert Incident.objects.filter(alerts=alert).exists()
    path = f"/api/detection/rules/{made['id']}"
    dry = client.post(f"{path}/backtests", json.dumps({"days": 7}), "application/json")
    assert (dry.status_code, Backtest.objects.get().state) == (202, "waiting")
    off = client.patch(path, json.dumps({"mode": "off"}), "application/json")
    assert off.json()["mode"] == "off"
    wrong = json.dumps({"settings": SETTINGS | {"labels": "prod"}})
    refused = client.patch(path, wrong, "application/json")
    assert (refused.status_code, "a name, =" in refused.content.decode()) == (422, True)


def test_in_the_admin(
    people: People, sign_in: Callable[[User], Client], team: Team, burst: None, fold: Fold
) -> None:
    client, add = sign_in(people.admin), reverse("admin:incidents_detectionrule_add")
    usual = {"comparator": "gt", "threshold": "0", "hold_seconds": "0", "interval_seconds": "60"}
    severity = Severity.objects.get(code="P1")
    keys = {"severity": severity.pk, "team": team.pk, "runbook": "cards", "no_data": "ok"}
    sent = {**RULE, **usual, **keys, "settings": json.dumps(SETTINGS)}
    client.post(add, sent, follow=True)
    rule = DetectionRule.objects.get()
    assert (rule.team, rule.runbook, rule.settings) == (team, "cards", SETTINGS)
    assert opened(fold).annotations["team"] == "cards"
    change = reverse("admin:incidents_detectionrule_change", args=[rule.pk])
    page = client.post(change, sent | {"settings": '{"pattern": "("}'}, follow=True)
    assert "no regular expression" in page.content.decode()
    client.post(change, sent | {"mode": "off"}, follow=True)
    assert DetectionRule.objects.get().mode == "off"
