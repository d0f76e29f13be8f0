"""What happened and what is planned, for feed readers: RSS 2.0 and Atom."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import format_html
from django.utils.translation import gettext

from incidents.kernel import markdown
from statuspage.models import Maintenance, MaintenanceState, PublicIncident, PublicState
from statuspage.rendering import words
from statuspage.rendering.machine.objects import MOST, Known, document, last_touched, plain
from statuspage.rendering.pages import Document

RSS: Final = "history.rss"
ATOM: Final = "history.atom"


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    path: str
    key: str
    html: str
    began: datetime
    touched: datetime


def documents(known: Known) -> list[Document]:
    items = _items(known)
    return [
        document(
            RSS, "application/rss+xml; charset=utf-8", _feed(Rss201rev2Feed, RSS, known, items)
        ),
        document(ATOM, "application/atom+xml; charset=utf-8", _feed(Atom1Feed, ATOM, known, items)),
    ]


def _feed(kind: type[SyndicationFeed], path: str, known: Known, items: list[Item]) -> bytes:
    page = known.page
    feed = kind(
        title=plain(gettext("%(name)s: status") % {"name": page.name}),
        link=f"{page.public_url}/",
        description=plain(page.description)
        or gettext("Incidents and planned maintenance, as they are published."),
        language=page.language,
        author_name=plain(page.name),
        feed_url=f"{page.public_url}/{path}",
        feed_guid=f"{page.public_url}/",
    )
    for item in items:
        address = f"{page.public_url}/{item.path}"
        feed.add_item(
            title=item.title,
            link=address,
            description=item.html,
            unique_id=_tag(address, item),
            unique_id_is_permalink=False,
            pubdate=item.began,
            updateddate=item.touched,
        )
    return str(feed.writeString("utf-8")).encode()


def _tag(address: str, item: Item) -> str:
    """A name that stays when the page moves to another host is not to be had without storing it:
    this one (RFC 4151) stays for as long as the host does."""
    day = item.began.astimezone(UTC).date().isoformat()
    return f"tag:{urlsplit(address).hostname},{day}:{item.key}"


def _items(known: Known) -> list[Item]:
    """The newest first, by when something was last said."""
    found = [
        *(_of_incident(row) for row in known.incidents),
        *(_of_maintenance(row) for row in known.maintenances),
    ]
    return sorted(found, key=lambda item: item.touched, reverse=True)[:MOST]


def _of_incident(row: PublicIncident) -> Item:
    told = [
        _said(update.displayed_at, words.label(PublicState(update.state)), update.body)
        for update in row.updates.all()
    ]
    return Item(
        title=plain(row.title),
        path=row.path,
        key=row.key,
        html="".join(told),
        began=row.started_at,
        touched=last_touched(row),
    )


def _of_maintenance(row: Maintenance) -> Item:
    told = [
        _said(update.created_at, words.label(MaintenanceState(update.state)), update.body)
        for update in row.updates.all()
    ]
    when = format_html("<p>{} – {}</p>", _moment(row.starts_at), _moment(row.ends_at))
    return Item(
        title=plain(gettext("Maintenance: %(title)s") % {"title": row.title}),
        path=row.path,
        key=row.key,
        html="".join([when, *told]),
        began=row.created_at,
        touched=last_touched(row),
    )


def _said(when: datetime, state: object, body: str) -> str:
    head = format_html("<p><strong>{}</strong>, {}</p>", state, _moment(when))
    return plain(f"{head}{markdown.render(body)}")


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
