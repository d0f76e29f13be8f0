"""Sections are saved one by one, and nobody's text is overwritten unseen."""

import pytest

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Fact
from postmortems import services
from postmortems.models import MAX_BODY, PostMortem
from postmortems.services import SectionConflict, SectionEdit
from tests.conftest import Declare, People
from tests.postmortems.conftest import Story, Write


def _save(post_mortem: PostMortem, people: People, *edits: SectionEdit) -> None:
    actor = Actor.of(people.commander)
    services.save_sections(incident_id=post_mortem.pk, edits=edits, actor=actor)


def test_it_saves_a_section_and_says_who_did(drafted: PostMortem, people: People) -> None:
    _save(drafted, people, SectionEdit("lessons", "  Test the way back.\r\n", 1))
    section = drafted.sections.get(slug="lessons")
    assert (section.body, section.version) == ("Test the way back.", 2)
    assert (section.editor_name, section.is_ours) == ("Cara Commander", True)


def test_it_counts_versions_of_the_document(drafted: PostMortem, people: People) -> None:
    _save(drafted, people, SectionEdit("lessons", "One.", 1), SectionEdit("lucky", "Two.", 1))
    drafted.refresh_from_db()
    assert drafted.version == 2


def test_it_tells_the_timeline_what_was_edited(drafted: PostMortem, people: People) -> None:
    _save(drafted, people, SectionEdit("lessons", "One.", 1))
    fact = Fact.objects.get(incident=drafted.pk, kind="postmortem.edited")
    assert fact.text == "edited “Lessons” of the post-mortem"


def test_it_refuses_an_old_version_and_keeps_both_texts(
    drafted: PostMortem, people: People, write: Write
) -> None:
    write("lessons", "Tom was first.")
    with pytest.raises(SectionConflict) as caught:
        _save(drafted, people, SectionEdit("lessons", "Cara was second.", 1))
    assert caught.value.section.body == "Tom was first."
    assert caught.value.yours == "Cara was second."
    assert "Tom Teammate changed “Lessons”" in caught.value.message
    assert drafted.sections.get(slug="lessons").body == "Tom was first."


def test_saving_the_same_text_twice_is_no_conflict(
    drafted: PostMortem, people: People, write: Write
) -> None:
    write("lessons", "The same.")
    _save(drafted, people, SectionEdit("lessons", "The same.", 1))
    assert drafted.sections.get(slug="lessons").version == 2


def test_it_saves_all_sections_or_none(drafted: PostMortem, people: People, write: Write) -> None:
    write("lessons", "Tom was first.")
    edits = [SectionEdit("lucky", "Luck.", 1), SectionEdit("lessons", "Late.", 1)]
    with pytest.raises(SectionConflict):
        _save(drafted, people, *edits)
    assert drafted.sections.get(slug="lucky").version == 1


@pytest.mark.parametrize(
    "edit",
    [SectionEdit("nonsense", "x", 1), SectionEdit("lessons", "x" * (MAX_BODY + 1), 1)],
    ids=["unknown", "too long"],
)
def test_it_refuses_what_cannot_be_saved(
    drafted: PostMortem, people: People, edit: SectionEdit
) -> None:
    with pytest.raises(Invalid):
        _save(drafted, people, edit)


def test_it_says_when_there_is_nothing_to_edit_yet(declare: Declare, people: People) -> None:
    incident = declare()
    with pytest.raises(NotFound, match="no post-mortem yet"):
        services.save_section(
            incident_id=incident.pk,
            edit=SectionEdit("lessons", "x", 1),
            actor=Actor.of(people.commander),
        )


def test_it_publishes_once(drafted: PostMortem, people: People) -> None:
    for _ in range(2):
        done = services.publish(incident_id=drafted.pk, actor=Actor.of(people.commander))
        assert done.is_published
    facts = Fact.objects.filter(incident=drafted.pk, kind="postmortem.published")
    assert [fact.text for fact in facts] == ["published version 1 of the post-mortem"]


def test_it_publishes_nothing_while_the_incident_is_open(story: Story, people: People) -> None:
    actor = Actor.of(people.commander)
    services.draft(incident_id=story.incident.pk, actor=actor)
    with pytest.raises(Conflict, match="still open"):
        services.publish(incident_id=story.incident.pk, actor=actor)
