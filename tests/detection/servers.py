"""Servers on loopback that speak the protocols of telemetry sources."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, Any]


@dataclass
class Asked:
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Server:
    """`answer` makes (status, JSON or bytes) of a request; `seen` are the requests so far."""

    answer: Callable[[Asked], Reply]
    url: str = ""
    seen: list[Asked] = field(default_factory=list)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked = Asked(parts.path, params, dict(handler.headers))
        self.seen.append(asked)
        status, said = self.answer(asked)
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None: ...


@contextmanager
def serving(answer: Callable[[Asked], Reply], context: Any = None) -> Iterator[Server]:
    """A server that gives each request to `answer`; over TLS with `context`."""
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.reply(self)

        def log_message(self, *_: Any) -> None: ...

    listening = _Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server.url = f"http{'s' if context else ''}://127.0.0.1:{listening.server_port}"
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()


def vector(*rows: tuple[dict[str, str], float]) -> dict[str, Any]:
    result = [{"metric": labels, "value": [1.0, str(value)]} for labels, value in rows]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def matrix(*rows: tuple[dict[str, str], list[tuple[float, float]]]) -> dict[str, Any]:
    result = [
        {"metric": labels, "values": [[at, str(value)] for at, value in points]}
        for labels, points in rows
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def streams(*rows: tuple[dict[str, str], list[tuple[float, str]]]) -> dict[str, Any]:
    result = [
        {"stream": labels, "values": [[str(int(at * 1e9)), text] for at, text in lines]}
        for labels, lines in rows
    ]
    return {"status": "success", "data": {"resultType": "streams", "result": result}}
