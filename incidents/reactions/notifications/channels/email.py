"""Mail through the server that `EMAIL_URL` names, over connections that are kept."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from incidents.kernel.errors import Invalid
from incidents.reactions.notifications import mail
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.parcel import Parcel, Refused

SECONDS: Final = 15.0
# Servers refuse to take more than so many over one connection, or tire of it.
PER_CONNECTION: Final = 500


def _connect() -> smtplib.SMTP:
    """`smtp://` (with STARTTLS where the server has it, or `?tls=1` where it must), `smtps://`."""
    url = urlsplit(settings.EMAIL_URL)
    host, asked = url.hostname or "", parse_qs(url.query)
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=SECONDS)
    server.ehlo()
    must = asked.get("tls", ["0"])[0] in {"1", "true", "yes"}
    if url.scheme == "smtp" and (must or (url.username and server.has_extn("starttls"))):
        server.starttls(context=context)
        server.ehlo()
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


class MailSession:
    def __init__(self, connect: Callable[[], smtplib.SMTP] = _connect) -> None:
        self._connect = connect
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, parcel: Parcel) -> None:
        try:
            server = self._open()
            body = parcel.body if server.has_extn("8bitmime") else mail.as_seven_bits(parcel.body)
            options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
            sender = parcel.sender or parseaddr(settings.EMAIL_FROM)[1]
            server.sendmail(sender, [parcel.address], body, options)
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refused(*error.recipients[parcel.address]) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Refused(f"The mail server did not answer: {error}") from error
        self._sent += 1

    def _open(self) -> smtplib.SMTP:
        if self._server is not None and self._sent < PER_CONNECTION:
            return self._server
        self.close()
        self._server, self._sent = self._connect(), 0
        return self._server

    def _refused(self, code: int, said: bytes | str) -> Refused:
        if code == 421 or code < 400:
            self.close()
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        first = " ".join(words.split())[:300]
        # Signing in, and what the server thinks of us, says nothing about the address.
        ours = code in {530, 534, 535, 538} or code < 500
        status = first.split(" ", 1)[0]
        return Refused(f"{code} {first}", permanent=not ours, code=status)

    def close(self) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Email:
    label = "E-mail"
    lanes = 4

    def is_ready(self) -> bool:
        return bool(settings.EMAIL_URL and settings.EMAIL_FROM)

    def check(self, address: str) -> str:
        """The part after the @ in lower case, and in ASCII where it is of another script."""
        name, _, domain = address.strip().rpartition("@")
        try:
            plain = f"{name}@{domain.lower().encode('idna').decode()}" if name else address
            validate_email(plain)
        except (ValidationError, UnicodeError) as error:
            hint = gettext_noop("Write it such as ana@example.com.")
            raise Invalid(gettext_noop("That is no e-mail address."), hint) from error
        if not plain.isascii() or not plain.isprintable() or len(plain) > 254:
            hint = gettext_noop("It may hold plain letters only.")
            raise Invalid(gettext_noop("Mail cannot be sent to that address."), hint)
        return plain

    def session(self) -> Session:
        return MailSession()


REGISTRY.add("email")(Email())
