"""Merging incidents into one, and taking them apart again."""

from datetime import timedelta

import pytest

from incidents.events import timeline
from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Alert, Incident, Merge, MetricDay, State
from incidents.pipeline import lifecycle
from incidents.reactions.metrics import rollup
from incidents.selectors import estimates, figures
from incidents.selectors import incidents as lists
from tests.conftest import Declare, FrozenClock
from tests.hub.conftest import Desk, Told


def test_alerts_move_to_the_target_and_the_source_ends_as_merged(desk: Desk, told: Told) -> None:
    target, source = desk.incident("DiskFull"), desk.incident("SlowQueries", "db-1", "db-2")
    desk.merge(source, into=target)
    source = desk.read(source.pk)
    assert (source.state, source.merged_into, source.is_over) == (State.MERGED, target, True)
    assert source.ended_at == source.merged_at is not None
    assert desk.alerts(source) == []
    assert desk.alerts(target) == ["DiskFull db-1", "SlowQueries db-1", "SlowQueries db-2"]
    assert told(source) == [
        (
            f"merged this incident into {target.reference} {target.title}, "
            "which takes over 2 alerts. Work goes on there"
        )
    ]
    assert told(target) == [
        f"merged {source.reference} {source.title} into this incident, with 2 alerts"
    ]


def test_several_are_merged_at_once_under_a_new_title_and_severity(desk: Desk) -> None:
    target, *sources = [desk.incident(name) for name in ("A", "B", "C")]
    desk.merge(*sources, into=target, title="All disks", severity=desk.severities["P0"])
    target = desk.read(target.pk)
    assert (target.title, target.severity.code) == ("All disks", "P0")
    assert desk.alerts(target) == ["A db-1", "B db-1", "C db-1"]
    assert Merge.objects.values("decision").distinct().count() == 1


def test_people_of_merged_incidents_may_be_taken_along(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target, responders=[desk.people.teammate])
    held = target.role_assignments.get()
    assert (held.user, held.role) == (desk.people.teammate, "responder")


def test_alerts_that_come_for_a_merged_incident_join_its_target(desk: Desk) -> None:
    first, second, third = (desk.incident(name) for name in ("A", "B", "C"))
    desk.merge(first, into=second)
    desk.merge(second, into=third)
    alert = desk.fire("A", source="db-9")
    assert alert.incident == third
    assert "the incident they belong to was merged into this" in alert.why
    assert "added the alert A" in [fact.text for fact in timeline.since(third.pk)]
    assert Incident.objects.count() == 3


