"""What is handed to a channel: one message to one address, ready to go."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parcel:
    """`body` is what goes over the wire: a whole message of RFC 5322, JSON, or plain text.

    `key` is the same whenever it is sent again, so that the other side can tell. `sender` is whom
    a mail that cannot be delivered goes back to; `secret` signs webhooks.
    """

    address: str
    body: bytes
    key: str
    sender: str = ""
    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """It was not taken. `permanent`: trying again is no use. `code` is what the other side said."""

    def __init__(self, reason: str, *, permanent: bool = False, code: str = "") -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.code = code
