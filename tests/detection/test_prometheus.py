"""Asking Prometheus, and servers that only claim to be one."""

import json
import socketserver
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from incidents.kernel import outbound
from incidents.telemetry import prometheus
from incidents.telemetry.prometheus import Sample

Serve = Callable[[bytes], str]
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    pieces: list[bytes]
    seen: bytes = b""


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        server.seen = self.request.recv(65536)
        for piece in server.pieces:
            try:
                self.request.sendall(piece)
            except OSError:
                return
            if len(server.pieces) > 2:
                time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as running:
        Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


def _ask(server: _Server, *pieces: bytes, timeout: float = 5.0) -> list[Sample]:
    server.pieces = list(pieces)
    with outbound.client(timeout=timeout) as http:
        return prometheus.query(http, f"http://127.0.0.1:{server.server_address[1]}/", "up == 0")


def _vector(*rows: dict[str, Any]) -> bytes:
    data = {"resultType": "vector", "result": list(rows)}
    return json.dumps({"status": "success", "data": data}).encode()


def test_it_reads_a_vector_without_nan_and_names(server: _Server) -> None:
    rows = [
        {"metric": {"__name__": "up", "job": "a"}, "value": [1.0, "0"]},
        {"metric": {"job": "b"}, "value": [1.0, "NaN"]},
    ]
    assert _ask(server, HEAD, _vector(*rows)) == [Sample({"job": "a"}, 0.0)]
    assert b"GET /api/v1/query?query=up" in server.seen


def test_it_reads_a_scalar(server: _Server) -> None:
    body = {"status": "success", "data": {"resultType": "scalar", "result": [1.0, "7"]}}
    assert _ask(server, HEAD, json.dumps(body).encode()) == [Sample({}, 7.0)]


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([HEAD, b"<html>"], "not JSON"),
        ([HEAD, b"[]"], "not answer as Prometheus"),
        ([HEAD, b'{"status": "success"}'], "not answer as Prometheus"),
        ([HEAD, _vector({"metric": {}, "value": [1.0]})], "not answer as Prometheus"),
        ([HEAD, _vector() * 50_000], "larger than 1 MiB"),
        ([b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n"], "answered 302"),
        ([b"HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n", b"parse error"], "parse error"),
        ([b"garbage\r\n\r\n"], "could not be reached"),
    ],
)
def test_it_says_what_came_instead(server: _Server, pieces: list[bytes], words: str) -> None:
    with pytest.raises(outbound.OutboundError, match=words):
        _ask(server, *pieces)


def test_it_does_not_wait_for_an_answer_that_drips(server: _Server) -> None:
    began = time.monotonic()
    with pytest.raises(outbound.OutboundError, match="in time"):
        _ask(server, HEAD, *[b" "] * 200, timeout=0.5)
    assert time.monotonic() - began < 3
