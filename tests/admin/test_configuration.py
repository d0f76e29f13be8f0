"""What admins change in the Django admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.kernel import clock
from incidents.models import (
    ApiKey,
    DetectionRule,
    Integration,
    RuleRun,
    RuleSeries,
    Service,
    Severity,
    SignInLink,
    TelemetrySource,
    User,
)
from statuspage.models import Component, StatusPage
from tests.conftest import Declare, People


@pytest.fixture
def admin(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


@pytest.fixture
def rule(severities: dict[str, Severity]) -> DetectionRule:
    source = TelemetrySource.objects.create(name="Prometheus", url="http://127.0.0.1:9090")
    return DetectionRule.objects.create(
        name="Errors", source=source, query="up", threshold=1, severity=severities["P1"]
    )


def post(admin: Client, page: str, *args: Any, **values: Any) -> Any:
    return admin.post(reverse(f"admin:incidents_{page}", args=args), values, follow=True)


def test_it_invites_a_person_with_a_link_shown_once(admin: Client) -> None:
    values = {"username": "ines", "name": "Ines", "role": "responder", "time_zone": ""}
    post(admin, "user_add", **values, is_active="on")
    ines = User.objects.get(username="ines")
    assert not ines.has_usable_password()
    assert not ines.is_staff
    page = post(admin, "user_changelist", action="make_link", _selected_action=[ines.pk])
    token = page.content.decode().split("/sign-in/")[1].split("<")[0].strip()
    assert "no-store" in page["Cache-Control"]
    assert SignInLink.redeem(token) == ines


def test_it_refuses_a_time_zone_that_is_none(admin: Client) -> None:
    values = {"username": "ines", "name": "Ines", "role": "responder", "time_zone": "Utopia"}
    page = post(admin, "user_add", **values, is_active="on")
    assert "Utopia is no time zone" in page.content.decode()
    assert not User.objects.filter(username="ines").exists()


def test_it_makes_one_link_at_a_time(admin: Client, people: People) -> None:
    chosen = [people.observer.pk, people.teammate.pk]
    page = post(admin, "user_changelist", action="make_link", _selected_action=chosen)
    assert "Choose one person" in page.content.decode()
    assert not SignInLink.objects.exists()


def test_it_keeps_at_least_one_admin(admin: Client, people: People) -> None:
    values = {"username": "ada", "name": "Ada", "role": "responder", "time_zone": ""}
    page = post(admin, "user_change", people.admin.pk, **values, is_active="on")
    assert "Nobody else is an admin" in page.content.decode()
    people.admin.refresh_from_db()
    assert people.admin.role == "admin"


def test_it_makes_somebody_an_admin_who_then_gets_in(
    admin: Client, people: People, sign_in: Callable[[User], Client]
) -> None:
    values = {"username": "cara", "name": "Cara", "role": "admin"}
    post(admin, "user_change", people.commander.pk, **values, is_active="on")
    assert sign_in(people.commander).get(reverse("admin:index")).status_code == 200


def test_it_revokes_a_key_at_once(admin: Client, client: Client) -> None:
    key, token = ApiKey.issue("Deploys", ["read"])
    post(admin, "apikey_changelist", action="revoke", _selected_action=[key.pk])
    response = client.get("/api/incidents", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert "revoked" in response.json()["detail"]


def test_it_never_shows_what_is_stored_of_a_key(admin: Client, integration: Integration) -> None:
    key, _ = ApiKey.issue("Deploys", ["read"])
    pages = [
        admin.get(reverse("admin:incidents_apikey_change", args=[key.pk])),
        admin.get(reverse("admin:incidents_integration_change", args=[integration.pk])),
        admin.get(reverse("admin:incidents_integration_history", args=[integration.pk])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert key.token_hash not in page.content.decode()
        assert integration.key_hash not in page.content.decode()


def test_it_adds_a_rule_that_is_tried_at_once(admin: Client, rule: DetectionRule) -> None:
    values = {
        "name": "Slow",
        "mode": "live",
        "kind": "threshold",
        "no_data": "ok",
        "settings": "{}",
        "source": rule.source_id,
        "query": "latency",
        "comparator": "gt",
        "threshold": "2.5",
        "hold_seconds": "0",
        "interval_seconds": "30",
        "severity": rule.severity.pk,
    }
    post(admin, "detectionrule_add", **values)
    slow = DetectionRule.objects.get(name="Slow")
    assert (slow.integration.kind, slow.next_due_at) == ("detection", None)


def test_it_says_at_the_field_what_a_rule_lacks(admin: Client, rule: DetectionRule) -> None:
    values = {"mode": "live", "kind": "threshold", "no_data": "ok", "settings": '{"weeks": 1}'}
    page = post(admin, "detectionrule_change", rule.pk, **values, name="Errors", query="up")
    assert "This field is required" in page.content.decode()
    rest = {"comparator": "gt", "threshold": "1", "hold_seconds": "0", "interval_seconds": "30"}
    whole = {**values, **rest, "name": "Errors", "query": "up", "severity": rule.severity_id}
    page = post(admin, "detectionrule_change", rule.pk, **whole, source=rule.source_id)
    assert "There is no setting" in page.content.decode()


def test_it_shows_the_last_runs_of_a_rule(admin: Client, rule: DetectionRule) -> None:
    RuleRun.objects.create(rule=rule, started_at=clock.now(), duration_ms=12, error="refused")
    page = admin.get(reverse("admin:incidents_detectionrule_change", args=[rule.pk]))
    assert "12 ms: refused" in page.content.decode()


def test_it_deletes_no_rule_whose_alert_is_open(admin: Client, rule: DetectionRule) -> None:
    RuleSeries.objects.create(rule=rule, fingerprint="f", firing=True)
    assert post(admin, "detectionrule_delete", rule.pk, post="yes").status_code == 403
    RuleSeries.objects.update(firing=False)
    post(admin, "detectionrule_delete", rule.pk, post="yes")
    assert not DetectionRule.objects.exists()


def test_it_keeps_the_token_of_a_source_to_itself(admin: Client, rule: DetectionRule) -> None:
    values = {"name": "Prom", "kind": "prometheus", "url": "http://127.0.0.1:9", "settings": "{}"}
    pages = [
        post(admin, "telemetrysource_change", rule.source_id, timeout_seconds=5, **values, **more)
        for more in ({"token": "geheim"}, {})
    ]
    source = TelemetrySource.objects.get()
    assert (source.token, source.name) == ("geheim", "Prom")
    shown = admin.get(reverse("admin:incidents_telemetrysource_change", args=[source.pk]))
    assert not [page for page in (*pages, shown) if b"geheim" in page.content]


def test_it_deletes_no_source_that_a_rule_asks(admin: Client, rule: DetectionRule) -> None:
    page = post(admin, "telemetrysource_delete", rule.source_id, post="yes")
    assert page.status_code == 403
    assert TelemetrySource.objects.exists()


def test_it_remembers_who_changed_a_severity(
    admin: Client, people: People, severities: dict[str, Severity]
) -> None:
    values = {"label": "Critical", "aliases": "Sev1, page , sev1", "ack_minutes": 5}
    times = {"mitigate_minutes": 60, "update_minutes": 15, "stale_minutes": 30, "stage_factor": 1}
    post(admin, "severity_change", severities["P0"].pk, **values, **times)
    row = Severity.objects.get(code="P0")
    assert (row.aliases, row.ack_minutes) == (["sev1", "page"], 5)
    assert row.history.first().history_user == people.admin
    page = admin.get(reverse("admin:incidents_severity_history", args=[row.pk]))
    assert "Ada Admin" in page.content.decode()


def test_it_lets_an_alias_mean_one_severity(admin: Client, severities: dict[str, Severity]) -> None:
    values = {"label": "Critical", "aliases": "major", "ack_minutes": 5}
    times = {"mitigate_minutes": 60, "update_minutes": 15, "stale_minutes": 30, "stage_factor": 1}
    page = post(admin, "severity_change", severities["P0"].pk, **values, **times)
    assert "“major” means P1 already" in page.content.decode()


def test_it_lets_no_service_depend_on_itself(admin: Client, service: Service) -> None:
    values = {"name": "Checkout", "slug": "checkout", "depends_on": [service.pk]}
    page = post(admin, "service_change", service.pk, **values)
    assert "does not depend on itself" in page.content.decode()


def test_a_component_is_saved_as_the_console_saves_it(
    admin: Client, declare: Declare, service: Service
) -> None:
    page = StatusPage.objects.create(slug="main", name="Ferrybank", is_default=True)
    declare(severity="P0", service=service)
    address = reverse("admin:statuspage_component_add")
    given = {"page": page.pk, "slug": "api", "name": "API", "position": 0}
    told = admin.post(address, {**given, "follows_service": "on"}).content.decode()
    assert "There is no service to follow." in told
    admin.post(address, {**given, "follows_service": "on", "service": service.pk})
    assert Component.objects.get().followed.get(until=None).state == "major_outage"