def test_alerts_open_a_new_incident_once_the_target_is_over(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    desk.move(target, "resolve")
    alert = desk.fire("B", source="db-9")
    assert alert.incident is not None
    assert alert.incident not in (target, source)
    assert alert.incident.dedup_key == source.dedup_key


def test_the_target_is_over_when_all_alerts_are(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    desk.clear("A")
    assert desk.read(target.pk).state == State.DETECTED
    desk.clear("B")
    assert desk.read(target.pk).state == State.RESOLVED
    assert desk.read(source.pk).state == State.MERGED


def test_a_merged_incident_takes_no_more_work(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    with pytest.raises(Conflict, match=f"was merged into {target.reference}"):
        lifecycle.note(incident_id=source.pk, text="It is DNS", actor=desk.cara)
    with pytest.raises(Conflict, match=f"was merged into {target.reference}"):
        lifecycle.move(incident_id=source.pk, name="reopen", actor=desk.cara)


def test_a_private_incident_goes_only_into_a_private_one(declare: Declare, desk: Desk) -> None:
    source, target = declare("Break-in", private=True), declare("Odd log-ins")
    with pytest.raises(Conflict, match="its alerts would be seen by everybody"):
        desk.merge(source, into=target)
    desk.merge(target, into=source)
    assert desk.read(target.pk).merged_into == source


def test_the_timeline_of_a_public_source_does_not_name_a_private_target(
    declare: Declare, desk: Desk, told: Told
) -> None:
    source, target = declare("Odd log-ins"), declare("Break-in", private=True)
    desk.merge(source, into=target)
    (text,) = told(source)
    assert text.startswith("merged this incident into another incident, which takes over no alert")
    fact = timeline.since(source.pk)[-1]
    assert target.title not in str(fact.data)
    assert target.reference not in str(fact.data)


@pytest.mark.parametrize("wrong", ["itself", "nothing"])
def test_it_refuses_to_merge_nothing_or_an_incident_into_itself(desk: Desk, wrong: str) -> None:
    incident = desk.incident("A")
    with pytest.raises(Invalid):
        desk.merge(*[incident] * (wrong == "itself"), into=incident)


def test_it_refuses_chains_backwards_and_what_is_merged_already(desk: Desk) -> None:
    first, second, third = (desk.incident(name) for name in ("A", "B", "C"))
    desk.merge(first, into=second)
    for source, target in ((second, first), (first, third)):
        with pytest.raises(Conflict, match=f"{first.reference} was merged into {second.reference}"):
            desk.merge(source, into=target)


def test_it_refuses_to_bury_an_open_incident_in_one_that_is_over(desk: Desk) -> None:
    target, source = desk.move(desk.incident("A"), "resolve"), desk.incident("B")
    with pytest.raises(Conflict, match="Reopen"):
        desk.merge(source, into=target)
    desk.merge(desk.move(source, "resolve"), into=target)
    assert desk.read(source.pk).state == State.MERGED


def test_undoing_puts_everything_back(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.move(desk.incident("B"), "acknowledge", "investigate")
    before = {field: getattr(source, field) for field in ("state", "dedup_key", "acknowledged_at")}
    chosen = {"title": "Both", "severity": desk.severities["P0"]}
    old = (target.title, target.severity.code)
    desk.merge(source, into=target, **chosen)
    came = desk.fire("B", source="db-2")
    assert came.incident == target
    parted = desk.unmerge(source)
    source, target = desk.read(source.pk), desk.read(target.pk)
    assert {field: getattr(source, field) for field in before} == before
    assert (source.merged_into, source.merged_at, parted.notes) == (None, None, [])
    assert (target.title, target.severity.code) == old
    assert desk.alerts(source) == ["B db-1", "B db-2"]
    assert desk.alerts(target) == ["A db-1"]
    assert desk.fire("B", source="db-3").incident == source
    assert not Alert.objects.exclude(came_through=[]).exists()


def test_undoing_says_what_was_changed_since(desk: Desk, told: Told) -> None:
    target, source = desk.incident("A"), desk.incident("B", "db-1", "db-2")
    desk.merge(source, into=target, title="Both")
    moved = Alert.objects.get(labels__source="db-2")
    other = desk.split(target, [moved])
    lifecycle.edit(incident_id=target.pk, changes={"title": "Better"}, actor=desk.cara)
    parted = desk.unmerge(source)
    assert parted.notes == [
        f"One of its alerts stays in {other.reference}, moved there since",
        f"The title of {target.reference} was changed since and stays",
    ]
    assert told(source)[-1] == (
        f"took this incident out of {target.reference} Both again, with 1 alerts. "
        f"One of its alerts stays in {other.reference}, moved there since. "
        f"The title of {target.reference} was changed since and stays"
    ).replace("1 alerts", "one alert").replace("Both", "Better")


def test_undoing_leaves_the_key_with_the_incident_that_took_it_since(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    desk.move(target, "resolve")
    rival = desk.incident("B", "db-9")
    parted = desk.unmerge(source)
    assert parted.notes == [
        f"New alerts go on joining {rival.reference}, which was opened for them since"
    ]
    assert desk.read(source.pk).dedup_key is None
    assert desk.fire("B", source="db-10").incident == rival


def test_undoing_in_a_chain_takes_only_what_is_its_own(desk: Desk) -> None:
    first, second, third = (desk.incident(name) for name in ("A", "B", "C"))
    desk.merge(first, into=second)
    desk.merge(second, into=third)
    desk.unmerge(first)
    assert (desk.alerts(first), desk.alerts(third)) == (["A db-1"], ["B db-1", "C db-1"])
    desk.unmerge(second)
    assert (desk.alerts(second), desk.alerts(third)) == (["B db-1"], ["C db-1"])


def test_undoing_the_middle_of_a_chain_keeps_what_was_merged_into_it(desk: Desk) -> None:
    first, second, third = (desk.incident(name) for name in ("A", "B", "C"))
    desk.merge(first, into=second)
    desk.merge(second, into=third)
    desk.unmerge(second)
    assert (desk.alerts(second), desk.alerts(third)) == (["A db-1", "B db-1"], ["C db-1"])
    assert desk.read(first.pk).merged_into == second
    desk.unmerge(first)
    assert (desk.alerts(first), desk.alerts(second)) == (["A db-1"], ["B db-1"])


def test_a_merge_can_be_undone_for_thirty_days(desk: Desk, frozen: FrozenClock) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    frozen.fast_forward(days=30, minutes=1)
    with pytest.raises(Conflict, match="more than 30 days ago"):
        desk.unmerge(source)
    with pytest.raises(Conflict, match="is not merged"):
        desk.unmerge(target)


def test_a_merged_incident_counts_in_no_figure(declare: Declare, desk: Desk) -> None:
    source, target = declare("B"), declare("A")
    for incident in (source, target):
        desk.move(incident, "resolve")
    desk.merge(source, into=target)
    rollup.fill_touched()
    assert [len(row.seconds) for row in MetricDay.objects.filter(measure="mttr")] == [1]
    assert [len(row.seconds) for row in MetricDay.objects.filter(measure="mtta")] == [1]
    everything = Incident.objects.all()
    assert figures.board(everything).opened_daily[-1] == 1
    assert sum(figures.by_triage(everything)["by_type"].values()) == 1
    assert estimates.expected(everything, declare("C")).n == 1
    desk.unmerge(source)
    rollup.fill_touched()
    assert [len(row.seconds) for row in MetricDay.objects.filter(measure="mttr")] == [2]


def test_lists_show_it_among_what_is_over(desk: Desk) -> None:
    target, source = desk.incident("A"), desk.incident("B")
    desk.merge(source, into=target)
    found = {
        state: list(lists.find(Incident.objects.all(), lists.IncidentFilter(state=state)))
        for state in ("open", "over", "merged")
    }
    assert found == {"open": [target], "over": [source], "merged": [source]}
    assert clock.now() - timedelta(minutes=1) < (desk.read(source.pk).ended_at or clock.now())
