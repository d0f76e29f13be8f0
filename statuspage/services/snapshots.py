"""Bytes follow rows: whatever shows on a page raises its version, and rendering catches up.

Rendering happens right after the commit, in the process that published. Should that process die in
between, the engine's delivery or the sweep finds the page by its version and renders it then.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from statuspage.models import Language, PublicIncident, Snapshot, StatusPage
from statuspage.rendering import history, machine, uptime, view
from statuspage.rendering.assets import edition
from statuspage.rendering.frame import Frame, languages
from statuspage.rendering.pages import (
    DRESS,
    Document,
    archive,
    dressed,
    overview,
    permalink,
    year_path,
)

# What documents begin with that may be gone one day.
_LASTING: Final = ("incidents/", "maintenance/", "history/", *DRESS)


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

    def render() -> None:  # no partial(): Django logs a hook that failed by its name
        refresh(page.pk)

    transaction.on_commit(render, robust=True)
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
    """What is still kept of words that were removed or hidden, of languages that the page speaks no
    longer, and of a former look."""
    others = languages(page)[1:]
    lasting: set[str] | None = None
    gone = []
    for path in page.snapshots.values_list("path", flat=True):
        language, _, rest = path.partition("/")
        if language not in Language.values:
            rest = path
        elif language not in others:
            gone.append(path)
            continue
        if rest.startswith(_LASTING):
            lasting = lasting if lasting is not None else _lasting(page)
            if rest not in lasting:
                gone.append(path)
    return page.snapshots.filter(path__in=gone)


def _lasting(page: StatusPage) -> set[str]:
    """The lasting addresses that there are, in any language."""
    told, works = view.incidents(page), view.maintenances(page)
    paths = {
        *(row.path for row in told.select_related(None).prefetch_related(None).only("key")),
        *(row.path for row in works.select_related(None).prefetch_related(None).only("key")),
    }
    return {*paths, *map(year_path, history.years(page)), *dressed(Frame.of(page))}


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
    shown = view.load(page)
    documents = [*overview(shown), *machine.documents(shown), *_behind(page)]
    documents += uptime.monthly(page)
    _store(page, documents)
    _leftovers(page).delete()
    if not page.shows_uptime:
        page.snapshots.filter(path=uptime.PATH).delete()
    paths = [document.path for document in documents]
    page.snapshots.filter(path__startswith=machine.PREFIX).exclude(path__in=paths).delete()
    page.rendered_version = page.version
    page.rendered_at = clock.now()
    page.edition = edition()
    page.save(update_fields=["rendered_version", "rendered_at", "edition"])


def _behind(page: StatusPage) -> list[Document]:
    """The lasting addresses whose words changed, and the years in which they are listed."""
    frame = Frame.of(page)
    kept = set(page.snapshots.values_list("path", flat=True))
    is_known = page.edition == edition() and set(frame.languages[1:]) <= kept
    told, works = view.incidents(page), view.maintenances(page)
    if is_known:
        told, works = told.filter(_is_new(page, kept)), works.filter(_is_new(page, kept))
    entries: list[history.Entry] = [
        *map(view.incident_view, told),
        *map(view.maintenance_view, works),
    ]
    years = history.years(page)
    if is_known and not _leftovers(page).exists() and set(map(year_path, years)) <= kept:
        now = clock.now()
        touched = {when.year for one in entries for when in (one.began, one.ended or now)}
        years = [year for year in years if year in touched | {now.year}]
    lasting = [document for entry in entries for document in permalink(frame, entry)]
    return [*lasting, *archive(frame, years, clock.now())]


def _is_new(page: StatusPage, kept: Iterable[str]) -> Q:
    known = {path.rpartition("/")[2] for path in kept}
    return Q(version__gt=page.rendered_version) | ~Q(key__in=known)


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


@transaction.atomic
def inside_changed(incident_id: int) -> None:
    """Internal pages that show more of this incident than its updates show it as it is now."""
    for shown in pages_showing(incident_id).filter(shows_inside=True).order_by("pk"):
        page = locked(shown.pk)
        told = PublicIncident.objects.filter(page=page, incident_id=incident_id)
        told.update(version=raise_version(page))


def pages_showing(incident_id: int) -> QuerySet[StatusPage]:
    return StatusPage.objects.filter(incidents__incident_id=incident_id)
