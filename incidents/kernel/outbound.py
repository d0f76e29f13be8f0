"""The one way out to other HTTP servers: time limits, a size limit, no proxies, no redirects."""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import httpx
import msgspec

MAX_BYTES: Final = 1024 * 1024


class OutboundError(Exception):
    """The other side did not answer, or not as it should. `permanent`: trying again is no use.

    `status` is what it answered, 0 where it did not come to that.
    """

    def __init__(self, reason: str, *, permanent: bool = False, status: int = 0) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, whatever it was; `seconds` from asking to the last byte."""

    status: int
    body: bytes
    seconds: float


def client(*, timeout: float = 10.0, token: str = "", ca: str = "") -> httpx.Client:
    """A client that takes no address or credential from the environment.

    `token` is sent as a bearer token. `ca` is a certificate (PEM) to trust besides the usual ones.
    """
    headers = {"User-Agent": "incidentsite", "Accept-Encoding": "identity"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Client(
        timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        follow_redirects=False,
        trust_env=False,
        verify=_tls(ca),
        headers=headers,
    )


@lru_cache(maxsize=32)
def _tls(ca: str) -> ssl.SSLContext:
    """Reading the certificates takes longer than most requests, so it is done once."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca:
        try:
            context.load_verify_locations(cadata=ca)
        except (ssl.SSLError, ValueError) as error:
            raise OutboundError("Its certificate authority is no PEM.", permanent=True) from error
    return context


def fetch(
    http: httpx.Client, url: str, params: Mapping[str, str] | None = None, *, most: int = MAX_BYTES
) -> Answer:
    """GET `url`; any status is an answer. Raises OutboundError when there is none."""
    try:
        asked = http.build_request("GET", url, params=dict(params) if params else None)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise OutboundError(f"It could not be reached: {error}") from error
    return answer_to(http, asked, most=most)


def answer_to(http: httpx.Client, asked: httpx.Request, *, most: int = MAX_BYTES) -> Answer:
    """Send what `http.build_request` made; any status is an answer. Raises OutboundError.

    The client's time limit holds for the whole answer, however slowly it drips.
    """
    began = time.monotonic()
    until = began + (http.timeout.read or 10.0)
    try:
        response = http.send(asked, stream=True)
        with closing(response):
            body = _read(response, until, most)
    except httpx.TimeoutException as error:
        raise OutboundError("It did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise OutboundError(f"It could not be reached: {error}") from error
    return Answer(response.status_code, body, time.monotonic() - began)


def get_json(
    http: httpx.Client, url: str, params: Mapping[str, str], *, most: int = MAX_BYTES
) -> Any:
    """The JSON that `url` answers. Raises OutboundError, saying what came instead."""
    return read_json(fetch(http, url, params, most=most))


def read_json(answer: Answer) -> Any:
    """The JSON of an answer that is a success. Raises OutboundError, saying what came instead."""
    if answer.status >= 300:
        raise OutboundError(
            f"It answered {answer.status}: {answer.body[:300].decode('utf-8', 'replace')}",
            permanent=answer.status < 500,
            status=answer.status,
        )
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise OutboundError("Its answer is not JSON.") from error


def certificate(host: str, port: int, *, timeout: float) -> bytes:
    """The certificate (DER) that a TLS server shows. It is not verified: it is to be looked at."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            return secured.getpeercert(binary_form=True) or b""
    except TimeoutError as error:
        raise OutboundError("It did not answer in time.") from error
    except (OSError, ValueError) as error:
        raise OutboundError(f"It could not be reached: {error}") from error


def _read(response: httpx.Response, until: float, most: int) -> bytes:
    """What came over the wire, not unpacked: a small body must not become a large one."""
    pieces, size = [], 0
    for chunk in response.iter_raw():
        pieces.append(chunk)
        size += len(chunk)
        if time.monotonic() > until:
            raise OutboundError("It did not answer in time.")
        if size > most:
            limit = f"{most // (1024 * 1024)} MiB"
            raise OutboundError(f"Its answer is larger than {limit}.", permanent=True)
    return b"".join(pieces)
