"""Writing runbooks: versions, restoring, and two people writing at once."""

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid
from runbooks import selectors, services
from runbooks.models import Runbook
from tests.conftest import FrozenClock, People
from tests.runbooks.conftest import Write


def numbers(runbook: Runbook) -> list[int]:
    return [row.version for row in selectors.versions(runbook)]


def test_each_change_is_a_version_with_its_author_and_reason(
    write: Write, people: People, frozen: FrozenClock
) -> None:
    runbook = write()
    runbook.body = "## Other"
    services.write(runbook, actor=Actor.of(people.commander), reason="Shorter")
    newest, first = selectors.versions(runbook)
    assert (newest.version, newest.edited_by, newest.history_change_reason) == (
        2,
        "Cara Commander",
        "Shorter",
    )
    assert (newest.history_user, newest.history_date) == (people.commander, frozen.at)
    assert first.body != newest.body


def test_saving_without_a_change_makes_no_version(write: Write, people: People) -> None:
    runbook = write()
    services.write(Runbook.objects.get(pk=runbook.pk), actor=Actor.of(people.admin))
    assert numbers(runbook) == [1]


def test_it_does_not_write_over_what_somebody_else_wrote(write: Write, people: People) -> None:
    runbook = write()
    stale = Runbook.objects.get(pk=runbook.pk)
    runbook.body = "## Mine"
    services.write(runbook, actor=Actor.of(people.commander), based_on=1)
    stale.body = "## Theirs"
    with pytest.raises(Conflict, match="Cara Commander has changed this runbook"):
        services.write(stale, actor=Actor.of(people.admin), based_on=1)
    assert Runbook.objects.get(pk=runbook.pk).body == "## Mine"


def test_restoring_makes_the_old_text_the_newest_version(write: Write, people: People) -> None:
    runbook = write(tags=["disk"])
    old = runbook.body
    runbook.body, runbook.tags, runbook.slug = "## Other", [], "another-address"
    services.write(runbook, actor=Actor.of(people.admin))
    services.restore(runbook_id=runbook.pk, version=1, actor=Actor.of(people.admin))
    runbook.refresh_from_db()
    assert (runbook.body, runbook.tags, runbook.version) == (old, ["disk"], 3)
    assert runbook.slug == "another-address"
    assert numbers(runbook) == [3, 2, 1]
    assert selectors.version(runbook, 3).history_change_reason == "Version 1 restored"


def test_it_finds_a_free_address(write: Write) -> None:
    assert [write("Disk").slug, write("Disk").slug, write("911").slug, write("火事").slug] == [
        "disk",
        "disk-2",
        "runbook-911",
        "runbook",
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"body": ""}, "body"),
        ({"body": "x" * 100_001}, "body"),
        ({"severities": ["P9"]}, "severities"),
        ({"slug": "911"}, "slug"),
        ({"category": "magic"}, "category"),
        ({"body": "## Step\n" * 101}, "body"),
    ],
)
def test_it_says_which_field_is_at_fault(
    write: Write, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        write(**{"title": "Disk", **fields})
    assert caught.value.field == field
    assert not Runbook.objects.exists()


def test_patterns_are_replaced_as_a_whole(write: Write) -> None:
    runbook = write("Disk", "title: disk", "service: search")
    services.set_patterns(runbook, [services.PatternText("label", "*Disk*", "alertname")] * 2)
    assert [str(p) for p in runbook.patterns.all()] == ["label alertname is “*Disk*”"]


def test_an_unsafe_pattern_changes_nothing(write: Write) -> None:
    runbook = write("Disk", "title: disk")
    with pytest.raises(Invalid, match="regular expressions"):
        services.set_patterns(runbook, [services.PatternText("title", "(a+)+$")])
    with pytest.raises(Invalid, match="Name the label"):
        services.set_patterns(runbook, [services.PatternText("label", "disk")])
    assert [str(p) for p in runbook.patterns.all()] == ["title has “disk”"]
