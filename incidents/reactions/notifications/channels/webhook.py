"""Signed JSON to an address.

`X-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">`, and `X-Delivery-Id`, which
is the same when the same message is sent again.
"""

import hashlib
import hmac

import httpx

from incidents.kernel import clock, guarded
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.http_session import HttpSession
from incidents.reactions.notifications.parcel import Parcel


def signature(secret: str, body: bytes, at: int) -> str:
    signed = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class _Signed(HttpSession):
    def request(self, http: httpx.Client, parcel: Parcel) -> httpx.Request:
        asked = super().request(http, parcel)
        asked.headers["X-Delivery-Id"] = parcel.key
        if parcel.secret:
            at = int(clock.now().timestamp())
            asked.headers["X-Signature"] = signature(parcel.secret, parcel.body, at)
        return asked


class Webhook:
    label = "Webhook"
    lanes = 4

    def is_ready(self) -> bool:
        return True

    def check(self, address: str) -> str:
        return guarded.checked_url(address)

    def session(self) -> Session:
        return _Signed()


REGISTRY.add("webhook")(Webhook())
