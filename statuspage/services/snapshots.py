"""Bytes follow rows: whatever shows on a page raises its version, and rendering catches up.

Rendering happens right after the commit, in the process that published. Should that process die in
between, the engine's delivery or the sweep finds the page by its version and renders it then.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from statuspage.models import PublicIncident, Snapshot, StatusPage
from statuspage.rendering import view
from statuspage.rendering.assets import edition
from statuspage.rendering.pages import Document, overview, permalink


def locked(page_id: int) -> StatusPage:
    """The page with its row locked; publishing and rendering wait for one another."""
    page = StatusPage.objects.select_for_update().filter(pk=page_id).first()
    if page is None:
        raise NotFound("There is no such status page.")
    return page


def raise_version(page: StatusPage, *, everything: bool = False) -> int:
    """Say that `page` (locked by this transaction) shows something new, and render after commit.

    `everything` also renders what was written before: for changes of names.
    """
    page.version += 1
    page.edition = "" if everything else page.edition
    page.save(update_fields=["version", "edition"])
    transaction.on_commit(partial(refresh, page.pk), robust=True)
    return page.version


@transaction.atomic
def changed(pages: Iterable[StatusPage]) -> None:
    """Names or settings of these pages were edited: render all that shows them."""
    for page in pages:
        raise_version(locked(page.pk), everything=True)


def is_stale(page: StatusPage, now: datetime) -> bool:
    """Behind its version, rendered by another edition, or rendered on an earlier day: the bars
    move at midnight UTC."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return (
        page.rendered_at is None
        or page.rendered_version < page.version
        or page.rendered_at < today
        or page.edition != edition()
        or _leftovers(page).exists()
    )


def _leftovers(page: StatusPage) -> QuerySet[Snapshot]:
    """Incidents that were removed or hidden while their words are still kept."""
    paths = [public.path for public in view.incidents(page).select_related(None).only("key")]
    return page.snapshots.filter(path__startswith="incidents/").exclude(path__in=paths)


def refresh_stale() -> int:
    """Render every page that is behind; how many there were."""
    now = clock.now()
    behind = [page for page in StatusPage.objects.all() if is_stale(page, now)]
    for page in behind:
        refresh(page.pk)
    return len(behind)


@transaction.atomic
def refresh(page_id: int) -> None:
    """Render what is behind. Harmless when nothing is, and when two do it at once."""
    page = StatusPage.objects.select_for_update().filter(pk=page_id).first()
    if page is None or not is_stale(page, clock.now()):
        return
    documents = [*overview(view.load(page)), *(permalink(page, v) for v in _behind(page))]
    _store(page, documents)
    _leftovers(page).delete()
    page.rendered_version = page.version
    page.rendered_at = clock.now()
    page.edition = edition()
    page.save(update_fields=["rendered_version", "rendered_at", "edition"])


def _behind(page: StatusPage) -> list[view.IncidentView]:
    rows: QuerySet[PublicIncident] = view.incidents(page)
    if page.edition == edition():
        kept = page.snapshots.values("path")
        known = {row["path"].removeprefix("incidents/") for row in kept}
        rows = rows.filter(Q(version__gt=page.rendered_version) | ~Q(key__in=known))
    return [view.incident_view(row) for row in rows]


def _store(page: StatusPage, documents: list[Document]) -> None:
    """Write those whose content is new; the door fetches only what has another etag."""
    kept = dict(page.snapshots.values_list("path", "etag"))
    fresh = [document for document in documents if kept.get(document.path) != document.etag]
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                page=page,
                path=document.path,
                content_type=document.content_type,
                body=document.body,
                etag=document.etag,
                version=page.version,
                rendered_at=clock.now(),
            )
            for document in fresh
        ],
        update_conflicts=True,
        unique_fields=["page", "path"],
        update_fields=["content_type", "body", "etag", "version", "rendered_at"],
    )


def pages_showing(incident_id: int) -> QuerySet[StatusPage]:
    return StatusPage.objects.filter(incidents__incident_id=incident_id)
