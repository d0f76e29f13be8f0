"""Writing the post-mortem from the record, at first and again, never over what people wrote."""

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import lifecycle
from postmortems.events import PostMortemDrafted
from postmortems.models import PostMortem, Section
from postmortems.selectors.records import record_of
from postmortems.services import narrative


@transaction.atomic
def draft(*, incident_id: int, actor: Actor) -> PostMortem:
    """The post-mortem of the incident, drafted from its facts.

    Where there is one already, sections that people have edited stay as they are; the others are
    written anew. Needs nothing but the database.
    """
    incident = lifecycle.locked(incident_id)
    texts = narrative.write(record_of(incident))
    found = _known(incident)
    if found is not None and _add_headings(found, texts):
        found = _known(incident)
    if found is None:
        post_mortem, kept = _first(incident, texts, actor), 0
    else:
        post_mortem, kept = found, _again(found, texts, incident, actor)
    body = PostMortemDrafted(version=post_mortem.version, upto=post_mortem.drafted_upto, kept=kept)
    bus.emit(incident, body, actor=actor)
    return post_mortem


def _first(incident: Incident, texts: dict[str, str], actor: Actor) -> PostMortem:
    now = clock.now()
    post_mortem = PostMortem.objects.create(
        incident=incident,
        drafted_at=now,
        drafted_upto=incident.last_seq,
        drafted_by=actor.name,
        updated_at=now,
    )
    rows = [Section(post_mortem=post_mortem, slug=slug, body=body) for slug, body in texts.items()]
    bulk_create_with_history(rows, Section)
    return post_mortem


def _again(post_mortem: PostMortem, texts: dict[str, str], incident: Incident, actor: Actor) -> int:
    """Replace the sections nobody has edited; returns how many were left alone."""
    kept = 0
    for section in post_mortem.sections.all():
        if section.is_ours:
            kept += 1
        elif section.body != texts.get(section.slug, section.body):
            section.body = texts[section.slug]
            section.version += 1
            section.save(update_fields=["body", "version"])
    now = clock.now()
    post_mortem.version += 1
    post_mortem.drafted_at = post_mortem.updated_at = now
    post_mortem.drafted_upto = incident.last_seq
    post_mortem.drafted_by = actor.name
    post_mortem.save()
    return kept


def _known(incident: Incident) -> PostMortem | None:
    return PostMortem.objects.filter(pk=incident.pk).prefetch_related("sections").first()


def _add_headings(post_mortem: PostMortem, texts: dict[str, str]) -> bool:
    """Add what the outline has got since the document was first drafted; whether it had to."""
    known = {section.slug for section in post_mortem.sections.all()}
    new = [slug for slug in texts if slug not in known]
    rows = [Section(post_mortem=post_mortem, slug=slug, body=texts[slug]) for slug in new]
    if rows:
        bulk_create_with_history(rows, Section)
    return bool(rows)
