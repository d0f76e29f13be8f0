"""A draft is edited, tried, published, and never changed again."""

from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import RoutingVersion, VersionState
from incidents.pipeline.routing import versions
from tests.routing.conftest import Publish, rule


def _states() -> list[tuple[int, str]]:
    return list(RoutingVersion.objects.order_by("number").values_list("number", "state"))


def test_a_draft_is_edited_in_place(admin: Actor, publish: Publish) -> None:
    first = versions.write_draft(document={"rules": [rule("One")]}, actor=admin)
    again = versions.write_draft(document={"rules": [rule("One"), rule("Two")]}, actor=admin)
    assert (again.pk, again.revision) == (first.pk, first.revision + 1)
    same = versions.write_draft(document=again.document, actor=admin, note="Two rules")
    assert (same.revision, same.note) == (again.revision, "Two rules")
    assert same.rules[0]["id"] == first.rules[0]["id"]


def test_of_two_who_change_a_draft_the_second_is_told(admin: Actor, publish: Publish) -> None:
    first = versions.write_draft(document={"rules": [rule("One")]}, actor=admin)
    versions.change_draft(change=lambda rules: [], actor=admin, revision=first.revision)
    with pytest.raises(Conflict, match="Somebody else"):
        versions.change_draft(change=lambda rules: rules, actor=admin, revision=first.revision)


def test_a_draft_begins_with_what_is_live(admin: Actor, publish: Publish) -> None:
    publish(rule("One"))
    draft = versions.start_draft(actor=admin)
    assert (draft.number, [r["name"] for r in draft.rules]) == (2, ["One"])
    with pytest.raises(Conflict, match="draft already"):
        versions.start_draft(actor=admin)
    versions.discard_draft(actor=admin)
    with pytest.raises(NotFound):
        versions.discard_draft(actor=admin)


def test_it_goes_through_shadow_only_when_simulated(admin: Actor, publish: Publish) -> None:
    draft = versions.write_draft(document={"rules": [rule("One")]}, actor=admin)
    with pytest.raises(Conflict, match="not been simulated"):
        versions.to_shadow(number=1, actor=admin)
    draft.simulations.create(revision=draft.revision, by="Ada")
    versions.change_draft(change=lambda rules: [*rules, rule("Two")], actor=admin)
    with pytest.raises(Conflict, match="since its last change"):
        versions.to_shadow(number=1, actor=admin)
    draft.simulations.create(revision=draft.revision + 1, by="Ada")
    assert versions.to_shadow(number=1, actor=admin).state == VersionState.SHADOW


def test_going_live_names_what_was_left_out(admin: Actor, publish: Publish) -> None:
    versions.write_draft(document={"rules": [rule("One")]}, actor=admin)
    with pytest.raises(Conflict) as told:
        versions.go_live(number=1, actor=admin)
    assert "not been simulated" in str(told.value)
    assert "not run in shadow" in str(told.value)
    versions.go_live(number=1, actor=admin, confirmed=True)
    entry = versions.found(1).log.first()
    assert entry is not None
    assert "put it live although: It has not been simulated" in entry.what
    assert entry.actor_handle == "ada"


def test_what_ran_in_shadow_goes_live_without_asking(admin: Actor, publish: Publish) -> None:
    version = publish(rule("One"), to="shadow")
    with pytest.raises(Conflict, match="no signal in shadow"):
        versions.go_live(number=version.number, actor=admin)
    version.tally.seen = 3
    version.tally.save()
    assert versions.go_live(number=version.number, actor=admin).state == VersionState.LIVE
    assert versions.found(1).tally.seen == 0, "what it does now is counted from here"


def test_there_is_one_live_version_and_one_in_shadow(admin: Actor, publish: Publish) -> None:
    publish(rule("One"))
    publish(rule("Two"))
    publish(rule("Three"), to="shadow")
    publish(rule("Four"), to="shadow")
    assert _states() == [(1, "retired"), (2, "live"), (3, "retired"), (4, "shadow")]


@pytest.mark.parametrize("state", ["draft", "shadow", "live"])
def test_the_database_refuses_a_second_one(db: None, state: str) -> None:
    RoutingVersion.objects.create(number=1, state=state, author_name="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingVersion.objects.create(number=2, state=state, author_name="A")
    RoutingVersion.objects.create(number=3, state="retired", author_name="A")


def test_a_published_version_cannot_be_changed(admin: Actor, publish: Publish) -> None:
    version = publish(rule("One"))
    for name, value in (("document", {"rules": []}), ("number", 9), ("state", "draft")):
        changed = versions.found(version.number)
        setattr(changed, name, value)
        with pytest.raises(Conflict, match="no draft"):
            changed.save()
    with pytest.raises(Conflict):
        versions.to_shadow(number=version.number, actor=admin)


def test_the_database_itself_refuses_to_change_or_delete_one(publish: Publish) -> None:
    version = publish(rule("One"))
    rows = RoutingVersion.objects.filter(pk=version.pk)
    for change in (
        lambda: rows.update(document={"rules": []}),
        lambda: rows.update(state="draft"),
        rows.delete,
    ):
        with pytest.raises(Error, match="no draft"), transaction.atomic():
            change()
    rows.update(state="retired")


def test_rolling_back_is_a_new_version_with_old_rules(admin: Actor, publish: Publish) -> None:
    old, new = publish(rule("Old")), publish(rule("New"))
    draft = versions.start_draft(actor=admin)
    back = versions.roll_back(number=old.number, actor=admin)
    assert back.document == old.document
    assert (back.number, back.state, back.note) == (4, "live", "Back to version 1")
    assert versions.found(new.number).state == VersionState.RETIRED
    assert versions.found(draft.number).state == VersionState.DRAFT
    with pytest.raises(Conflict, match="is live"):
        versions.roll_back(number=back.number, actor=admin)
    with pytest.raises(Conflict, match="never been live"):
        versions.roll_back(number=draft.number, actor=admin)


def test_routing_is_switched_off_at_once(admin: Actor, publish: Publish) -> None:
    version = publish(rule("One"))
    assert versions.stop(number=version.number, actor=admin).state == VersionState.RETIRED
    with pytest.raises(Conflict, match="not at work"):
        versions.stop(number=version.number, actor=admin)
    with pytest.raises(Conflict, match="is retired"):
        versions.go_live(number=version.number, actor=admin, confirmed=True)


def test_a_document_that_is_none_is_refused(admin: Actor, publish: Publish) -> None:
    documents: list[Any] = [[], {"rules": {}}, {"rules": [rule("A")] * 201}]
    for document in documents:
        with pytest.raises(Invalid):
            versions.write_draft(document=document, actor=admin)
    assert not RoutingVersion.objects.exists()
