"""The verbs of the shared document: its log, its limits, its versions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from incidents.events import bus
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from tests.conftest import FrozenClock, People
from tests.warroom.test_document_text import Editor
from warroom.models import Document, DocumentUpdate, DocumentVersion, SaveReason
from warroom.models.paper import Malformed, Paper
from warroom.selectors import document as reading
from warroom.selectors.document import sheets
from warroom.services import document, document_log, document_versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(people: People) -> Actor:
    return Actor.of(people.teammate)


def text(incident: Incident) -> str:
    """As a process reads it that has never seen it."""
    row = reading.of_incident(incident.pk)
    if row is not None:
        sheets.take(row.pk)
    return reading.text_of(row)


def kinds(incident: Incident) -> list[str]:
    facts = Fact.objects.filter(incident=incident, kind__startswith="document.")
    return list(facts.order_by("seq").values_list("kind", flat=True))


def append(incident: Incident, update: bytes, actor: Actor) -> int:
    return document.append(incident_id=incident.pk, update=update, actor=actor)


def test_the_first_words_begin_the_document(incident: Incident, mei: Actor) -> None:
    append(incident, Editor().types("Pool is full"), mei)
    append(incident, Editor().types("!"), mei)
    assert kinds(incident) == ["document.opened"]
    assert set(text(incident)) == set("Pool is full!")
    assert DocumentUpdate.objects.values_list("author_handle", flat=True)[0] == mei.handle


def test_an_empty_page_begins_nothing(incident: Incident, mei: Actor) -> None:
    assert append(incident, Editor().doc.get_update(), mei) == 0
    assert not Document.objects.exists()


def test_what_is_known_already_makes_no_row(incident: Incident, mei: Actor) -> None:
    update = Editor().types("once")
    assert [append(incident, update, mei), append(incident, update, mei)] == [1, 0]


def test_a_refused_update_changes_nothing(incident: Incident, mei: Actor) -> None:
    append(incident, Editor().types("kept"), mei)
    with pytest.raises(Malformed):
        append(incident, b"\xff" * 30, mei)
    assert (text(incident), DocumentUpdate.objects.count()) == ("kept", 1)


def test_more_text_than_allowed_is_refused_with_the_limit(
    incident: Incident, mei: Actor, settings: Settings
) -> None:
    settings.DOCUMENT_MAX_TEXT_BYTES = 2048
    append(incident, Editor().types("short"), mei)
    with pytest.raises(document_log.TooLarge, match="2 KB are the most"):
        append(incident, Editor().types("x" * 3000), mei)
    assert text(incident) == "short"


def test_a_text_over_a_lowered_limit_may_still_shrink(
    incident: Incident, mei: Actor, settings: Settings
) -> None:
    document.replace(incident_id=incident.pk, text="x" * 3000, actor=mei)
    settings.DOCUMENT_MAX_TEXT_BYTES = 1000
    document.replace(incident_id=incident.pk, text="x" * 2000, actor=mei)
    assert len(text(incident)) == 2000


def test_a_long_log_becomes_a_snapshot_that_reads_the_same(
    incident: Incident, mei: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_log, "COMPACT_AFTER_UPDATES", 20)
    editor = Editor()
    for n in range(50):
        append(incident, editor.types(f"{n} "), mei)
    row = Document.objects.get()
    assert (row.n, row.snapshot_n, DocumentUpdate.objects.count()) == (50, 42, 8)
    assert row.snapshot_bytes == len(bytes(row.snapshot))
    assert text(incident) == str(editor.text)


def test_many_bytes_become_a_snapshot_before_many_updates(incident: Incident, mei: Actor) -> None:
    editor = Editor()
    for _ in range(3):
        append(incident, editor.types("y" * 100_000), mei)
    assert Document.objects.get().snapshot_n == 3
    assert len(text(incident)) == 300_000


def test_a_full_memory_of_edits_refuses_more(
    incident: Incident, mei: Actor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENT_MAX_LOG_BYTES = 1024
    monkeypatch.setattr(document_log, "COMPACT_AFTER_BYTES", 500)
    append(incident, Editor().types("kept"), mei)
    with pytest.raises(document_log.TooLarge, match="DOCUMENT_MAX_LOG_BYTES"):
        append(incident, Editor().types("z" * 2000), mei)
    assert text(incident) == "kept"


def test_who_is_far_behind_a_snapshot_is_given_all_of_it(
    incident: Incident, mei: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Editor()
    append(incident, editor.types("one "), mei)
    monkeypatch.setattr(document_log, "COMPACT_AFTER_UPDATES", 1)
    append(incident, editor.types("two "), mei)
    append(incident, editor.types("three"), mei)
    [(n, whole), *rest] = reading.changes_after(incident.pk, 1)
    assert (n, rest) == (3, [])
    assert Paper([whole]).text == "one two three"
    assert [n for n, _ in reading.changes_after(incident.pk, 2)] == [3]


def test_a_snapshot_that_comes_between_two_reads_loses_nothing(
    incident: Incident, mei: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Editor()
    for n in range(3):
        append(incident, editor.types(f"{n} "), mei)
    read = reading.updates_after

    def compacted_meanwhile(*args: object) -> list[tuple[int, bytes]]:
        monkeypatch.setattr(reading, "updates_after", read)
        monkeypatch.setattr(document_log, "COMPACT_AFTER_UPDATES", 1)
        append(incident, editor.types("3"), mei)
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "updates_after", compacted_meanwhile)
    assert text(incident) == "0 1 2 3"


def test_the_text_is_read_with_few_queries(incident: Incident, mei: Actor) -> None:
    append(incident, Editor().types("x"), mei)
    row = Document.objects.get()
    for most in (3, 1):
        with CaptureQueriesContext(connection) as queries:
            reading.text_of(row)
        assert len(queries) == most


def test_replacing_checks_what_the_writer_had_seen(incident: Incident, mei: Actor) -> None:
    seen = document.replace(incident_id=incident.pk, text="one\n", actor=mei).n
    append(incident, Editor().types("zero "), mei)
    with pytest.raises(Conflict, match="since you read it"):
        document.replace(incident_id=incident.pk, text="two\n", actor=mei, based_on=seen)
    document.replace(incident_id=incident.pk, text="three\r\nfour", actor=mei, based_on=seen + 1)
    assert text(incident) == "three\nfour"


def test_replacing_keeps_what_stood_there(incident: Incident, mei: Actor) -> None:
    append(incident, Editor().types("by hand"), mei)
    document.replace(incident_id=incident.pk, text="by program", actor=mei)
    texts = DocumentVersion.objects.order_by("number").values_list("text", "reason")
    assert list(texts) == [("by hand", "before"), ("by program", "replaced")]


def test_nothing_is_no_document(incident: Incident, mei: Actor) -> None:
    with pytest.raises(Invalid):
        document.replace(incident_id=incident.pk, text=" ", actor=mei)


@pytest.fixture
def written(incident: Incident, mei: Actor, frozen: FrozenClock) -> Editor:
    editor = Editor()
    append(incident, editor.types("one\n"), mei)
    return editor


def test_a_version_is_kept_when_nobody_writes(
    incident: Incident, written: Editor, frozen: FrozenClock
) -> None:
    assert document_versions.keep_due() == 0
    frozen.fast_forward(seconds=91)
    assert document_versions.keep_due() == 1
    assert document_versions.keep_due() == 0
    fact = Fact.objects.get(kind="document.saved")
    assert fact.text == "wrote in the shared document: version 1, 1 line added, 0 removed"
    assert (fact.data["version"], fact.data["reason"]) == (1, "quiet")


def test_a_version_is_kept_each_ten_minutes_of_writing(
    incident: Incident, mei: Actor, written: Editor, frozen: FrozenClock
) -> None:
    for _ in range(10):
        frozen.fast_forward(seconds=60)
        append(incident, written.types("more "), mei)
    assert document_versions.keep_due() == 1
    assert DocumentVersion.objects.get().reason == SaveReason.LONG


def test_a_version_is_kept_when_the_incident_moves_on(
    incident: Incident, mei: Actor, written: Editor
) -> None:
    lifecycle.move(incident_id=incident.pk, name="investigate", actor=mei)
    moved = Fact.objects.get(kind="incident.state_changed")
    bus.SUBSCRIPTIONS["warroom.document_versions"].handle(moved)
    bus.SUBSCRIPTIONS["warroom.document_versions"].handle(moved)
    saved = Fact.objects.get(kind="document.saved")
    assert (saved.data["reason"], saved.cause) == ("stage", moved)


def test_what_was_typed_and_erased_is_no_version(
    incident: Incident, mei: Actor, written: Editor
) -> None:
    document_versions.keep(incident_id=incident.pk, reason=SaveReason.QUIET)
    before = written.doc.get_state()
    written.types("oops", at=0)
    del written.text[0:4]
    append(incident, written.doc.get_update(before), mei)
    assert not document_versions.keep(incident_id=incident.pk, reason=SaveReason.QUIET)
    assert Document.objects.get().save_due_at is None


def test_a_version_names_all_who_wrote(incident: Incident, people: People, written: Editor) -> None:
    append(incident, written.types("two\n"), Actor.of(people.commander))
    document_versions.keep(incident_id=incident.pk, reason=SaveReason.QUIET)
    assert DocumentVersion.objects.get().names == "Tom Teammate and Cara Commander"
    fact = Fact.objects.get(kind="document.saved")
    assert (fact.actor_handle, "with Tom Teammate" in fact.text) == ("cara", True)


def test_restoring_is_an_edit_and_loses_nothing(
    incident: Incident, mei: Actor, written: Editor
) -> None:
    document_versions.keep(incident_id=incident.pk, reason=SaveReason.QUIET)
    append(incident, written.types("two\n"), mei)
    document.restore(incident_id=incident.pk, number=1, actor=mei)
    assert text(incident) == "one\n"
    texts = DocumentVersion.objects.order_by("number").values_list("text", flat=True)
    assert list(texts) == ["one\n", "one\ntwo\n", "one\n"]
    assert kinds(incident)[-1] == "document.restored"
    with pytest.raises(Conflict):
        document.restore(incident_id=incident.pk, number=3, actor=mei)
    with pytest.raises(NotFound):
        document.restore(incident_id=incident.pk, number=9, actor=mei)


def test_a_line_from_the_chat_is_part_of_a_version_at_once(incident: Incident, mei: Actor) -> None:
    document.insert_outline(incident_id=incident.pk, name="findings", actor=mei)
    heading = document.add(incident_id=incident.pk, text="Know: pool is full", actor=mei)
    assert heading == "What we know"
    assert "- pool is full (Tom Teammate, " in text(incident)
    assert DocumentVersion.objects.get().reason == SaveReason.COMMAND
