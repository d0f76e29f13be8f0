"""Signatures over the raw body: right, recent and, where they sign a time, used once."""

import hashlib
import hmac
from collections import OrderedDict
from functools import lru_cache
from time import monotonic
from typing import Final

from incidents.door.dialect import Inbound
from incidents.door.wire import Refusal
from incidents.kernel import clock, secrets

# How far a sender's clock may be off, and how long a signature is remembered.
WINDOW_SECONDS: Final = 300
_MOST_REMEMBERED: Final = 20_000


def secret_of(inbound: Inbound) -> str:
    """What signs the messages of this integration; empty where they need no signature."""
    sealed = inbound.grant.sealed if inbound.grant else ""
    try:
        return _unsealed(sealed) if sealed else ""
    except secrets.Unreadable as error:
        text = "The secret of this integration cannot be read any more. Enter it again."
        raise Refusal(403, text) from error


@lru_cache(maxsize=1000)
def _unsealed(sealed: str) -> str:
    return secrets.unseal(sealed)


def check(secret: str, message: bytes, presented: str) -> None:
    """Refuse unless `presented` is the hex HMAC-SHA256 of `message` under `secret`."""
    if not presented:
        raise Refusal(401, "The signature is missing. This integration takes signed messages only.")
    wanted = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), presented.strip().lower().encode("utf-8")):
        text = "The signature is wrong. Check that both sides hold the same secret."
        raise Refusal(401, text)


def check_time(presented: str) -> None:
    """Refuse a time (seconds since 1970) that is more than five minutes off ours."""
    try:
        seconds = float(presented)
    except ValueError:
        raise Refusal(401, "The time of the signature is missing or is no number.") from None
    off = clock.now().timestamp() - seconds
    if not abs(off) <= WINDOW_SECONDS:
        text = (
            "The time of the signature is more than 5 minutes off our clock."
            " Set the sender's clock, or send again with a fresh signature."
        )
        raise Refusal(401, text)


class Seen:
    """The signatures that were accepted a moment ago, in this process.

    Across processes the delivery id made of the signature keeps a message from counting twice.
    """

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[int, str], float] = OrderedDict()

    def refuse_replay(self, integration_id: int, signature: str) -> None:
        if not signature:
            return
        if self._until.get((integration_id, signature), 0.0) > monotonic():
            raise Refusal(409, "This message was received before. Nothing is lost: do not repeat.")

    def remember(self, integration_id: int, signature: str) -> None:
        """Only what is stored: what was not may be sent again with the same signature."""
        if not signature:
            return
        now = monotonic()
        self._until[integration_id, signature] = now + 2 * WINDOW_SECONDS
        while self._until and (
            len(self._until) > _MOST_REMEMBERED or next(iter(self._until.values())) < now
        ):
            self._until.popitem(last=False)
