"""Mails as bytes: composed once, then filled in for each address.

To compose one takes two milliseconds, to fill one in some microseconds. What differs stands as a
mark that is made anew for each mail, so that nothing that people write can contain it.
"""

import email
import email.policy
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from django.conf import settings

from incidents.kernel import clock
from incidents.kernel.errors import Invalid

# RFC 5322 says 78; RFC 5321 lets no line be longer than 998. Marks may grow to three hundred.
_WIRE: Final = email.policy.SMTP.clone(max_line_length=600, cte_type="8bit")
_LONGEST_LINE: Final = 600
_BREAKS: Final = re.compile(r"[\r\n\x00]")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail says. `headers` come beside those that each has."""

    subject: str
    text: str
    html: str
    sender_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Marks:
    """Names for what is filled in later: `marks.to` stands in the text for the address."""

    def __init__(self, *names: str) -> None:
        nonce = secrets.token_hex(6)
        self._marks = {name: f"zz{nonce}{index:02d}" for index, name in enumerate(names)}

    def __getitem__(self, name: str) -> str:
        return self._marks[name]

    def items(self) -> list[tuple[str, str]]:
        return list(self._marks.items())


@dataclass(frozen=True, slots=True)
class Composed:
    body: bytes
    marks: Marks

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Raises Invalid for a value that would begin a new line: it would make headers."""
        body = self.body
        for name, mark in self.marks.items():
            value = values[name]
            if _BREAKS.search(value):
                raise Invalid(f"The {name} holds a line break.")
            body = body.replace(mark.encode(), value.encode())
        return body


def compose(draft: Draft, marks: Marks) -> Composed:
    """The mail with marks in it: `to` and `id` at least."""
    message = EmailMessage(policy=_WIRE)
    message["Subject"] = " ".join(draft.subject.split())
    message["From"] = _sender(draft.sender_name)
    message["To"] = _as_address(marks["to"])
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{_as_address(marks['id'])}>"
    for name, value in draft.headers.items():
        message[name] = value
    message.set_content(_short_lines(draft.text), cte="8bit")
    message.add_alternative(_short_lines(draft.html), subtype="html", cte="8bit")
    body = message.as_bytes(policy=_WIRE)
    for name in ("to", "id"):
        body = body.replace(_as_address(marks[name]).encode(), marks[name].encode())
    return Composed(body, marks)


def _as_address(mark: str) -> str:
    """In headers that hold addresses only a mark has to look like one."""
    return f"{mark}@{mark}.invalid"


def _sender(name: str) -> Address:
    given, address = parseaddr(settings.EMAIL_FROM)
    user, _, domain = address.rpartition("@")
    return Address(display_name=_BREAKS.sub(" ", name or given), username=user, domain=domain)


def domain() -> str:
    """Of the address that mails come from; ids of messages end with it."""
    return parseaddr(settings.EMAIL_FROM)[1].rpartition("@")[2] or "localhost"


def _short_lines(text: str) -> str:
    return "\n".join(_broken(line) for line in text.splitlines()) + "\n"


def _broken(line: str) -> str:
    """Broken at spaces, where it is longer than lines may be; a word that is too long stays."""
    if len(line.encode()) <= _LONGEST_LINE:
        return line
    pieces, room = [""], _LONGEST_LINE
    for word in line.split(" "):
        if pieces[-1] and len(f"{pieces[-1]} {word}".encode()) > room:
            pieces.append(word)
        else:
            pieces[-1] = f"{pieces[-1]} {word}" if pieces[-1] else word
    return "\n".join(pieces)


def as_seven_bits(body: bytes) -> bytes:
    """For the few servers that take no eight bits."""
    if body.isascii():
        return body
    message = email.message_from_bytes(body, policy=email.policy.SMTP)
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content, subtype = part.get_content(), part.get_content_subtype()
            part.set_content(content, subtype=subtype, cte="quoted-printable")
    return message.as_bytes(policy=email.policy.SMTP)
