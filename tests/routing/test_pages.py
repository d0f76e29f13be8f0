"""Routing in the console, with a browser that has no JavaScript."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Alert, Incident, Integration, RoutingVersion, Service, User
from incidents.pipeline.routing import versions
from tests.conftest import People
from tests.pages import text
from tests.routing.conftest import Publish, Receive, rule

QUIET = rule("Staging pages nobody", ("labels.env", "is", "staging"), suppress=True)


@pytest.fixture
def client(people: People, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(people.admin)


def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "Disks are for storage",
        "match": "all",
        "field": ["title", "labels.env", ""],
        "operator": ["contains", "in", "is"],
        "value": ["disk", "prod, staging", ""],
        "severity": "P2",
        "labels": "tier=1\nzone?=eu\n-pod",
        "outcome": "pause",
        "pause_minutes": "5",
        "do": "save",
        **more,
    }


def _draft() -> RoutingVersion:
    return RoutingVersion.objects.get(state="draft")


def _change(client: Client, action: str, **fields: Any) -> Any:
    return client.post(reverse("web:routing_draft"), {"action": action, **fields})


def _publish(client: Client, number: int, action: str, **fields: Any) -> Any:
    path = reverse("web:routing_publish", args=[number])
    return client.post(path, {"action": action, **fields}, follow=True)


def test_it_tells_live_rules_in_sentences(client: Client, publish: Publish) -> None:
    assert "No rules yet" in text(client, "routing")
    publish(
        QUIET,
        rule(
            "Night",
            ("severity", "in", "P2, P3"),
            ("time", "during", "mon-fri 22:00-06:00 Europe/Berlin"),
            service="checkout",
            pause_minutes=10,
            go_on=True,
        ),
    )
    page = text(client, "routing")
    for words in (
        "the label env is “staging”",
        "suppress it",
        "the severity is one of P2 Medium, P3 Low",
        "the time is during Mon-Fri 22:00-06:00 Europe/Berlin",
        "set the service to Checkout",
        "hold it for 10 minutes",
        "then the rules below are asked too",
        "put it live although: It has not been simulated",
    ):
        assert words in page
    assert "pause_minutes" not in page


def test_a_rule_is_written_in_the_editor_and_edited(
    client: Client, severities: object, service: Service
) -> None:
    response = client.post(reverse("web:routing_rule_new"), typed(), follow=True)
    page = " ".join(response.content.decode().split())
    assert "the label env is one of “prod”, “staging”" in page
    stored = _draft().rules[0]
    assert stored["conditions"][1]["value"] == ["prod", "staging"]
    assert stored["actions"]["labels"] == {
        "set": {"tier": "1"},
        "add": {"zone": "eu"},
        "remove": ["pod"],
    }
    assert stored["actions"]["pause_minutes"] == 5
    path = reverse("web:routing_rule", args=[stored["id"]])
    form = client.get(path).content.decode()
    for value in ('value="prod, staging"', "tier=1\nzone?=eu\n-pod", 'value="5"'):
        assert value in form
    client.post(path, typed(name="Renamed", outcome="pass"))
    assert [(r["name"], r["id"]) for r in _draft().rules] == [("Renamed", stored["id"])]
    assert _draft().rules[0]["actions"]["pause_minutes"] == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"value": ["(", "prod", ""], "operator": ["matches", "is", "is"]},
            "no regular expression",
        ),
        ({"field": ["colour", "title", ""]}, "There is no field"),
        ({"labels": "nothing"}, "changes no label"),
        ({"pause_minutes": ""}, "for how many minutes"),
        ({"field": [], "value": [], "outcome": "suppress"}, "would suppress every alert"),
        ({"name": ""}, "This field is required"),
        ({"revision": "99"}, "Somebody else has changed"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, severities: object, service: Service, wrong: dict[str, Any], told: str
) -> None:
    response = client.post(reverse("web:routing_rule_new"), typed(**wrong))
    page = response.content.decode()
    assert response.status_code == 422
    assert told in page
    assert "Disks are for storage" in page or not typed(**wrong)["name"]
    assert not RoutingVersion.objects.filter(revision__gt=1).exists()


def test_more_rows_are_shown_without_a_script(
    client: Client, severities: object, service: Service
) -> None:
    new = reverse("web:routing_rule_new")
    assert client.get(new).content.decode().count('name="field"') == 2
    page = client.post(new, typed(do="more")).content.decode()
    assert page.count('name="field"') == 5
    assert 'value="disk"' in page
    assert not RoutingVersion.objects.exists()


def test_rules_are_moved_switched_off_and_deleted(client: Client, publish: Publish) -> None:
    publish(rule("One"), rule("Two"), rule("Three"))
    _change(client, "start")
    ids = {row["name"]: row["id"] for row in _draft().rules}
    _change(client, "up", rule=ids["Three"])
    _change(client, "down", rule=ids["One"])
    _change(client, "up", rule=ids["Three"])
    _change(client, "switch", rule=ids["Two"])
    assert [(r["name"], r["off"]) for r in _draft().rules] == [
        *(("Three", False), ("One", False), ("Two", True))
    ]
    _change(client, "delete", rule=ids["One"])
    assert [r["name"] for r in _draft().rules] == ["Three", "Two"]
    assert _change(client, "delete", rule="none").status_code == 404
    assert _change(client, "turn", rule=ids["Two"]).status_code == 422
    _change(client, "discard")
    assert not RoutingVersion.objects.filter(state="draft").exists()


def test_a_version_goes_from_simulation_to_shadow_to_live(
    client: Client, publish: Publish, receive: Receive
) -> None:
    client.post(reverse("web:routing_rule_new"), typed())
    page = text(client, "routing_version", 1)
    assert "simulate it first" in page
    assert "Go live although: It has not been simulated since its last change." in page
    assert _publish(client, 1, "shadow").status_code == 409
    assert _publish(client, 1, "live").status_code == 409
    client.post(reverse("web:routing_simulate", args=[1]))
    assert "is in shadow" in _publish(client, 1, "shadow").content.decode()
    receive("Disk", env="prod")
    page = text(client, "routing_version", 1)
    assert "although" not in page.partition("Who did what")[0]
    assert "severity P0 Critical becomes P2 Medium" in page
    assert "is live" in _publish(client, 1, "live", note="Disks").content.decode()
    assert "is out of work" in _publish(client, 1, "stop").content.decode()
    assert "live, with the rules" in _publish(client, 1, "back").content.decode()
    assert versions.found(2).note == "Back to version 1"
    assert _publish(client, 2, "up").status_code == 422


def test_versions_are_compared_in_words(client: Client, publish: Publish) -> None:
    publish(rule("One"), rule("Two", severity="P1"))
    two = versions.found(1).rules[1]["id"]
    publish(rule("Two", ("title", "exists"), id=two, severity="P2"), rule("New", priority="low"))
    page = text(client, "routing_version", 2)
    for words in (
        "Removed “One”.",
        "“Two” now asks that the title is there.",
        "“Two” no longer says: set the severity to P1 High.",
        "“Two” now says: set the severity to P2 Medium.",
        "Added “New” as rule 2. Always: set the priority to Low.",
    ):
        assert words in page
    assert "The same rules" in text(client, "routing_version", 2, against="2")
    assert client.get(reverse("web:routing_version", args=[2]), {"against": "9"}).status_code == 404


def test_moved_and_renamed_rules_are_named(client: Client, publish: Publish) -> None:
    first = publish(rule("One"), rule("Two"), rule("Three"))
    ids = [row["id"] for row in first.rules]
    publish(rule("Two", id=ids[1], off=True), rule("Three", id=ids[2]), rule("Uno", id=ids[0]))
    page = text(client, "routing_version", 2)
    for words in ("Moved “Uno” from 1 to 3.", "Renamed “One” to “Uno”.", "Switched “Two” off."):
        assert words in page
    assert "Moved “Two”" not in page


def test_it_warns_of_rules_that_are_never_asked(client: Client, publish: Publish) -> None:
    publish(rule("All", priority="low"), rule("Never", priority="high"))
    assert text(client, "routing").count("Never asked") == 1


def test_one_signal_is_tried_and_each_rule_says_why(
    client: Client, publish: Publish, receive: Receive
) -> None:
    publish(rule("Prod", ("labels.env", "is", "prod"), severity="P1"), QUIET, rule("Rest"))
    receive("Disk", env="staging")
    page = text(client, "routing_try", 1, alert=str(Alert.objects.get().pk))
    for words in (
        *("“Staging pages nobody” decides", "Does not match", "Not asked", "Suppressed"),
        *("the label env is “prod”", "it is “staging”"),
    ):
        assert words in page
    path = reverse("web:routing_try", args=[1])
    assert client.get(path, {"alert": "999"}).status_code == 422


def test_a_pasted_message_is_tried(client: Client, publish: Publish) -> None:
    publish(rule("Prod", ("labels.env", "is", "prod"), severity="P1"))
    path, sender = reverse("web:routing_try", args=[1]), Integration.objects.get().pk
    alert = {"status": "firing", "labels": {"alertname": "Disk", "env": "prod"}}
    sent = {"integration": sender, "payload": json.dumps({"version": "4", "alerts": [alert]})}
    page = client.post(path, sent).content.decode()
    assert "Severity P2 Medium becomes P1 High" in page
    for payload in ("", "{", json.dumps({"version": "4", "alerts": []})):
        assert client.post(path, {**sent, "payload": payload}).status_code == 422
    assert client.post(path, {**sent, "integration": "0"}).status_code == 422
    assert not Alert.objects.exists()


def test_alerts_of_private_incidents_are_no_examples(
    client: Client, publish: Publish, receive: Receive
) -> None:
    publish(rule("It", severity="P3"), to="shadow")
    receive("Zanzibar")
    client.post(reverse("web:routing_simulate", args=[1]))
    assert "Zanzibar" in text(client, "routing_version", 1)
    Incident.objects.update(private=True)
    assert "Zanzibar" not in text(client, "routing_version", 1)
    assert "Zanzibar" not in text(client, "routing_try", 1)
    path = reverse("web:routing_try", args=[1])
    assert client.get(path, {"alert": Alert.objects.get().pk}).status_code == 422


def test_a_responder_reads_and_changes_nothing(
    people: People, sign_in: Callable[[User], Client], publish: Publish
) -> None:
    publish(QUIET)
    teammate, observer = sign_in(people.teammate), sign_in(people.observer)
    page = text(teammate, "routing_version", 1)
    assert "Staging pages nobody" in page
    assert "Switch off" not in page
    assert "Simulate" not in page.replace("Simulated", "")
    assert _change(teammate, "start").status_code == 403
    assert observer.get(reverse("web:routing")).status_code == 403


def test_the_page_costs_the_same_however_many_rules_there_are(
    client: Client, publish: Publish
) -> None:
    counts = []
    for size in (2, 40):
        publish(*(rule(f"Rule {size} {n}", severity="P1") for n in range(size)))
        with CaptureQueriesContext(connection) as queries:
            text(client, "routing")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_admin_shows_versions_and_changes_none(client: Client, publish: Publish) -> None:
    version = publish(QUIET)
    page = client.get(reverse("admin:incidents_routingversion_change", args=[version.pk]))
    assert "the label env is “staging”: suppress it" in page.content.decode()
    assert "put it live although" in page.content.decode()
    assert client.get(reverse("admin:incidents_routingversion_changelist")).status_code == 200
    deletion = reverse("admin:incidents_routingversion_delete", args=[version.pk])
    assert client.post(deletion, {"post": "yes"}).status_code == 403
