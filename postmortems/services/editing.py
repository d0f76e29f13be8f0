"""Editing sections. Whoever saves says which version they read; nobody's text is overwritten
unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident
from incidents.pipeline import lifecycle
from postmortems.events import PostMortemEdited
from postmortems.models import MAX_BODY, OUTLINE, PostMortem, Section


@dataclass(frozen=True, slots=True)
class SectionEdit:
    """What somebody wants a section to say, and which version of it they had read."""

    slug: str
    body: str
    version: int


class SectionConflict(Conflict):
    """Somebody else saved first. Carries both texts: `section` as it is now, and `yours`."""

    code: ClassVar[str] = "edited_meanwhile"

    def __init__(self, section: Section, yours: str) -> None:
        who = section.editor_name or "The draft"
        super().__init__(
            f"{who} changed “{section.heading}” while you were writing. Nothing was overwritten.",
            f"Take over what you need and save again with version {section.version}.",
        )
        self.section = section
        self.yours = yours


def save_section(*, incident_id: int, edit: SectionEdit, actor: Actor) -> Section:
    """Replace the text of one section. Raises SectionConflict when another version is there."""
    return save_sections(incident_id=incident_id, edits=[edit], actor=actor)[0]


@transaction.atomic
def save_sections(*, incident_id: int, edits: Sequence[SectionEdit], actor: Actor) -> list[Section]:
    """Replace the texts of several sections: all of them or, on an error, none."""
    incident = lifecycle.locked(incident_id, merged_too=True)
    post_mortem = locked(incident)
    by_slug = {section.slug: section for section in post_mortem.sections.all()}
    saved = [_save(by_slug, edit, actor) for edit in edits]
    changed = [section for section, is_new in saved if is_new]
    if changed:
        post_mortem.version += 1
        post_mortem.updated_at = clock.now()
        post_mortem.save(update_fields=["version", "updated_at"])
        _tell(incident, changed, actor)
    return [section for section, _ in saved]


def locked(incident: Incident) -> PostMortem:
    """The post-mortem of an incident whose row is locked; NotFound where none was drafted."""
    rows = PostMortem.objects.select_for_update().prefetch_related("sections")
    post_mortem = rows.filter(pk=incident.pk).first()
    if post_mortem is None:
        raise NotFound(f"{incident.reference} has no post-mortem yet.", "Draft one first.")
    return post_mortem


def _save(by_slug: dict[str, Section], edit: SectionEdit, actor: Actor) -> tuple[Section, bool]:
    section = by_slug.get(edit.slug)
    if section is None:
        known = ", ".join(heading.slug for heading in OUTLINE)
        raise Invalid(
            f"There is no section {edit.slug!r}.", f"Sections: {known}.", field="sections"
        )
    body = _clean(edit)
    if body == section.body:
        return section, False
    if edit.version != section.version:
        raise SectionConflict(section, body)
    section.body = body
    section.version += 1
    section.edited_at = clock.now()
    section.edited_by_id = actor.user_id
    section.editor_name = actor.name
    section.save()
    return section, True


def _clean(edit: SectionEdit) -> str:
    body = edit.body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(body) > MAX_BODY:
        raise Invalid(
            f"“{edit.slug}” has {len(body):,} characters; {MAX_BODY:,} is the most.",
            "Shorten it, or link to the details.",
            field="body",
        )
    if "\0" in body:
        raise Invalid("The text holds a NUL character.", "Remove it.", field="body")
    return body


def _tell(incident: Incident, changed: Sequence[Section], actor: Actor) -> None:
    bodies = [
        PostMortemEdited(section=section.slug, heading=section.heading, version=section.version)
        for section in changed
    ]
    bus.emit_all([bus.News(incident=incident, bodies=bodies, actor=actor)])
