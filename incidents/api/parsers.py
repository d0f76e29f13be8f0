"""JSON bodies, strictly: limited in size, and only what the database can hold; and files."""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser

from incidents.api.errors import TooLarge

MAX_BYTES: Final = 1024 * 1024


class StrictJSONParser(BaseParser):
    """UTF-8 JSON up to 1 MiB; no NaN, no Infinity, no characters that text columns refuse."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  # the interface's
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge("The body is larger than 1 MiB. Send less at once.")
        document = _decode(raw)
        for path, text in _texts(document):
            fault = _fault(text)
            if fault:
                raise ValidationError({path or "body": [fault]})
        return document


def _decode(raw: bytes) -> Any:
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
        return json.loads(text, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    except RecursionError as error:
        raise ParseError("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}.") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for name, inner in node.items():
            yield path, name
            yield from _texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for position, inner in enumerate(node):
            yield from _texts(inner, f"{path}.{position}" if path else str(position))


def _fault(text: str) -> str:
    if "\0" in text:
        return "NUL characters cannot be stored. Remove them."
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "This holds half of a surrogate pair, which is no character. Remove it."
    return ""


class UploadParser(MultiPartParser):
    """A form with files; `oversized` of the request tells which one was too large to read on."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RequestDataTooBig as error:
            raise TooLarge("The fields beside the file are too long. Send less at once.") from error
        except SuspiciousOperation as error:
            raise ParseError(f"The form cannot be read: {error}") from error
