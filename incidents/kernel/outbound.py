"""The one way out to other HTTP servers: time limits, a size limit, no proxies, no redirects."""

from collections.abc import Mapping
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
        headers={"User-Agent": "incidentsite"},
    )


def get_json(http: httpx.Client, url: str, params: Mapping[str, str]) -> Any:
    """The JSON that `url` answers. Raises OutboundError, saying what came instead."""
    try:
        with http.stream("GET", url, params=dict(params)) as response:
            body = _read(response)
    except httpx.TimeoutException as error:
        raise OutboundError("It did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutboundError(f"It could not be reached: {error}") from error
    if response.status_code >= 400:
        raise OutboundError(
            f"It answered {response.status_code}: {body[:300].decode('utf-8', 'replace')}",
            permanent=response.status_code < 500,
        )
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise OutboundError("Its answer is not JSON.") from error


def _read(response: httpx.Response) -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise OutboundError("Its answer is larger than 1 MiB.", permanent=True)
    return body
