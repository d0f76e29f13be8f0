"""What there is to tell, in the language that is active. No way of telling it is known here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Choices
from django.utils.translation import gettext

from incidents.kernel import clock
from statuspage.models import (
    Broadcast,
    ComponentState,
    MaintenanceState,
    MaintenanceUpdate,
    PublicIncident,
    PublicState,
    PublicUpdate,
    StatusPage,
    worst,
)
from statuspage.rendering import words

MOST_BEFORE: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A label, and what stands beside it; `url` makes that a link."""

    label: str
    texts: Sequence[str]
    url: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """`band` is the state in a word or two with its `tone`; `body` is Markdown; `thread` is the
    same for all that is told of one thing."""

    page: StatusPage
    subject: str
    band: str
    tone: str
    title: str
    body: str
    url: str
    thread: str
    lines: Sequence[Line] = field(default_factory=tuple)
    items: Sequence["Item"] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a digest."""

    when: str
    title: str
    state: str
    gist: str
    url: str


def _label(state: Choices) -> str:
    return gettext(str(state.label))


def _moment(when: datetime) -> str:
    return f"{words.long_date(when)}, {words.clock(when)}"


def of_update(update: PublicUpdate) -> News:
    public, page = update.public_incident, update.public_incident.page
    state = PublicState(update.state)
    effects = _effects(public)
    peak = worst(effect for _, effect in effects)
    over = public.is_over or not effects
    what = _label(state) if over else _label(peak)
    return News(
        page=page,
        subject=f"{what}: {update_title(public)}",
        band=f"{what if over else f'{what}. {_label(state)}'}, {_moment(update.displayed_at)}",
        tone=_tone(public, peak),
        title=public.title,
        body=update.body,
        url=f"{page.public_url}/{public.path}",
        thread=public.key,
        lines=[line for line in _of_incident(public, update, effects) if line.texts],
    )


def _tone(public: PublicIncident, peak: ComponentState) -> str:
    """Green is for what is over: one that affects no component is a notice."""
    if public.is_over:
        return "ok"
    return "none" if peak == ComponentState.OPERATIONAL else words.TONES[peak]


def update_title(public: PublicIncident) -> str:
    return " ".join(public.title.split())


def _effects(public: PublicIncident) -> list[tuple[str, ComponentState]]:
    rows = public.effects.filter(until=None).select_related("component")
    return [(row.component.name, ComponentState(row.state)) for row in rows]


def _of_incident(
    public: PublicIncident, update: PublicUpdate, effects: Iterable[tuple[str, ComponentState]]
) -> list[Line]:
    named = [f"{name}: {_label(state)}" for name, state in effects]
    if not named:
        named = [f"{c['name']}: {_label(ComponentState(c['new']))}" for c in update.changes]
    before = public.updates.filter(displayed_at__lt=update.displayed_at).exclude(pk=update.pk)
    promised = public.next_update_at
    is_promised = promised is not None and promised > clock.now() and not public.is_over
    return [
        Line(gettext("Affected"), named),
        Line(gettext("Started"), [_moment(public.started_at)]),
        Line(gettext("Resolved"), [_moment(public.resolved_at)] if public.resolved_at else []),
        Line(
            gettext("Next update"),
            [gettext("By %(time)s") % {"time": _moment(promised)}]
            if promised is not None and is_promised
            else [],
        ),
        Line(
            gettext("Before this"),
            [
                f"{_moment(row.displayed_at)}: {words.gist(row.body)}"
                for row in before[:MOST_BEFORE]
            ],
        ),
    ]


def of_maintenance(update: MaintenanceUpdate) -> News:
    planned = update.maintenance
    page, kind = planned.page, MaintenanceUpdate.Kind(update.kind)
    is_news = kind in (MaintenanceUpdate.Kind.STATE, MaintenanceUpdate.Kind.ANNOUNCED)
    state = MaintenanceState(update.state)
    what = _label(state) if is_news else _label(kind)
    names = sorted(planned.components.values_list("name", flat=True))
    start, end = planned.started_at or planned.starts_at, planned.ended_at or planned.ends_at
    lines = [
        Line(gettext("Affected"), names),
        Line(gettext("From"), [_moment(start)]),
        Line(gettext("Until"), [_moment(end)]),
    ]
    title = " ".join(planned.title.split())
    return News(
        page=page,
        subject=f"{gettext('Maintenance')}: {title} ({what})",
        band=f"{gettext('Maintenance')}. {what}, {_moment(update.created_at)}",
        tone="ok" if planned.is_over else "maintenance",
        title=planned.title,
        body=update.body,
        url=f"{page.public_url}/{planned.path}",
        thread=planned.key,
        lines=[line for line in lines if line.texts],
    )


def item_of(broadcast: Broadcast) -> Item:
    """What one broadcast told, in a line of a digest."""
    if broadcast.update is not None:
        public = broadcast.update.public_incident
        path, title = public.path, public.title
        state, body = _label(PublicState(broadcast.update.state)), broadcast.update.body
    elif broadcast.maintenance_update is not None:
        planned = broadcast.maintenance_update.maintenance
        path, title = planned.path, planned.title
        state = _label(MaintenanceState(broadcast.maintenance_update.state))
        body = broadcast.maintenance_update.body
    else:
        raise ValueError(f"{broadcast} is not told in digests")
    return Item(
        when=_moment(broadcast.made_at),
        title=title,
        state=state,
        gist=words.gist(body),
        url=f"{broadcast.page.public_url}/{path}",
    )


def of_digest(page: StatusPage, until: datetime, parts: Sequence[Broadcast]) -> News:
    items = [item_of(part) for part in parts]
    title = gettext("What happened at %(page)s") % {"page": page.name}
    day = words.long_date(until)
    return News(
        page=page,
        subject=f"{title}, {day}",
        band=gettext("Your daily summary, %(day)s") % {"day": day},
        tone="none",
        title=title,
        body="",
        url=page.public_url,
        thread=f"digest-{page.slug}",
        items=items,
    )
