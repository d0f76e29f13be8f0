"""From leased rows to parcels: who still wants it, what it says, with whose links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import F

from incidents.kernel import clock, secrets
from incidents.reactions.notifications.mail import Composed
from incidents.reactions.notifications.parcel import Parcel, Refused
from statuspage.models import (
    Broadcast,
    Errand,
    Subscriber,
    SubscriberState,
    Telling,
    Way,
)
from statuspage.rendering.letters import letter, news, program
from statuspage.services import digests, links

# Yesterday's news is on the page; nobody is woken for it.
STALE: Final = timedelta(hours=24)
MOST_BOUNCES: Final = 3
# Of RFC 3463: there is no such mailbox or no such place. All else may be our fault, or pass.
_NO_MAILBOX: Final = ("5.1.", "5.2.1", "5.4.4")


@dataclass(frozen=True, slots=True)
class Outgoing:
    telling: int
    tries: int
    parcel: Parcel


@dataclass(slots=True)
class Prepared:
    """`dropped` says why, by telling."""

    ready: list[Outgoing] = field(default_factory=list)
    dropped: dict[int, str] = field(default_factory=dict)


def read(ids: Sequence[int]) -> list[Telling]:
    rows = Telling.objects.filter(pk__in=ids).select_related(
        "subscriber",
        "subscriber__page",
        "broadcast",
        "broadcast__page",
        "broadcast__change__component",
        "broadcast__update__public_incident__incident",
        "broadcast__update__public_incident__page",
        "broadcast__maintenance_update__maintenance__page",
    )
    return list(rows.order_by("next_due_at", "pk"))


def prepare(tellings: Sequence[Telling]) -> Prepared:
    """Each text is written once for all of these who are told the same."""
    found = Prepared()
    desk = _Desk(tellings)
    for telling in tellings:
        if why := _why_not(telling):
            found.dropped[telling.pk] = why
            continue
        text = desk.text_for(telling)
        if text is None:
            found.dropped[telling.pk] = "There was nothing in it for this subscriber."
            continue
        parcel = _parcel(telling, text)
        found.ready.append(Outgoing(telling.pk, telling.tries, parcel))
    return found


def _why_not(telling: Telling) -> str:
    subscriber, broadcast = telling.subscriber, telling.broadcast
    if not subscriber.page.enabled:
        return "The page is off."
    if telling.errand == Errand.CONFIRM:
        return "" if subscriber.state == SubscriberState.PENDING else "It was confirmed already."
    if subscriber.state != SubscriberState.ACTIVE:
        return "It is not subscribed any more."
    if broadcast is not None:
        if clock.now() - broadcast.made_at > STALE:
            return "It waited for more than a day."
        if broadcast.update and broadcast.update.public_incident.incident.private:
            return "It is not public any more."
    return ""


class _Desk:
    """Texts of one batch, by all that makes them differ."""

    def __init__(self, tellings: Sequence[Telling]) -> None:
        self._texts: dict[tuple[Any, ...], Composed | None] = {}
        self._digests = digests.Choosing(
            [t for t in tellings if t.broadcast and t.broadcast.kind == Broadcast.Kind.DIGEST]
        )

    def text_for(self, telling: Telling) -> Composed | None:
        subscriber, broadcast = telling.subscriber, telling.broadcast
        parts = self._digests.parts(telling)
        same = (
            telling.errand if broadcast is None else broadcast.pk,
            subscriber.page_id,
            subscriber.way,
            subscriber.language,
            tuple(part.pk for part in parts),
        )
        if same not in self._texts:
            self._texts[same] = _written(telling, parts)
        return self._texts[same]


def _written(telling: Telling, parts: Sequence[Broadcast]) -> Composed | None:
    subscriber, broadcast = telling.subscriber, telling.broadcast
    way, language = subscriber.way, subscriber.language
    if broadcast is None:
        asked = letter.Asked(subscriber.page, Errand(telling.errand))
        return letter.write_asked(asked, way, language, program.of_page(subscriber.page))
    if way == Way.WEBHOOK:
        return letter.write_program(program.of(broadcast))
    if broadcast.kind == Broadcast.Kind.DIGEST and not parts:
        return None
    return letter.write_news(lambda: _news(broadcast, parts), way=way, language=language)


def _news(broadcast: Broadcast, parts: Sequence[Broadcast]) -> news.News:
    if broadcast.update is not None:
        return news.of_update(broadcast.update)
    if broadcast.maintenance_update is not None:
        return news.of_maintenance(broadcast.maintenance_update)
    return news.of_digest(broadcast.page, broadcast.until or broadcast.made_at, parts)


def _parcel(telling: Telling, text: Composed) -> Parcel:
    subscriber = telling.subscriber
    page, token = subscriber.page, links.token(subscriber)
    secret = secrets.unseal(subscriber.secret)
    message_id = links.message_id(telling.pk)
    values: Mapping[str, str] = {
        "to": subscriber.address,
        "id": message_id,
        "secret": secret,
        **links.of(page, token, subscriber.language),
    }
    is_mail = subscriber.way == Way.EMAIL
    return Parcel(
        address=subscriber.address,
        body=text.fill(values),
        key=message_id.partition("@")[0],
        sender=links.bounce_address(telling.pk, settings.EMAIL_BOUNCES) if is_mail else "",
        secret=secret,
    )


def note_refusals(refused: Mapping[int, Refused]) -> None:
    """Subscribers keep what went wrong last; those who cannot be reached are told no more."""
    if not refused:
        return
    rows = Telling.objects.filter(pk__in=refused).select_related("subscriber")
    for telling in rows:
        why = refused[telling.pk]
        Subscriber.objects.filter(pk=telling.subscriber_id).update(last_error=str(why)[:500])
        if why.permanent and is_about_the_mailbox(telling.way, why.code):
            note_bounce(telling.subscriber_id, str(why))


def is_about_the_mailbox(way: str, code: str) -> bool:
    if way == Way.EMAIL:
        return code.startswith(_NO_MAILBOX)
    return code in {"404", "410"}


def note_bounce(subscriber_id: int, why: str) -> None:
    """One more time that nobody was there; after the third nothing is sent any more."""
    rows = Subscriber.objects.filter(pk=subscriber_id)
    rows.update(bounces=F("bounces") + 1, last_error=why[:500])
    rows.filter(
        bounces__gte=MOST_BOUNCES,
        state__in=(SubscriberState.ACTIVE, SubscriberState.PENDING),
    ).update(state=SubscriberState.BOUNCED)
