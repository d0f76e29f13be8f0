"""Mails that came back: which telling they were of, and whether anybody was there.

A mail that comes back goes to the address that it was sent from, or tells the id it had; both hold
the number of the telling, signed. So nobody is unsubscribed by a mail that somebody made up.
"""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from django.db import transaction

from incidents.kernel.errors import Invalid
from statuspage.models import Telling, TellState, Way
from statuspage.services import links, outgoing

MOST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Report:
    """Of RFC 3464: what became of one mail. `action` is failed, delayed, delivered, relayed …"""

    action: str
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`telling` is 0 where the mail is of none of ours; `counted` where nobody was there."""

    telling: int
    counted: bool
    told: str


@transaction.atomic
def take(raw: bytes, *, recipient: str = "") -> Outcome:
    """One mail that came back. `recipient` is whom it was handed to, where the mail server says.

    Raises Invalid for what is too large. What is no bounce, or none of ours, is left alone.
    """
    if len(raw) > MOST_BYTES:
        raise Invalid("That is larger than mails that come back are.")
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    number = _telling_of(message, recipient)
    rows = Telling.objects.select_for_update(of=("self",)).select_related("subscriber")
    telling = rows.filter(pk=number, way=Way.EMAIL).first() if number else None
    if telling is None:
        return Outcome(0, counted=False, told="It is of no message of ours.")
    report = next(_reports(message), None)
    if report is None or report.action != "failed":
        told = report.action if report else "no report"
        return Outcome(telling.pk, counted=False, told=f"Nothing failed ({told}).")
    error = f"{report.status} {report.said}".strip()[:500]
    was_known = telling.state == TellState.FAILED
    Telling.objects.filter(pk=telling.pk).update(state=TellState.FAILED, error=error)
    counted = not was_known and outgoing.is_about_the_mailbox(Way.EMAIL, report.status)
    if counted:
        outgoing.note_bounce(telling.subscriber_id, error)
    return Outcome(telling.pk, counted=counted, told=error)


def _telling_of(message: Message, recipient: str) -> int | None:
    texts = [recipient]
    for part in message.walk():
        texts += [str(part.get(name, "")) for name in _NAMING]
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            texts.append(_text(part))
    return next(filter(None, map(links.telling_of, texts)), None)


_NAMING = ("to", "delivered-to", "x-original-to", "in-reply-to", "message-id")


def _text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(inner)[:8192] for inner in payload)
    return str(payload)[:8192]


def _reports(message: Message) -> Iterator[Report]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and block["action"]:
                said = str(block["diagnostic-code"] or "").partition(";")[2]
                yield Report(
                    action=str(block["action"]).strip().lower(),
                    status=str(block["status"] or "").strip(),
                    said=" ".join(said.split())[:300],
                )
