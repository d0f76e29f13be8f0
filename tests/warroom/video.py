"""A server that gives rooms as Zoom, Teams and Google Meet do."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl

_SIGNED_IN: Final = {"access_token": "tok", "expires_in": 3600}
_ANSWERS: Final[tuple[tuple[str, str, int, Any], ...]] = (
    ("POST", "/token", 200, _SIGNED_IN),
    ("POST", "/meetings", 201, {"id": 93, "join_url": "https://zoom.us/j/93"}),
    ("PUT", "/status", 204, None),
    (
        "POST",
        "/onlineMeetings",
        201,
        {"id": "m/1", "joinWebUrl": "https://teams.microsoft.com/l/meetup-join/1"},
    ),
    ("DELETE", "", 204, None),
    (
        "POST",
        "/v2/spaces",
        200,
        {"name": "spaces/abc", "meetingUri": "https://meet.google.com/abc"},
    ),
    ("POST", ":endActiveConference", 200, {}),
)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class Video:
    """`seen` are the requests so far; with `fails` set it answers nothing else."""

    def __init__(self) -> None:
        self.seen: list[Asked] = []
        self.fails: tuple[int, bytes] | None = None
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                owner.seen.append(asked)
                status, said = owner.fails or _answer(asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_POST = do_PUT = do_DELETE = answer  # noqa: N815  what the library calls

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answer(asked: Asked) -> tuple[int, bytes]:
    for method, end, status, said in _ANSWERS:
        if asked.method == method and asked.path.endswith(end):
            return status, b"" if said is None else json.dumps(said).encode()
    return 404, b"{}"
