"""The one way out to other HTTP servers: time limits, a size limit, no proxies, no redirects."""

import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx
import msgspec

MAX_BYTES: Final = 1024 * 1024


class OutboundError(Exception):
    """The other side did not answer, or not as it should. `permanent`: trying again is no use."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


def client(*, timeout: float = 10.0) -> httpx.Client:
    """A client that takes no address or credential from the environment."""
    return httpx.Client(
        timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        follow_redirects=False,
        trust_env=False,
        verify=_tls(),
        headers={"User-Agent": "incidentsite", "Accept-Encoding": "identity"},
    )


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than most requests, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


def get_json(http: httpx.Client, url: str, params: Mapping[str, str]) -> Any:
    """The JSON that `url` answers. Raises OutboundError, saying what came instead.

    The client's time limit holds for the whole answer, however slowly it drips.
    """
    until = time.monotonic() + (http.timeout.read or 10.0)
    try:
        with http.stream("GET", url, params=dict(params)) as response:
            body = _read(response, until)
    except httpx.TimeoutException as error:
        raise OutboundError("It did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutboundError(f"It could not be reached: {error}") from error
    if response.status_code >= 300:
        raise OutboundError(
            f"It answered {response.status_code}: {body[:300].decode('utf-8', 'replace')}",
            permanent=response.status_code < 500,
        )
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise OutboundError("Its answer is not JSON.") from error


def _read(response: httpx.Response, until: float) -> bytes:
    """What came over the wire, not unpacked: a small body must not become a large one."""
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if time.monotonic() > until:
            raise OutboundError("It did not answer in time.")
        if len(body) > MAX_BYTES:
            raise OutboundError("Its answer is larger than 1 MiB.", permanent=True)
    return body
