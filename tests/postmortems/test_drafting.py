"""A draft comes from the facts alone, and never over what people wrote."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from incidents.kernel.actor import Actor
from incidents.models import Fact, Integration
from incidents.pipeline import lifecycle
from postmortems import services
from postmortems.models import OUTLINE, PostMortem
from postmortems.services.narrative.key_events import MAX_EVENTS
from tests.conftest import Declare, People
from tests.postmortems.conftest import Body, Story, Write, add_alert

CITATION = re.compile(r"\[#(\d+)\]")


def _draft(story: Story) -> PostMortem:
    actor = Actor.of(story.people.commander)
    return services.draft(incident_id=story.incident.pk, actor=actor)


def test_it_writes_every_section(drafted: PostMortem) -> None:
    sections = {section.slug: section.body for section in drafted.in_order()}
    assert list(sections) == [heading.slug for heading in OUTLINE]
    assert all(sections.values())


def test_it_cites_only_facts_that_are_on_record(drafted: PostMortem) -> None:
    known = set(Fact.objects.filter(incident=drafted.pk).values_list("seq", flat=True))
    cited = {int(seq) for s in drafted.in_order() for seq in CITATION.findall(s.body)}
    assert cited
    assert cited <= known


def test_it_sums_up_what_broke_how_badly_and_how_long(body: Body) -> None:
    summary = body("summary")
    assert "“Card payments fail at checkout” was opened at P1 on Checkout" in summary
    assert "raised to P0 at 03:14:10. [#7]" in summary
    assert "resolved at 04:19:10, 1 h 8 min later. [#17]" in summary
    assert "Cara Commander commanded the incident. [#5]" in summary
    assert "told twice, first 13 minutes after opening. [#9] [#18]" in summary


def test_it_tells_who_saw_it_first(body: Body) -> None:
    assert "“PaymentSuccessLow” from Prometheus began at 03:10:00" in body("detection")
    assert "the incident was open 20 seconds later. [#3] [#1]" in body("detection")


def test_it_praises_an_alert_that_was_sooner_than_people(body: Body) -> None:
    assert "An alert saw it before a person had to. [#3] [#1]" in body("well")


def test_it_praises_no_alert_that_came_after_a_person(
    story: Story, declare: Declare, integration: Integration
) -> None:
    story.incident = declare(by=story.people.teammate)
    add_alert(story, integration, "Late")
    sections = {section.slug: section.body for section in _draft(story).in_order()}
    assert "An alert saw it before" not in sections["well"]


def test_it_names_what_the_status_page_showed(body: Body) -> None:
    assert "Card payments (major outage). [#9]" in body("impact")
    assert "Accounts" not in body("impact")


def test_it_praises_what_was_done_in_time(body: Body) -> None:
    assert "Acknowledged 1 min 50 s after opening, within the target of 15 minutes. [#4]" in body(
        "well"
    )
    assert "A runbook fitted and was worked through to its end. [#14]" in body("well")


def test_it_says_what_took_too_long(body: Body) -> None:
    assert "55 minutes without a public word; 30 minutes is the target. [#18]" in body("badly")


def test_it_says_so_when_nobody_acknowledged_in_time(story: Story) -> None:
    story.wait(minutes=40).move("acknowledge")
    badly = _draft(story).sections.get(slug="badly").body
    assert "Acknowledged only 40 minutes after opening, 10 minutes past the target" in badly
    assert "Nobody was made commander." in badly


def test_it_asks_what_only_people_know(drafted: PostMortem) -> None:
    still_open = {section.slug for section in drafted.in_order() if section.is_open}
    assert {"impact", "root_cause", "factors", "lucky", "lessons"} <= still_open


def test_it_takes_the_root_cause_and_the_impact_from_the_incident(outage: Story) -> None:
    changes = {"root_cause": "A shared default.", "customer_impact": "2,310 shops lost sales."}
    actor = Actor.of(outage.people.commander)
    lifecycle.edit(incident_id=outage.incident.pk, changes=changes, actor=actor)
    sections = {s.slug: s for s in _draft(outage).in_order()}
    assert sections["root_cause"].body.startswith("A shared default.")
    assert "Cause: A shared default." in sections["summary"].body
    assert sections["impact"].body.startswith("2,310 shops lost sales.")
    assert not sections["impact"].is_open


def test_it_lists_key_events_with_their_times(body: Body) -> None:
    first, *_ = body("timeline").splitlines()
    assert (
        first == "1. **03:10:20** *Opened* Prometheus opened the incident at P1 on Checkout. [#1]"
    )


def test_it_keeps_the_telling_facts_when_there_are_too_many(
    story: Story, integration: Integration
) -> None:
    for n in range(MAX_EVENTS * 2):
        add_alert(story, integration, f"Alert {n}")
    story.move("resolve", "it stopped by itself")
    lines = _draft(story).sections.get(slug="timeline").body.splitlines()
    assert len(lines) == MAX_EVENTS
    assert "it stopped by itself" in lines[-1]


def test_it_counts_who_wrote_and_did_what(body: Body) -> None:
    assert "**Cara Commander**, incident commander; 1 entry on the timeline [#5]" in body("people")
    assert "**Tom Teammate**, 11 entries on the timeline" in body("people")


def test_it_writes_about_an_incident_that_is_still_open(story: Story) -> None:
    story.wait(minutes=5)
    summary = _draft(story).in_order()[0].body
    assert "It was still open when this was written, 5 minutes later, and detected." in summary


def test_it_takes_marks_in_titles_for_what_they_are(declare: Declare, people: People) -> None:
    incident = declare("*Bold* [link](http://x) <b> | pipe")
    draft = services.draft(incident_id=incident.pk, actor=Actor.of(people.commander))
    summary = draft.sections.get(slug="summary").body
    assert r"\*Bold\* \[link\](http://x) &lt;b> \| pipe" in summary


def test_it_leaves_alone_what_people_wrote_when_drafting_again(
    outage: Story, drafted: PostMortem, write: Write
) -> None:
    write("lessons", "A limit belongs beside the service.")
    note = "The limit was 20."
    lifecycle.note(incident_id=drafted.pk, text=note, actor=Actor.of(outage.people.teammate))
    again = {section.slug: section.body for section in _draft(outage).in_order()}
    assert again["lessons"] == "A limit belongs beside the service."
    assert note in again["timeline"]


def test_it_tells_the_timeline_that_it_drafted(drafted: PostMortem, outage: Story) -> None:
    _draft(outage)
    facts = Fact.objects.filter(incident=drafted.pk, kind="postmortem.drafted")
    assert [fact.text for fact in facts.order_by("seq")] == [
        "drafted the post-mortem from 18 facts",
        "drafted the post-mortem again from 19 facts",
    ]


def test_it_keeps_every_version_of_a_section(drafted: PostMortem, write: Write) -> None:
    write("lessons", "First.")
    write("lessons", "Second.")
    bodies = drafted.sections.get(slug="lessons").history.values_list("body", flat=True)
    assert list(bodies)[:2] == ["Second.", "First."]
    assert len(bodies) == 3


@pytest.mark.parametrize("alerts", [1, 60])
def test_it_reads_the_record_in_a_fixed_number_of_queries(
    outage: Story,
    integration: Integration,
    alerts: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Incident; facts, people, alerts, incidents alike; post-mortem, sections and their history;
    seq, fact and hint; and the transaction around them."""
    for n in range(alerts):
        add_alert(outage, integration, f"Alert {n}")
    with django_assert_max_num_queries(20):
        _draft(outage)
