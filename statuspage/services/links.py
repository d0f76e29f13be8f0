"""Links that stand for a subscriber, and ids of messages: signed, so that nobody can make others.

A link lets whoever has it change or stop that subscription, nothing else. It lasts until the
subscriber gets a new nonce.
"""

import re
from typing import Final

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_noop

from incidents.kernel.errors import NotFound
from incidents.reactions.notifications import mail
from statuspage.models import StatusPage, Subscriber

_SIGNER: Final = Signer(salt="statuspage.subscriber", sep=".")
_MESSAGE: Final = re.compile(r"tell-(\d{1,18})-([0-9a-f]{20})@")
_VERP: Final = re.compile(r"\+tell-(\d{1,18})-([0-9a-f]{20})@")


def token(subscriber: Subscriber) -> str:
    return _SIGNER.sign(f"{subscriber.pk}-{subscriber.nonce}")


def subscriber_of(page: StatusPage, text: str) -> Subscriber:
    """Whom the token of a link stands for. Raises NotFound."""
    hint = gettext_noop("Ask for a new one on the status page.")
    gone = NotFound(gettext_noop("This link is not valid any more."), hint)
    try:
        number, _, nonce = _SIGNER.unsign(text).partition("-")
    except BadSignature:
        raise gone from None
    found = Subscriber.objects.filter(page=page, pk=int(number)).first()
    if found is None or not constant_time_compare(found.nonce, nonce):
        raise gone
    return found


def of(page: StatusPage, text: str, language: str) -> dict[str, str]:
    """The addresses that a token opens, by what one does there, in that language if it has it."""
    has = language != page.language and language in page.languages
    told = f"?language={language}" if has else ""
    return {
        "confirm": f"{page.public_url}/subscribe/confirm/{text}{told}",
        "manage": f"{page.public_url}/manage/{text}{told}",
        "unsubscribe": f"{page.public_url}/unsubscribe/{text}{told}",
    }


def _seal(telling_id: int) -> str:
    return salted_hmac("statuspage.telling", str(telling_id)).hexdigest()[:20]


def message_id(telling_id: int) -> str:
    """Of the mail that this telling is, without its angle brackets."""
    return f"tell-{telling_id}-{_seal(telling_id)}@{mail.domain()}"


def bounce_address(telling_id: int, mailbox: str) -> str:
    """`mailbox` with the telling after a plus; empty where there is no mailbox for bounces."""
    name, _, host = mailbox.rpartition("@")
    return f"{name}+tell-{telling_id}-{_seal(telling_id)}@{host}" if name else ""


def telling_of(text: str) -> int | None:
    """The telling that a message id or a bounce address in `text` is of; None where it is none of
    ours, or was made up."""
    for found in (*_VERP.finditer(text), *_MESSAGE.finditer(text)):
        number, seal = int(found[1]), found[2]
        if constant_time_compare(seal, _seal(number)):
            return number
    return None
