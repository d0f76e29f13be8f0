"""Uptime Kuma's webhook notification: the presets JSON and form-data."""

from email.errors import MessageError
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from incidents.door.dialect import Dialect, Inbound, parsed
from incidents.door.dialects import DIALECTS
from incidents.door.wire import Refusal
from incidents.kernel import payload


class UptimeKuma(Dialect):
    kinds = ("uptime-kuma",)
    paths = ("/hooks/uptime-kuma", "/hooks/uptime-kuma/{key}")

    def parse(self, inbound: Inbound) -> Any:
        return parsed(_field(inbound) if _is_multipart(inbound) else inbound.raw)

    def stored(self, inbound: Inbound) -> bytes:
        return payload.write(inbound.body) if _is_multipart(inbound) else inbound.raw


def _is_multipart(inbound: Inbound) -> bool:
    return inbound.header("content-type").lower().startswith("multipart/form-data")


def _field(inbound: Inbound) -> bytes:
    """The form's field `data`, which holds the JSON."""
    head = b"Content-Type: " + inbound.header("content-type").encode("latin-1") + b"\r\n\r\n"
    try:
        form = BytesParser(policy=HTTP).parsebytes(head + inbound.raw)
        for part in form.iter_parts() if form.is_multipart() else ():
            if part.get_param("name", header="content-disposition") == "data":
                content = part.get_payload(decode=True)
                return content if isinstance(content, bytes) else b""
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise Refusal(
            400, "The form cannot be read. Choose the preset “application/json”."
        ) from error
    raise Refusal(400, "The form has no field “data”. Choose the preset “application/json”.")


DIALECTS.add("uptime-kuma")(UptimeKuma())
