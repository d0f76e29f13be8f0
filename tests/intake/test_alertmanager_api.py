"""Alertmanager's API v2: alerts in, alerts out, and silences of one's own alerts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.kernel import clock
from incidents.models import Alert, AlertState, Incident, Silence
from incidents.pipeline.noise import recheck
from incidents.sources.adapters.alertmanager_api import fingerprint_of
from incidents.sources.adapters.integrations import create_integration
from tests.intake.conftest import Fold, Visitor


@dataclass
class Am:
    """A client of the API."""

    visitor: Visitor
    fold: Fold
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def send(self, *alerts: dict[str, Any]) -> Any:
        answer = self.visitor.post("/api/v2/alerts", list(alerts), **self.headers)
        self.fold()
        return answer

    def fire(self, name: str = "DiskFull", **more: Any) -> Any:
        return self.send({"labels": {"alertname": name, "severity": "critical"}, **more})

    def see(self, path: str) -> Any:
        return Client().get(f"/api/v2/{path}", headers=self.headers)

    def silence(self, **changes: Any) -> Any:
        now = clock.now()
        body = {
            "matchers": [{"name": "alertname", "value": "DiskFull", "isRegex": False}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "ann",
            "comment": "Being replaced",
            **changes,
        }
        client = Client(headers=self.headers)
        return client.post("/api/v2/silences", body, content_type="application/json")


@pytest.fixture
def am(visitor: Visitor, fold: Fold) -> Am:
    return Am(visitor, fold, visitor.keys["alertmanager-api"])


def test_an_alert_is_over_when_it_is_not_told_again(am: Am, frozen: Any) -> None:
    answer = am.fire()
    assert (answer.status_code, answer.content) == (200, b"")
    alert = Alert.objects.get()
    assert alert.ends_at is not None
    assert alert.ends_at - clock.now() <= timedelta(minutes=5)
    Alert.objects.update(ends_at=clock.now())
    recheck.work()
    recheck.work()
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_an_end_in_the_past_resolves_it(am: Am) -> None:
    am.fire()
    am.fire(endsAt=clock.now().isoformat())
    assert Alert.objects.get().state == AlertState.RESOLVED
    am.fire(endsAt=clock.now().isoformat())
    assert Alert.objects.count() == 1


def test_it_names_a_label_set_as_prometheus_does() -> None:
    """What Alertmanager 0.25 calls these sets."""
    assert fingerprint_of({}) == "cbf29ce484222325"
    assert fingerprint_of({"alertname": "always"}) == "00ae09c6026c973b"
    told = {"alertname": "Größe", "job": "a", "empty": ""}
    assert fingerprint_of(told) == "dc884e0a0814737d"


def test_it_shows_what_fires(am: Am) -> None:
    am.fire(annotations={"summary": "The disk is full"}, generatorURL="http://prometheus/graph")
    (told,) = am.see("alerts").json()
    assert told["labels"] == {"alertname": "DiskFull", "severity": "critical"}
    assert told["status"] == {
        "state": "active",
        "silencedBy": [],
        "inhibitedBy": [],
        "mutedBy": [],
    }
    assert told["receivers"] == [{"name": "incidents"}]
    assert told["generatorURL"] == "http://prometheus/graph"
    assert told["fingerprint"] == Alert.objects.get().fingerprint


FILTERS = (
    ("filter=alertname=DiskFull", 1),
    ("filter=alertname=~Disk.*&filter=severity=critical", 1),
    ('filter={alertname="Swap"}', 0),
    ("filter=severity!=critical", 0),
    ("active=false", 0),
    ("receiver=incidents", 1),
    ("receiver=others", 0),
)


@pytest.mark.parametrize(("asked", "count"), FILTERS)
def test_it_shows_what_is_asked_for(am: Am, asked: str, count: int) -> None:
    am.fire()
    assert len(am.see(f"alerts?{asked}").json()) == count
    assert len(am.see(f"alerts/groups?{asked}").json()) == count


def test_groups_are_incidents(am: Am) -> None:
    am.fire()
    (group,) = am.see("alerts/groups").json()
    assert group["labels"] == {"incident": Incident.objects.get().reference}
    assert len(group["alerts"]) == 1


def test_a_silence_keeps_its_alerts_quiet(am: Am) -> None:
    made = am.silence()
    assert made.status_code == 200
    am.fire()
    (told,) = am.see("alerts").json()
    assert told["status"]["silencedBy"] == [made.json()["silenceID"]]
    assert not Incident.objects.exists()
    assert am.see("alerts?silenced=false").json() == []
    (listed,) = am.see("silences").json()
    assert (listed["createdBy"], listed["status"]) == ("ann", {"state": "active"})


def test_a_silence_of_an_integration_is_about_its_own_alerts_only(am: Am, visitor: Visitor) -> None:
    named = am.silence().json()["silenceID"]
    own = {"name": "integration", "operator": "=", "value": "alertmanager-api"}
    assert own in Silence.objects.get().matchers
    _, other = create_integration(kind="alertmanager-api", name="Others")
    am.key = other
    assert am.see("silences").json() == []
    assert am.see(f"silence/{named}").status_code == 404
    assert Client(headers=am.headers).delete(f"/api/v2/silence/{named}").status_code == 404
    assert Silence.objects.get().ended_at is None
    am.fire()
    assert Incident.objects.exists()


def test_a_silence_can_be_changed_and_ended(am: Am) -> None:
    named = am.silence().json()["silenceID"]
    told = am.see(f"silence/{named}").json()
    later = clock.now() + timedelta(hours=5)
    assert am.silence(**told | {"endsAt": later.isoformat()}).json()["silenceID"] == named
    assert Silence.objects.get().ends_at == later
    client = Client(headers=am.headers)
    assert client.delete(f"/api/v2/silence/{named}").status_code == 200
    assert am.see(f"silence/{named}").json()["status"] == {"state": "expired"}
    assert client.delete(f"/api/v2/silence/{named}").status_code == 200


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"matchers": []}, 400, "matcher"),
    ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 400, "regular expression"),
    ({"endsAt": "tomorrow"}, 400, "RFC 3339"),
    ({"endsAt": "2020-01-01T00:00:00Z"}, 400, "ends"),
    ({"comment": ""}, 400, "why"),
    ({"id": "1c1f2ad6-9a52-4a3b-9c3c-0f0f0f0f0f0f"}, 404, "not found"),
    ({"id": "nonsense"}, 404, "not found"),
)


@pytest.mark.parametrize(("changes", "status", "words"), WRONG, ids=lambda v: str(v)[:30])
def test_a_wrong_silence_is_refused_with_a_sentence(
    am: Am, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = am.silence(**changes)
    assert (answer.status_code, isinstance(answer.json(), str)) == (status, True)
    assert words in answer.json()
    assert not Silence.objects.exists()


@pytest.mark.parametrize("asked", ["filter=nonsense", "receiver=(", "active=2", "filter=a=~("])
def test_a_wrong_question_is_refused_with_a_sentence(am: Am, asked: str) -> None:
    answer = am.see(f"alerts?{asked}")
    assert (answer.status_code, isinstance(answer.json(), str)) == (400, True)


def test_it_refuses_in_the_words_of_the_api(am: Am) -> None:
    answer = am.send({"labels": {}})
    assert (answer.status_code, answer.json()) == (
        400,
        "alerts[0]: at least one label pair required",
    )
    am.key = "wrong"
    assert am.fire().status_code == am.see("alerts").status_code == 401
    assert am.silence().status_code == 401


def test_it_tells_what_it_is(am: Am) -> None:
    status = am.see("status").json()
    assert status["cluster"]["status"] == "disabled"
    assert status["versionInfo"]["version"]
    assert am.see("receivers").json() == [{"name": "incidents"}]


def test_alerts_of_private_incidents_are_not_shown(am: Am) -> None:
    am.fire()
    Incident.objects.update(private=True)
    assert am.see("alerts").json() == am.see("alerts/groups").json() == []


def test_people_silence_as_their_role_allows(
    am: Am, sign_in: Callable[[Any], Client], people: Any
) -> None:
    am.silence()
    seen = sign_in(people.observer).get("/api/v2/silences").json()
    assert len(seen) == 1
    refused = sign_in(people.observer).delete(f"/api/v2/silence/{seen[0]['id']}")
    assert refused.status_code == 403
    assert sign_in(people.teammate).delete(f"/api/v2/silence/{seen[0]['id']}").status_code == 200
