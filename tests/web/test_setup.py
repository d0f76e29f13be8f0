"""Making keys, and the first run."""

import re
from collections.abc import Callable

from django.test import Client

from incidents.engine import modules
from incidents.models import Alert, ApiKey, Integration, Severity, SignInLink, User
from tests.conftest import People

SignIn = Callable[[User], Client]


def test_a_key_is_shown_once_and_can_be_revoked(people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.admin)
    page = browser.post("/settings/keys", {"name": "CI", "scopes": ["read"]}).content.decode()
    token = re.search(r"isk_[0-9a-f]{48}", page)
    assert token
    assert token[0] not in browser.get("/settings/keys").content.decode()
    key = ApiKey.objects.get()
    browser.post(f"/settings/keys/{key.pk}", {"action": "revoke"})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_an_integration_can_be_tried_out_paused_and_rekeyed(
    people: People, sign_in: SignIn, severities: dict[str, Severity]
) -> None:
    browser = sign_in(people.admin)
    made = browser.post("/settings/integrations", {"kind": "alertmanager", "name": "Prometheus"})
    assert "/hooks/alertmanager/isi_" in made.content.decode()
    integration = Integration.objects.get()
    address = f"/settings/integrations/{integration.pk}"
    browser.post(address, {"action": "test"})
    modules.MODULES[0].work()
    assert Alert.objects.get().incident is not None
    browser.post(address, {"action": "pause"})
    before = integration.key_hash
    browser.post(address, {"action": "rotate"})
    integration.refresh_from_db()
    assert integration.paused
    assert integration.key_hash != before


def test_only_admins_make_keys(people: People, sign_in: SignIn) -> None:
    for address in ("/settings/keys", "/settings/integrations", "/welcome"):
        assert sign_in(people.commander).get(address).status_code == 403


def test_the_first_run_waits_for_an_alert_and_shows_it(
    people: People, sign_in: SignIn, severities: dict[str, Severity]
) -> None:
    browser = sign_in(people.admin)
    page = browser.post("/welcome").content.decode()
    assert page.count("isi_") >= 3
    assert "Waiting for your first alert" in browser.get("/welcome/first-alert").content.decode()
    integration = Integration.objects.get(kind="native")
    browser.post(f"/settings/integrations/{integration.pk}", {"action": "test"})
    modules.MODULES[0].work()
    assert "It arrived" in browser.get("/welcome/first-alert").content.decode()


def test_it_invites_a_person_with_a_link(people: People, sign_in: SignIn) -> None:
    data = {"name": "Ben Ortiz", "handle": "ben", "role": "responder"}
    page = sign_in(people.admin).post("/welcome/invite", data).content.decode()
    token = re.search(r"in_[0-9a-f]{48}", page)
    assert token
    assert SignInLink.redeem(token[0]) == User.objects.get(username="ben")
