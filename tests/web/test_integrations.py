"""Connecting a source: its settings, its set-up, the first signal, and a mapping of JSON."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.engine import modules
from incidents.kernel import clock, secrets
from incidents.models import Alert, Integration, Severity, Signal, User
from incidents.sources import adapters
from incidents.sources.adapters.integrations import configure, create_integration
from tests.conftest import People

SignIn = Callable[[User], Client]
PAYLOAD = {"alert": {"name": "Disk <b>full</b>", "level": "bad", "id": 17}}


@pytest.fixture
def admin(people: People, sign_in: SignIn, severities: dict[str, Severity]) -> Client:
    return sign_in(people.admin)


def made(kind: str, **changes: Any) -> Integration:
    integration, _ = create_integration(kind=kind, name="Ours")
    return configure(integration.pk, changes)


def received(integration: Integration, body: Any) -> None:
    Signal.objects.create(
        integration=integration,
        adapter=integration.kind,
        delivery_id=uuid.uuid4(),
        body=json.dumps(body).encode(),
    )
    modules.MODULES[0].work()


@pytest.mark.parametrize("kind", adapters.public_kinds())
def test_every_kind_shows_its_set_up_with_the_key_once(admin: Client, kind: str) -> None:
    told = admin.post("/settings/integrations", {"kind": kind, "name": "Ours"}).content.decode()
    integration = Integration.objects.get()
    assert integration.hint in told
    assert "Waiting for your first alert" in told
    later = admin.get(f"/settings/integrations/{integration.pk}").content.decode()
    assert integration.hint not in later
    for snippet in adapters.ADAPTERS[kind].snippets:
        assert snippet.title in later.replace("&amp;", "&").replace("&#x27;", "'")


def test_it_shows_the_first_signal_arrive(admin: Client) -> None:
    integration = made("uptime-kuma")
    page = f"/settings/integrations/{integration.pk}/arrival"
    assert "Waiting" in admin.get(page).content.decode()
    received(integration, json.loads(adapters.ADAPTERS["uptime-kuma"].example))
    assert "It arrived" in admin.get(page).content.decode()


def test_it_tells_an_integration_what_its_kind_may_be_told(admin: Client) -> None:
    integration = made("grafana")
    data = {
        "action": "tell",
        "name": "Grafana, production",
        "timestamp_header": "X-Time",
        "fingerprint": "alertname, cluster",
        "secret": "long enough",
        "expires_at": "2031-01-01T00:00",
    }
    assert admin.post(f"/settings/integrations/{integration.pk}", data).status_code == 302
    integration.refresh_from_db()
    kept = {"timestamp_header": "X-Time", "fingerprint": ["alertname", "cluster"]}
    assert (integration.name, integration.options) == ("Grafana, production", kept)
    assert secrets.unseal(integration.secret) == "long enough"
    assert integration.expires_at is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timestamp_header": "not a header"}, "is no name of a header"),
        ({"secret": "short"}, "too short"),
        ({"name": ""}, "required"),
    ],
)
def test_it_says_what_cannot_be_told(admin: Client, wrong: dict[str, str], words: str) -> None:
    integration = made("grafana", secret="long enough")
    data = {"action": "tell", "name": "Ours", **wrong}
    page = admin.post(f"/settings/integrations/{integration.pk}", data)
    assert (page.status_code, words in page.content.decode()) == (422, True)


def test_a_secret_stays_until_it_is_replaced_or_forgotten(admin: Client) -> None:
    integration = made("sentry", secret="long enough")
    address = f"/settings/integrations/{integration.pk}"
    assert "long enough" not in admin.get(address).content.decode()
    admin.post(address, {"action": "tell", "name": "Ours"})
    integration.refresh_from_db()
    assert integration.secret
    admin.post(address, {"action": "tell", "name": "Ours", "unsigned": "on"})
    integration.refresh_from_db()
    assert integration.secret == ""


def test_a_mapping_is_made_from_the_message_that_did_not_fit(admin: Client) -> None:
    integration = made("generic")
    address = f"/settings/integrations/{integration.pk}"
    received(integration, PAYLOAD)
    assert "no mapping yet" in admin.get(f"{address}/arrival").content.decode()
    page = admin.get(f"{address}/mapping").content.decode()
    assert "Disk &lt;b&gt;full" in page
    data = {
        "mapping.title": "alert.name",
        "mapping.severity": "alert.level",
        "mapping.severity_map": "bad = P0",
        "mapping.fingerprint": "alert.id",
    }
    admin.post(f"{address}/mapping", {**data, "action": "save"})
    received(integration, PAYLOAD)
    alert = Alert.objects.get()
    assert (alert.fingerprint, alert.severity.code) == ("17", "P0")
    assert "bad = P0" in admin.get(f"{address}/mapping").content.decode()


def test_it_shows_what_each_expression_yields_while_one_types(admin: Client) -> None:
    integration = made("generic")
    received(integration, PAYLOAD)
    page = f"/settings/integrations/{integration.pk}/mapping"

    def seen(**data: str) -> str:
        named = {f"mapping.{name}": text for name, text in data.items()}
        return admin.post(page, named, HTTP_HX_REQUEST="true").content.decode()

    assert "Say where the title is" in seen(title="")
    assert "is no JMESPath expression" in seen(title="alert.")
    assert "finds nothing" in seen(title="alert.name", link="alert.url")
    assert "fires" in seen(title="alert.name")
    assert "is not one of" in seen(title="alert.name", status_map="bad = explode")
    integration.refresh_from_db()
    assert integration.options == {}


def test_a_kind_without_a_mapping_has_no_page_for_one(admin: Client) -> None:
    integration = made("zabbix")
    assert admin.get(f"/settings/integrations/{integration.pk}/mapping").status_code == 404


def test_only_admins_see_an_integration(people: People, sign_in: SignIn) -> None:
    integration = made("zabbix", expires_at=clock.now() + timedelta(days=1))
    for part in ("", "/arrival", "/mapping"):
        address = f"/settings/integrations/{integration.pk}{part}"
        assert sign_in(people.commander).get(address).status_code == 403
