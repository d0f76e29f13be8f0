"""Pictures: titled, escaped, and true to their numbers."""

import re
import xml.etree.ElementTree as ET

from incidents.kernel import charts
from incidents.kernel.charts import Bar, Lane, Mark, Scale, Span
from postmortems.rendering import cover, pictures
from postmortems.selectors.records import record_of
from tests.conftest import Declare
from tests.postmortems.conftest import Story

SCALE = Scale(0, 100, [(0, "03:10"), (50, "03:40")])


def _drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def test_a_sparkline_needs_two_points() -> None:
    assert charts.sparkline([None, 3.0]) == ""
    assert "<polyline" in charts.sparkline([1.0, None, 3.0], "Opened a day")


def test_bars_are_as_long_as_their_values() -> None:
    svg = _drawn(charts.bars([Bar("Long", 10, "10 min"), Bar("Short", 5, "5 min")], "Two bars"))
    long, short = (float(rect.get("width", 0)) for rect in svg.iter("rect"))
    assert abs(long - 2 * short) < 0.2
    assert svg.findtext("title") == "Two bars"


def test_lanes_put_things_where_they_happened() -> None:
    rows = [
        Lane("Phases", spans=[Span(0, 50, "First"), Span(50, 100, "Second")]),
        Lane("People", marks=[Mark(50, "03:40 Tom came")]),
    ]
    svg = _drawn(charts.lanes(rows, SCALE, "A timeline"))
    middle = f"{(charts.NAMES + charts.FULL) / 2:.1f}"
    assert [rect.get("x") for rect in svg.iter("rect")][1] == middle
    assert next(svg.iter("circle")).get("cx") == middle


def test_labels_that_do_not_fit_are_left_out() -> None:
    svg = charts.lanes([Lane("Phases", spans=[Span(0, 1, "Acknowledge")])], SCALE, "t")
    assert ">Acknowledge<" not in svg.replace("<title>Acknowledge</title>", "")


def test_names_in_pictures_are_text() -> None:
    evil = "</text><script>alert(1)</script>"
    rows = [Lane(evil, spans=[Span(0, 99, evil, evil)], marks=[Mark(1, evil)], note=evil)]
    assert "<script" not in charts.lanes(rows, SCALE, evil)
    assert "<script" not in charts.bars([Bar(evil, 1, evil, 1, evil)], evil)
    assert "<script" not in charts.sparkline([1, 2], evil)


def test_the_timeline_shows_phases_alerts_people_runbooks_and_updates(outage: Story) -> None:
    svg = pictures.timeline(record_of(outage.fresh()))
    names = re.findall(r'class="name"[^>]*>([^<]+)<', svg)
    assert names == ["Phases", "Alerts", "State", "People", "Runbooks", "Status page"]
    assert "find the cause 28 min; stop the harm 15 min" in svg
    assert "03:24 Tom Teammate told customers" in svg


def test_the_alerts_of_the_timeline_rise_and_fall(outage: Story) -> None:
    levels = [level for _, level in pictures.firing(record_of(outage.fresh()))]
    assert levels == [1, 2, 1, 0]


def test_an_incident_without_alerts_has_a_picture_too(declare: Declare) -> None:
    record = record_of(declare())
    assert "nothing published" in pictures.timeline(record)
    assert "Open for" in cover.curve(record)


def test_a_month_long_incident_has_few_ticks(story: Story) -> None:
    story.wait(days=31)
    assert 2 <= len(pictures.scale_of(record_of(story.fresh())).ticks) <= 9


def test_an_incident_of_seconds_fills_its_picture(story: Story) -> None:
    story.wait(seconds=2).move("resolve")
    scale = pictures.scale_of(record_of(story.fresh()))
    assert scale.end - scale.start < 30
    assert 2 <= len(scale.ticks) <= 9
    assert all(label.count(":") == 2 for _, label in scale.ticks)
