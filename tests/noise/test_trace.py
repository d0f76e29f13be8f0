"""Each reason that an alert makes no incident, or not yet, stands in its trace and in that of its
signal."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.matchers import parse
from incidents.models import Alert, Inhibition, MaintenanceWindow, Signal, User
from incidents.pipeline import lifecycle
from incidents.pipeline.noise import settings
from incidents.pipeline.routing import versions
from incidents.selectors import signal_words, traces
from tests.conftest import People
from tests.noise.conftest import ANA, Sender, grouped, silenced
from tests.routing.conftest import rule

DISK = [{"name": "type", "operator": "=", "value": "DiskFull"}]


def steps(alert: Alert) -> dict[str, str]:
    """The way of an alert: title and reason of each step; of two with one title the later."""
    alert.refresh_from_db()
    way = traces.way_of(alert, Alert.objects.all())
    return {step.title: step.text for step in traces.trace(way)}


def said() -> str:
    return signal_words.summary(Signal.objects.latest("pk"))


def test_a_silence(sender: Sender) -> None:
    silenced('type="DiskFull"')
    assert steps(sender.fire())["Silenced"] == "silenced by Ana: deploying"
    assert said() == "1 new alert, 1 kept quiet"


def test_planned_work(sender: Sender) -> None:
    window = MaintenanceWindow(name="Upgrade", matchers=DISK, starts_at=clock.now(), minutes=60)
    settings.plan(window)
    assert steps(sender.fire())["Planned work"] == "planned work: Upgrade"


def test_inhibition(sender: Sender) -> None:
    source = [matcher.as_data() for matcher in parse('type="NodeDown"')]
    settings.inhibit(Inhibition(name="Dead nodes", source=source, target=DISK, equal=["source"]))
    sender.fire("NodeDown")
    told = steps(sender.fire())["Inhibited"]
    assert told == "Dead nodes: NodeDown on db-1 fires as well"


def test_flapping(sender: Sender) -> None:
    grouped(flap_changes=2)
    sender.fire()
    sender.wait(seconds=10)
    sender.clear()
    sender.wait(seconds=10)
    assert steps(sender.fire())["Flapping"].startswith("flapping: opened 2 times within 10 minutes")


def test_waiting_for_its_group_and_being_let_go(sender: Sender) -> None:
    grouped(wait=30)
    alert = sender.fire()
    assert steps(alert)["Waits for its group"] == "Nodes waits 30 seconds for others of its group"
    sender.wait(seconds=31)
    assert steps(alert)["No longer held"].startswith("no longer Nodes waits")


def test_a_routing_rule(sender: Sender, people: People) -> None:
    document = {"rules": [rule("Quiet disks", ("title", "contains", "Disk"), suppress=True)]}
    admin = Actor.of(people.admin)
    version = versions.write_draft(document=document, actor=admin)
    versions.go_live(number=version.number, actor=admin, confirmed=True)
    told = steps(sender.fire())
    assert "“Quiet disks”" in told["Routed"]
    assert "suppressed by the rule “Quiet disks”" in told["Held by a rule"]


def test_no_rule_the_fingerprint_and_the_group(sender: Sender) -> None:
    sender.integration.options = {"fingerprint": ["source"]}
    sender.integration.save()
    alert = sender.fire()
    told = steps(alert)
    assert told["Routed"] == "no routing rule matched it"
    assert "it is made of source, as chosen for Nodes" in told["New alert, not a repeat"]
    incident = alert.incident
    assert incident is not None
    assert told[f"Opened {incident.reference}"] == alert.why


def test_joining_and_being_told_later(sender: Sender) -> None:
    grouped(group_by=["type"], interval=300)
    first = sender.fire(source="db-1").incident
    assert first is not None
    told = steps(sender.fire(source="db-2"))
    assert f"Joined {first.reference}" in told
    assert "speaks of this one later" in told["Told later"]


def test_repeats_and_the_end_by_its_sender(sender: Sender) -> None:
    sender.fire()
    sender.wait(seconds=5)
    alert = sender.fire()
    sender.wait(seconds=5)
    sender.clear()
    told = steps(alert)
    assert told["Said again"] == "its source has said it 2 times; it stays one alert"
    assert told["Over"] == "Nodes said so"


def test_the_end_when_nothing_is_heard_of_it(sender: Sender) -> None:
    grouped(auto_resolve=600)
    alert = sender.fire()
    sender.wait(seconds=601)
    assert steps(alert)["Over"] == "over: not heard of for 10 minutes"


def test_the_end_by_people(sender: Sender) -> None:
    alert = sender.fire()
    sender.wait(seconds=60)
    lifecycle.move(incident_id=alert.incident_id or 0, name="resolve", actor=ANA)
    sender.wait(seconds=60)
    sender.fire()
    told = steps(alert)
    assert told["Over"].startswith("people resolved its incident")
    assert "Ana" in told["Its incident"]


@pytest.mark.parametrize("address", ["/alerts/{}", "/signals/{}"])
def test_the_pages_say_it(
    sender: Sender, people: People, sign_in: Callable[[User], Client], address: str
) -> None:
    silenced('type="DiskFull"')
    alert = sender.fire()
    key = alert.pk if "alerts" in address else alert.first_signal_id
    page = sign_in(people.observer).get(address.format(key)).content.decode().lower()
    assert "silenced" in page
    assert "no incident" in page
