"""Services, teams, integrations, detection rules and figures over the API."""

from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import (
    Alert,
    DetectionRule,
    Integration,
    MetricDay,
    RuleRun,
    RuleSeries,
    Service,
    Severity,
    TelemetrySource,
    User,
)
from tests.api.conftest import MakeProgram, Program
from tests.conftest import Declare, People


@pytest.fixture
def source(db: None) -> TelemetrySource:
    return TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9090")


def _rule(**changes: Any) -> dict[str, Any]:
    body = {"name": "Errors", "source": "Prometheus", "query": "up", "threshold": 1}
    return {**body, "severity": "P1", **changes}


def test_it_adds_changes_and_deletes_a_service(root: Program, service: Service) -> None:
    body = {"slug": "web", "name": "Web", "team": "payments", "depends_on": ["checkout"]}
    made = root.post("/api/services", body)
    assert (made.status_code, made.json()["depends_on"]) == (201, ["checkout"])
    changed = root.patch("/api/services/web", {"name": "Web shop", "depends_on": []})
    assert (changed.json()["name"], changed.json()["depends_on"]) == ("Web shop", [])
    assert root.delete("/api/services/web").status_code == 204
    assert root.get("/api/services/web").status_code == 404


def test_it_takes_a_slug_once(root: Program, service: Service) -> None:
    for path, body in (
        ("/api/services", {"slug": "checkout", "name": "Again"}),
        ("/api/teams", {"slug": "payments", "name": "Again"}),
    ):
        response = root.post(path, body)
        assert response.status_code == 409
        assert response.json()["hint"] == "Choose another slug."


def test_it_lists_severities_worst_first(root: Program, severities: object) -> None:
    rows = root.get("/api/severities").json()["results"]
    assert [row["code"] for row in rows] == ["P0", "P1", "P2", "P3"]


def test_it_tells_the_key_of_an_integration_once(root: Program) -> None:
    made = root.post("/api/integrations", {"kind": "alertmanager", "name": "Prometheus"})
    assert made.status_code == 201
    assert made.json()["key"] in made.json()["url"]
    one = root.get(f"/api/integrations/{made.json()['id']}")
    assert made.json()["key"] not in one.content.decode()
    assert one.json()["hint"] == made.json()["key"][:8]


def test_it_names_the_kinds_of_integration_there_are(root: Program) -> None:
    response = root.post("/api/integrations", {"kind": "fax", "name": "Fax"})
    assert response.status_code == 422
    assert "alertmanager" in response.json()["hint"]


def test_it_pauses_an_integration(root: Program, integration: Integration) -> None:
    path = f"/api/integrations/{integration.pk}"
    assert root.patch(path, {"paused": True}).json()["paused"] is True


def test_it_adds_a_rule_and_tells_how_it_does(
    root: Program, source: TelemetrySource, severities: object
) -> None:
    made = root.post("/api/detection/rules", _rule()).json()
    run = {"duration_ms": 12, "series": 3, "firing": 1, "worst_value": float("inf")}
    RuleRun.objects.create(rule_id=made["id"], started_at=clock.now(), **run)
    (told,) = root.get("/api/detection/status").json()["rules"]
    assert (told["rule"], told["firing"], told["worst_value"]) == ("Errors", 1, None)


@pytest.mark.parametrize("threshold", ["NaN", "Infinity", "-inf", "1e999"])
def test_it_takes_finite_thresholds_only(
    root: Program, source: TelemetrySource, severities: object, threshold: str
) -> None:
    response = root.post("/api/detection/rules", _rule(threshold=threshold))
    assert response.status_code == 422
    assert not DetectionRule.objects.exists()


