"""How much a request may carry: refused by what it declares, else as soon as it is more.

Between here and the verbs a body lies in a temporary file, so this also keeps the disk.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from incidentsite.dispatch import Receive, Scope, Send

# As many files of the largest size as one message takes, and what stands around them.
FILES: Final = 5
AROUND: Final = 2**20


def most_bytes() -> int:
    return int(settings.UPLOAD_MAX_BYTES) * FILES + AROUND


class LimitedBody:
    """The application `rest`, which never gets more of a body than `most_bytes`."""

    def __init__(self, rest: Callable[[Scope, Any, Any], Awaitable[None]]) -> None:
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = most_bytes()
        if _declared(scope) > most:
            await _refuse(scope, send, most)
            return
        body = _Counted(receive, most)
        await self._rest(scope, body.receive, send)
        if body.is_over:
            await _refuse(scope, send, most)


class _Counted:
    """To the application a body that is too large is a client that went away."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self.is_over = False

    async def receive(self) -> dict[str, Any]:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self.is_over = self.is_over or self._left < 0
        return {"type": "http.disconnect"} if self.is_over else message


def _declared(scope: Scope) -> int:
    """The length that the client says, 0 where it says none."""
    value = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() and len(value) < 19 else 0


async def _refuse(scope: Scope, send: Send, most: int) -> None:
    detail = f"A request may hold {most / 2**20:g} MB at most. Send less at once."
    body, kind = detail.encode(), b"text/plain; charset=utf-8"
    if scope["path"].startswith("/api/"):
        title = "Too much at once"
        problem = {"type": "urn:problem:too-large", "title": title, "status": 413, "detail": detail}
        body, kind = json.dumps(problem).encode(), b"application/problem+json"
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class SizeLimit(FileUploadHandler):
    """Stops reading a form at the first file that is too large.

    `request.oversized` is then its name; the fields and files after it are not there.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            # Read by whoever takes the files.
            self.request.oversized = self.file_name  # type: ignore[union-attr]
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers after this one keep the file."""
