"""How clocks, targets and facts read on screen."""

from datetime import timedelta

import pytest
from django.template import engines

from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import lifecycle
from incidents.templatetags import console
from tests.conftest import Declare, FrozenClock, People


def _render(source: str, **context: object) -> str:
    return str(engines["django"].from_string("{% load console %}" + source).render(context))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (1051, "17:31"), (3860, "1:04:20"), (172_800, "2 d 0 h"), (-5, "0:00")],
)
def test_it_writes_a_running_clock(seconds: int, text: str) -> None:
    assert console.stopwatch(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(42, "42 s"), (110, "1:50"), (1440, "24 min"), (7200, "2 h"), (11_520, "3 h 12 min")],
)
def test_it_writes_a_length_of_time_in_words(seconds: int, text: str) -> None:
    assert console.duration(seconds) == console.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("Ana Ruiz", "AR"), ("Ana", "A"), ("Ana de la Ruiz", "AR"), ("", "?"), ("(bot)", "?")],
)
def test_it_makes_initials(name: str, text: str) -> None:
    assert console.initials(name) == text


def test_it_counts_down_to_the_acknowledgement(declare: Declare, frozen: FrozenClock) -> None:
    incident = declare(severity="P0")
    frozen.fast_forward(minutes=5)
    target = console.next_target(incident)
    assert target is not None
    assert (target.verb, target.late, target.text) == ("Acknowledge by", False, "10:00 left")


def test_it_says_how_late_it_is(declare: Declare, frozen: FrozenClock) -> None:
    incident = declare(severity="P0")
    frozen.fast_forward(minutes=27)
    assert "late 12 min" in _render("{% target incident %}", incident=incident)


def _moved(incident: Incident, people: People, *names: str) -> Incident:
    for name in names:
        actor = Actor.of(people.commander)
        incident = lifecycle.move(incident_id=incident.pk, name=name, actor=actor)
    return incident


def test_it_counts_down_to_the_mitigation_once_acknowledged(
    declare: Declare, people: People, frozen: FrozenClock
) -> None:
    incident = _moved(declare(severity="P0"), people, "acknowledge")
    frozen.fast_forward(minutes=30)
    target = console.next_target(incident)
    assert target is not None
    assert (target.verb, target.text) == ("Mitigate by", "1:30:00 left")


def test_it_owes_nothing_once_it_is_over(
    declare: Declare, people: People, frozen: FrozenClock
) -> None:
    incident = _moved(declare(), people, "resolve")
    assert console.next_target(incident) is None
    assert "Resolved" in _render("{% target incident %}", incident=incident)


def test_it_shows_what_was_skipped_on_the_way(
    declare: Declare, people: People, frozen: FrozenClock
) -> None:
    incident = declare()
    frozen.fast_forward(minutes=2)
    incident = _moved(incident, people, "acknowledge", "mitigate")
    stages = [(step.label, step.stage, step.after) for step in console.milestones(incident)]
    assert stages == [
        ("Acknowledged", "done", "2:00"),
        ("Identified", "skipped", ""),
        ("Mitigated", "done", "2:00"),
        ("Resolved", "now", ""),
    ]


def test_it_gives_each_time_in_utc_as_well(frozen: FrozenClock) -> None:
    html = _render("{% moment at 'datetime' %}", at=frozen.at)
    assert 'title="3 Nov 2026, 03:10:00 UTC"' in html
    assert 'datetime="2026-11-03T03:10:00+00:00"' in html


def test_it_leaves_out_links_to_pages_that_do_not_exist() -> None:
    assert _render("{% nav_link 'nowhere:page' 'flame' 'Nowhere' %}").strip() == ""
    assert 'href="/alerts"' in _render("{% nav_link 'web:alerts' 'bell' 'Alerts' %}")


def test_it_escapes_what_people_write() -> None:
    assert "<b>" not in _render("{% avatar name %}{{ name|words }}", name="<b>x</b> <i>")