def test_it_deletes_no_rule_with_an_open_alert_and_no_source_with_rules(
    root: Program, source: TelemetrySource, severities: object
) -> None:
    made = root.post("/api/detection/rules", _rule()).json()
    path = f"/api/detection/rules/{made['id']}"
    RuleSeries.objects.create(rule_id=made["id"], fingerprint="f", firing=True)
    assert root.delete(path).status_code == 409
    assert root.delete(f"/api/detection/sources/{source.pk}").status_code == 409
    RuleSeries.objects.update(firing=False)
    assert root.delete(path).status_code == 204
    assert root.delete(f"/api/detection/sources/{source.pk}").status_code == 204


def test_it_tells_no_reader_what_only_admins_configure(program: MakeProgram) -> None:
    reader = program("read", "incidents", "events", "status")
    assert reader.get("/api/integrations").status_code == 403
    assert reader.get("/api/detection/sources").status_code == 403
    assert reader.post("/api/services", {"slug": "a", "name": "A"}).status_code == 403


def test_it_tells_the_figures_of_the_rollups(
    root: Program, severities: dict[str, Severity]
) -> None:
    days = {"day": clock.now().date(), "severity": severities["P1"]}
    MetricDay.objects.create(measure="mttr", seconds=[60.0, 120.0, 600.0], **days)
    mttr = root.get("/api/metrics/mttr").json()
    assert (mttr["median"], mttr["n"], mttr["daily"][-1]) == (120.0, 3, 120.0)
    shown = root.get("/api/metrics/dashboard").json()
    assert (shown["mttr"], shown["open_incidents"]) == (mttr, 0)


@pytest.fixture
def hidden(
    declare: Declare, people: People, integration: Integration, severities: dict[str, Severity]
) -> Alert:
    incident = declare("Breach", private=True, by=people.commander)
    return Alert.objects.create(
        integration=integration,
        fingerprint="f",
        title="Exfiltration",
        severity=severities["P0"],
        incident=incident,
        started_at=clock.now(),
        last_seen_at=clock.now(),
    )


def test_it_neither_lists_nor_counts_alerts_of_hidden_incidents(
    program: MakeProgram, root: Program, hidden: Alert
) -> None:
    reader = program("read")
    assert reader.get("/api/alerts").json()["results"] == []
    assert reader.get(f"/api/alerts/{hidden.pk}").status_code == 404
    for asker, count in ((reader, 0), (root, 1)):
        assert asker.get("/api/detection/status").json()["active_alerts"] == count
        assert asker.get("/api/metrics/dashboard").json()["alerts_last_day"] == count


def test_it_shows_an_alert_with_what_led_to_its_incident(root: Program, hidden: Alert) -> None:
    hidden.why = "it is on the same service"
    hidden.save()
    told = root.get(f"/api/alerts/{hidden.pk}").json()
    assert told["incident"] == hidden.incident.reference if hidden.incident else False
    assert told["why"] == "it is on the same service"


def test_it_offers_no_role_to_who_left(root: Program, declare: Declare, people: People) -> None:
    User.objects.filter(pk=people.teammate.pk).update(is_active=False)
    response = root.post(f"/api/incidents/{declare().pk}/assign", {"user": "tom"})
    assert response.status_code == 422
    assert "nobody with the handle" in response.json()["detail"]


def test_it_tells_an_integration_its_options_and_never_shows_the_secret(root: Program) -> None:
    body = {
        "kind": "grafana",
        "name": "Grafana",
        "options": {"fingerprint": ["alertname"]},
        "secret": "long enough",
        "expires_at": "2031-01-01T00:00:00Z",
    }
    made = root.post("/api/integrations", body)
    assert made.status_code == 201
    assert "long enough" not in made.content.decode()
    told = made.json()
    assert (told["options"], told["is_signed"]) == ({"fingerprint": ["alertname"]}, True)
    path = f"/api/integrations/{told['id']}"
    assert root.patch(path, {"secret": ""}).json()["is_signed"] is False
    assert root.patch(path, {"options": {"odd": 1}}).status_code == 422
    generic = root.post("/api/integrations", {**body, "kind": "generic", "options": {}})
    assert generic.status_code == 422
    assert not Integration.objects.filter(kind="generic").exists()
