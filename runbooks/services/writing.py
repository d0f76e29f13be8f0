"""Writing runbooks. Each change of the text is a version with its author and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import User
from runbooks import selectors
from runbooks.models import Runbook, RunbookPattern
from runbooks.rendering import outline

# What makes a version.
TEXT: Final = (
    *("slug", "title", "summary", "body", "category", "tags"),
    *("owner_id", "severities", "estimated_minutes", "enabled"),
)
# Ticks and facts name steps; a runbook of more is several runbooks.
MAX_STEPS: Final = 100
MAX_PATTERNS: Final = 50


def new(**fields: Any) -> Runbook:
    """A runbook that is not yet written; give it to `write`."""
    return Runbook(**fields)


@transaction.atomic
def write(
    draft: Runbook, *, actor: Actor, reason: str = "", based_on: int | None = None
) -> Runbook:
    """Store `draft` (new, or changed) as the next version; nothing changed makes no version.

    `based_on` is the version that the writer had before their eyes: Conflict where somebody has
    written since. Raises Invalid for a bad field, naming it.
    """
    current = _locked(draft.pk) if draft.pk else None
    if current and based_on is not None and based_on != current.version:
        raise Conflict(
            f"{current.edited_by or 'Somebody'} has changed this runbook since you opened it.",
            "Open it again, and put your change on top of theirs.",
        )
    draft.slug = draft.slug or free_slug(draft.title)
    _check(draft)
    if current and all(getattr(draft, name) == getattr(current, name) for name in TEXT):
        return current
    now = clock.now()
    draft.version = current.version + 1 if current else 1
    draft.edited_by, draft.edited_at = actor.name, now
    draft.created_at = current.created_at if current else now
    _save(draft, actor, reason.strip()[:100])
    return draft


def _locked(pk: int) -> Runbook:
    current = Runbook.objects.select_for_update().filter(pk=pk).first()
    if current is None:
        raise NotFound(
            "This runbook has been deleted meanwhile.", "Its text is still in your form."
        )
    return current


def _check(draft: Runbook) -> None:
    draft.title = draft.title.strip()
    # Browsers send lines that end in \r\n: the same text must not look changed.
    draft.body = "\n".join(draft.body.strip().splitlines())
    try:
        draft.full_clean(exclude=["owner"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(f"{field}: {' '.join(messages)}", field=field) from error
    check_steps(draft.body)


def check_steps(body: str) -> None:
    """Raise Invalid where `body` divides into more steps than anybody follows."""
    steps = len(outline(body).steps)
    if steps > MAX_STEPS:
        raise Invalid(
            f"{steps} steps are too many to follow; {MAX_STEPS} is the limit.",
            "Split it into several runbooks.",
            field="body",
        )


def _save(draft: Runbook, actor: Actor, reason: str) -> None:
    _sign(draft, actor, reason)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise Conflict(
            f"Another runbook took the address {draft.slug} a moment ago.", "Choose another slug."
        ) from error


def _sign(row: Any, actor: Actor, reason: str) -> None:
    """Say who, when and why to simple_history, which reads it from the row that it copies."""
    person = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    row._history_user = person  # noqa: SLF001  # the documented names
    row._history_date = row.edited_at  # noqa: SLF001
    row._change_reason = reason or None  # noqa: SLF001


def free_slug(title: str) -> str:
    """A slug from the title that no runbook has yet."""
    stem = slugify(title)[:70] or "runbook"
    stem = f"runbook-{stem}" if stem.isdecimal() else stem
    taken = set(Runbook.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)


@transaction.atomic
def restore(*, runbook_id: int, version: int, actor: Actor) -> Runbook:
    """Make the text of an earlier version the newest one; nothing of the history is lost."""
    current = _locked(runbook_id)
    old = selectors.version(current, version)
    for name in TEXT:
        # The address stays: links to it are out in the world.
        if name != "slug":
            setattr(current, name, getattr(old, name))
    return write(current, actor=actor, reason=f"Version {version} restored")


@transaction.atomic
def remove(*, runbook_id: int, actor: Actor) -> None:
    """Delete the runbook. Runs keep their frozen text, and the history its versions."""
    runbook = _locked(runbook_id)
    runbook.edited_at = clock.now()
    _sign(runbook, actor, "")
    runbook.delete()


@dataclass(frozen=True, slots=True)
class PatternText:
    """A pattern as people write it: what it is held against, and the words."""

    field: str
    pattern: str
    label: str = ""


@transaction.atomic
def set_patterns(runbook: Runbook, patterns: Sequence[PatternText]) -> None:
    """Let these patterns, and no others, suggest the runbook. Raises Invalid for a bad one."""
    if len(patterns) > MAX_PATTERNS:
        raise Invalid(f"More than {MAX_PATTERNS} patterns.", "Join some with |.", field="patterns")
    rows = [
        RunbookPattern(runbook=runbook, field=p.field, label=p.label, pattern=p.pattern.strip())
        for p in dict.fromkeys(patterns)
    ]
    for row in rows:
        try:
            row.full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages), field="patterns") from error
    runbook.patterns.all().delete()
    RunbookPattern.objects.bulk_create(rows)
