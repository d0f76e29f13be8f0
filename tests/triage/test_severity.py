"""The severity, where the sender named none but sent figures."""

import pytest

from incidents.models import Alert, Incident, Service, Severity
from incidents.pipeline.classification import measured
from incidents.pipeline.signal import Signal
from incidents.pipeline.triage import Severities
from tests.intake.conftest import Fold, Visitor, fold, visitor

__all__ = ["fold", "visitor"]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ({"error_rate": "0.3"}, "P0"),
        ({"error_rate": "7.2 %"}, "P1"),
        ({"error_rate": "1.5"}, "P2"),
        ({"error_rate": "0.002"}, "P3"),
        ({"availability": "99.9 %"}, "P3"),
        ({"availability": "0.90"}, "P1"),
        ({"users_affected_percent": "60"}, "P0"),
        ({"users_affected": "200"}, "P1"),
        ({"users_affected_percent": "2", "error_rate": "40%"}, "P0"),
        ({"error_rate": "NaN"}, None),
        ({"error_rate": "250"}, None),
        ({"error_rate": True}, None),
        ({"region": "eu"}, None),
    ],
)
def test_figures_ask_for_a_severity(
    severities: dict[str, Severity], labels: dict[str, str], code: str | None
) -> None:
    shop = Service(name="Shop", users=1000)
    signal = Signal("fire", "f", title="Trouble", labels=labels)
    found, why = Severities.load().asked(signal, shop)
    assert (found.code if found else None) == code
    assert bool(why) == bool(code)


def test_what_the_sender_says_comes_first(severities: dict[str, Severity]) -> None:
    signal = Signal("fire", "f", severity="low", labels={"error_rate": "90%"})
    found, why = Severities.load().asked(signal, None)
    assert (found, why) == (severities["P3"], "")


def test_a_value_counts_where_the_name_says_what_it_is() -> None:
    assert measured({}, value="0.07", text="HighErrorRate").failing == 7
    assert measured({}, value="0.07", text="DiskUsage").failing is None
    assert measured({"users_affected": "5"}).users is None


def test_the_reason_is_kept_with_the_alert_and_the_incident(visitor: Visitor, fold: Fold) -> None:
    event = {"type": "t", "source": "s", "message": "Trouble", "labels": {"error_rate": "30%"}}
    headers = {"Authorization": f"Bearer {visitor.keys['native']}"}
    visitor.post("/api/events", [event], **headers)
    fold()
    alert, incident = Alert.objects.get(), Incident.objects.get()
    assert alert.severity.code == incident.severity.code == "P0"
    expected = "its sender named no severity, and 30 % of requests fail"
    assert [told["text"] for told in alert.trail if told["kind"] == "severity"] == [expected]
    assert incident.triage["why"]["severity"] == expected
