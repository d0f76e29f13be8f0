"""What one protocol may differ in from the others at the door.

A dialect is a subclass with one instance in `incidents/door/dialects/<slug>.py`. The defaults are
those of a JSON webhook whose key is the last part of its address or a bearer token, and whose
refusals are problem documents (RFC 9457).
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from time import monotonic
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

from incidents.door.keys import Grant
from incidents.door.wire import JSON, PROBLEM, Refusal, Scope, header, presented_key
from incidents.kernel import payload

KIB: Final = 1024
FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 200
_FIELD = re.compile(r"([\w.\[\]]+) (?:is|must|needs)\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender gets: JSON, or text as it is, or no body."""

    status: int = 202
    document: Mapping[str, Any] | str | None = None
    content_type: bytes = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Inbound:
    """One request on its way through the door; what is not known yet is empty."""

    scope: Scope
    params: Mapping[str, str]
    raw: bytes = b""
    body: Any = None
    grant: Grant | None = None
    delivery_id: uuid.UUID = field(default_factory=uuid.uuid4)
    # Set by a dialect that has seen a signature over a time: it opens the door once.
    signature: str = ""
    began: float = field(default_factory=monotonic)

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    def header(self, name: str) -> str:
        return header(self.scope, name.lower().encode("latin-1", "ignore"))

    @cached_property
    def query(self) -> dict[str, str]:
        """The query of the address; of a name that occurs twice the last counts."""
        return _pairs(self.scope.get("query_string", b""), "The query of the address")

    @property
    def is_form(self) -> bool:
        return self.header("content-type").lower().startswith(FORM)

    @property
    def options(self) -> Mapping[str, Any]:
        return self.grant.options if self.grant else {}


class Dialect:
    """One protocol.

    `kinds` are the integrations whose keys open it, the first being its own; `adapter` reads what
    is stored (the first kind where empty). `paths` may end in `{key}` or hold other parameters;
    one written `{rest*}` spans slashes.
    Methods in `leaves` belong to somebody else at these paths. `limit` bounds bodies, in bytes.
    `key_in_body` says that the key is known only once the body is read; `keeps_unread`, that also
    what the adapter cannot read is kept, with the reason; `takes_nul`, that its own service takes
    NUL characters in texts, so that they are cleaned here and not refused.
    """

    kinds: ClassVar[tuple[str, ...]]
    paths: ClassVar[tuple[str, ...]]
    adapter: ClassVar[str] = ""
    methods: ClassVar[tuple[str, ...]] = ("POST",)
    leaves: ClassVar[frozenset[str]] = frozenset()
    limit: ClassVar[int] = 256 * KIB
    key_in_body: ClassVar[bool] = False
    keeps_unread: ClassVar[bool] = False
    takes_nul: ClassVar[bool] = False

    @property
    def slug(self) -> str:
        return self.adapter or self.kinds[0]

    def key(self, inbound: Inbound) -> str:
        """The key, as far as it is known before the body is read."""
        return inbound.params.get("key") or presented_key(inbound.scope)

    def key_of(self, inbound: Inbound) -> str:  # noqa: ARG002
        """The key in the parsed body, for protocols that carry it there."""
        return ""

    def early(self, inbound: Inbound) -> Answer | None:  # noqa: ARG002
        """An answer that needs the key but no body and stores nothing, such as a handshake's."""
        return None

    def verify(self, inbound: Inbound) -> None:
        """Check the signature of the raw body. Raises Refusal."""

    def parse(self, inbound: Inbound) -> Any:
        """The body as the adapter reads it. Raises Refusal."""
        return parsed(inbound.raw, takes_nul=self.takes_nul)

    def once(self, inbound: Inbound) -> str:
        """A name for the message: of those with one name and key, one is stored."""
        return inbound.signature or inbound.header("idempotency-key")

    def stored(self, inbound: Inbound) -> bytes:
        """What is kept of the message: never its key."""
        return inbound.raw

    def accepted(self, inbound: Inbound) -> Answer:
        """The answer once it is committed."""
        return Answer(202, {"status": "accepted", "id": str(inbound.delivery_id)})

    def refused(self, refusal: Refusal) -> Answer:
        """How this protocol words a refusal."""
        return Answer(refusal.status, problem(refusal), PROBLEM, refusal.headers)


def parsed(raw: bytes, *, takes_nul: bool = False) -> Any:
    """The JSON in `raw`. Raises Refusal."""
    try:
        value = payload.read(raw)
        payload.refuse_twins(raw, value)
        if not takes_nul:
            payload.refuse_nul(raw, value)
    except payload.Unreadable as error:
        raise Refusal(400, str(error)) from error
    return value


def parsed_form(raw: bytes) -> dict[str, str]:
    """The fields of an HTML form; of a field that occurs twice the last counts. Raises Refusal."""
    return _pairs(raw, "The form")


def _pairs(raw: bytes, what: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeError as error:
        raise Refusal(400, f"{what} is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise Refusal(400, f"{what} holds more than {MOST_FIELDS} fields.") from error
    if any("\0" in text for pair in pairs for text in pair):
        raise Refusal(400, f"{what} holds a NUL character (%00), which is no text. Remove it.")
    return dict(pairs)


def problem(refusal: Refusal) -> dict[str, Any]:
    """A problem document (RFC 9457)."""
    title = HTTPStatus(refusal.status).phrase
    document: dict[str, Any] = {
        "type": f"urn:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.problems:
        document["errors"] = [
            {"field": found[1] if (found := _FIELD.match(text)) else "", "message": text}
            for text in refusal.problems
        ]
    return document
