"""A checkout outage, played through the verbs, from the first alert to its resolution."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from incidents.events import bus
from incidents.events.types import AlertAttached, AlertResolved
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.fact_types import FactBody
from incidents.models import Alert, Incident, Integration, Service, Severity
from incidents.pipeline import lifecycle
from postmortems import services
from postmortems.models import PostMortem
from runbooks.events import RunbookFinished, RunbookStarted, StepTicked
from statuspage.events import StatusPublished
from tests.conftest import FrozenClock, People

CARDS_DOWN = {"Card payments": "major_outage", "Accounts": "operational"}
PROMETHEUS = Actor("integration", "prometheus", "Prometheus")


class Story:
    """Plays facts into one incident while the frozen clock moves."""

    def __init__(self, frozen: FrozenClock, people: People) -> None:
        self.frozen = frozen
        self.people = people
        self.incident: Incident

    def wait(self, **delta: float) -> "Story":
        self.frozen.fast_forward(**delta)
        return self

    def tell(self, body: FactBody, actor: Actor | None = None) -> None:
        with transaction.atomic():
            bus.emit(self.incident, body, actor=actor or Actor.of(self.people.teammate))

    def move(self, name: str, reason: str = "") -> None:
        actor = Actor.of(self.people.teammate)
        lifecycle.move(incident_id=self.incident.pk, name=name, actor=actor, reason=reason)

    def fresh(self) -> Incident:
        return Incident.objects.select_related("severity", "service").get(pk=self.incident.pk)


@pytest.fixture
def story(
    frozen: FrozenClock,
    people: People,
    severities: dict[str, Severity],
    service: Service,
    integration: Integration,
) -> Story:
    """An open incident with one alert, 20 seconds old."""
    story = Story(frozen, people)
    started = clock.now()
    story.wait(seconds=20)
    declaration = lifecycle.Declaration(
        title="Card payments fail at checkout",
        severity=severities["P1"],
        service=service,
        source="alertmanager",
        began_at=started,
    )
    story.incident = lifecycle.declare(declaration=declaration, actor=PROMETHEUS)
    add_alert(story, integration, "PaymentSuccessLow")
    return story


def add_alert(story: Story, integration: Integration, title: str) -> Alert:
    alert = Alert.objects.create(
        integration=integration,
        fingerprint=title,
        title=title,
        severity=story.incident.severity,
        incident=story.incident,
        started_at=clock.now() - timedelta(seconds=20),
        last_seen_at=clock.now(),
    )
    story.tell(AlertAttached(alert.pk, alert.title, "P1"), PROMETHEUS)
    return alert


def clear_alerts(story: Story) -> None:
    for alert in Alert.objects.filter(incident=story.incident, resolved_at__isnull=True):
        alert.resolved_at, alert.state = clock.now(), "resolved"
        alert.save()
        story.tell(AlertResolved(alert.pk, alert.title), PROMETHEUS)


@pytest.fixture
def outage(story: Story, integration: Integration, severities: dict[str, Severity]) -> Story:
    """The same incident an hour and a quarter later, resolved."""
    people, pk = story.people, story.incident.pk
    tom, cara = Actor.of(people.teammate), Actor.of(people.commander)
    story.wait(seconds=110).move("acknowledge")
    lifecycle.assign(incident_id=pk, role="commander", user=people.commander, actor=tom)
    story.wait(minutes=2).tell(RunbookStarted(1, "Payments fail", 1, 4, "payments-fail"))
    lifecycle.set_severity(incident_id=pk, severity=severities["P0"], actor=cara, reason="2 of 3")
    add_alert(story.wait(minutes=3), integration, "QueueWaitHigh")
    story.wait(minutes=7).tell(
        StatusPublished("main", "investigating", "Payments", "Cards fail.", CARDS_DOWN)
    )
    lifecycle.note(incident_id=pk, text="Both card networks report no fault.", actor=tom)
    story.wait(minutes=16).move("identify", "the pool allows 20 connections in place of 200")
    story.tell(StepTicked(1, "Payments fail", 1, "Look at the pool"))
    story.wait(minutes=15).move("mitigate", "limit set to 200 by live setting")
    story.tell(RunbookFinished(1, "Payments fail", 4, 4))
    clear_alerts(story.wait(minutes=4))
    story.wait(minutes=20).move("resolve", "no failures for 20 minutes")
    story.tell(StatusPublished("main", "resolved", "Payments", "Cards work again.", {}))
    return story


@pytest.fixture
def drafted(outage: Story) -> PostMortem:
    commander = Actor.of(outage.people.commander)
    return services.draft(incident_id=outage.incident.pk, actor=commander)


Write = Callable[[str, str], None]


@pytest.fixture
def write(drafted: PostMortem, people: People) -> Write:
    """Let the teammate replace the text of a section: `write("lessons", "Test it.")`."""

    def make(slug: str, body: str) -> None:
        version = drafted.sections.get(slug=slug).version
        services.save_section(
            incident_id=drafted.pk,
            edit=services.SectionEdit(slug, body, version),
            actor=Actor.of(people.teammate),
        )

    return make


Body = Callable[[str], str]


@pytest.fixture
def body(drafted: PostMortem) -> Body:
    """The text of a section of the drafted post-mortem by its slug."""

    def read(slug: str) -> str:
        return str(drafted.sections.get(slug=slug).body)

    return read
