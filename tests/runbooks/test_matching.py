"""Which runbooks are suggested for an incident, in which order, and why."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from incidents.events import timeline
from incidents.models import Alert, Incident, Integration, Service, Severity
from runbooks import services, subscribers
from runbooks.models import RunbookPattern
from runbooks.models.pattern import MAX_TEXT, check_pattern
from tests.conftest import Declare
from tests.runbooks.conftest import Write


def fits(field: str, pattern: str, text: str) -> str:
    return RunbookPattern(field=field, pattern=pattern).found_in(text)


def attach(incident: Incident, integration: Integration, title: str, **labels: str) -> Alert:
    now = timezone.now()
    return Alert.objects.create(
        integration=integration,
        fingerprint=title,
        title=title,
        severity=incident.severity,
        incident=incident,
        labels=labels,
        started_at=now,
        last_seen_at=now,
    )


@pytest.mark.parametrize(
    ("pattern", "title", "found"),
    [
        ("disk full", "Disk  FULL on db-1!", "disk full"),
        ("disk", "Diskette lost", ""),
        ("disk*", "Diskette lost", "disk*"),
        ("no space | disk full", "db-1: disk full", "disk full"),
        ("http 50?", "HTTP 502 from checkout", "http 50?"),
        ("full disk", "disk is full", ""),
    ],
)
def test_it_finds_whole_words_in_titles(pattern: str, title: str, found: str) -> None:
    assert fits("title", pattern, title) == found


@pytest.mark.parametrize(
    ("pattern", "value", "found"),
    [
        ("*Disk*", "NodeDiskFull", "*Disk*"),
        ("disk", "NodeDiskFull", ""),
        ("db-[1]", "db-1", ""),
        ("Card payments", "card payments", "Card payments"),
    ],
)
def test_it_compares_services_and_labels_as_a_whole(pattern: str, value: str, found: str) -> None:
    assert fits("label", pattern, value) == found
    assert fits("service", pattern, value) == found


@pytest.mark.parametrize(
    "unsafe", ["(a+)+$", "(a|a)*b", ".*disk.*", "[a-z]+", "^disk", "a{2,}", r"\d+", "disk.?"]
)
def test_it_refuses_regular_expressions(unsafe: str) -> None:
    with pytest.raises(ValidationError, match="belongs to regular expressions"):
        check_pattern(unsafe)


@pytest.mark.parametrize("empty", ["", "*", "disk | *", "??", "|"])
def test_it_refuses_what_fits_everything_or_nothing(empty: str) -> None:
    if empty in {"", "|"}:
        with pytest.raises(ValidationError, match="at least one letter"):
            check_pattern(empty)
        return
    with pytest.raises(ValidationError, match="fits everything or nothing"):
        check_pattern(empty)


def test_a_hostile_title_takes_no_time() -> None:
    pattern = "*".join("a" * 60) + "*b"
    start = time.perf_counter()
    for field in ("title", "label"):
        assert fits(field, pattern, "a" * MAX_TEXT * 50) == ""
    assert time.perf_counter() - start < 0.2


def test_it_says_why(
    write: Write, declare: Declare, service: Service, integration: Integration
) -> None:
    write("Disk", "title: disk full", "service: checkout", "label alertname: *Disk*")
    incident = declare("Disk full on db-1", service=service)
    attach(incident, integration, "db-1", alertname="DiskFull")
    (found,) = services.match(incident)
    assert found.why == (
        "the title has “disk full”, the service is Checkout and the label alertname is DiskFull"
    )


def test_it_reads_the_titles_of_alerts_too(
    write: Write, declare: Declare, integration: Integration
) -> None:
    write("Disk", "title: disk full")
    incident = declare("Checkout is down")
    assert services.match(incident) == []
    attach(incident, integration, "Disk full on db-1")
    assert [found.why for found in services.match(incident)] == ["an alert has “disk full”"]


def test_the_better_fit_comes_first(write: Write, declare: Declare, service: Service) -> None:
    write("A general one", "service: checkout")
    write("The right one", "title: disk", "service: checkout")
    found = services.match(declare("Disk full", service=service))
    assert [one.runbook.title for one in found] == ["The right one", "A general one"]


def test_it_leaves_out_other_severities_and_what_is_switched_off(
    write: Write, declare: Declare
) -> None:
    write("For the worst", "title: disk", severities=["P0"])
    write("Switched off", "title: disk", enabled=False)
    assert services.match(declare("Disk full", severity="P2")) == []
    (found,) = services.match(declare("Disk full", severity="P0"))
    assert found.why == "the title has “disk” and it is for P0"


def test_it_asks_two_queries_however_many_patterns(
    write: Write, declare: Declare, django_assert_num_queries: object
) -> None:
    for number in range(5):
        write(f"Disk {number}", "title: disk", "label job: node")
    incident = Incident.objects.select_related("severity", "service").get(
        pk=declare("Disk full").pk
    )
    with django_assert_num_queries(2):  # type: ignore[operator]  # patterns; alerts
        services.match(incident)


def test_a_new_incident_is_told_its_runbooks_once(write: Write, declare: Declare) -> None:
    write("Disk", "title: disk")
    write("Node", "title: disk", "title: full")
    incident = declare("Disk full")
    opened, _ = timeline.since(incident.pk)
    subscribers.suggest_runbooks(opened)
    subscribers.suggest_runbooks(opened)
    (fact,) = timeline.of_kind(incident.pk, "runbook.suggested")
    assert fact.cause == opened
    assert fact.actor_name == "Runbooks"
    assert fact.text == (
        "suggested the runbook Node, because the title has “disk” and the title has “full”; "
        "also Disk"
    )


def test_nothing_is_told_when_nothing_fits(declare: Declare) -> None:
    incident = declare("Disk full")
    opened, triaged = timeline.since(incident.pk)
    subscribers.suggest_runbooks(opened)
    assert timeline.since(incident.pk) == [opened, triaged]


def test_severities_in_any_order_are_kept_in_theirs(
    write: Write, severities: dict[str, Severity]
) -> None:
    assert write("Disk", severities=["P2", "P0"]).severities == ["P0", "P2"]
