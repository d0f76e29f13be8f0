"""Calling addresses that strangers gave us: only what is on the public internet is connected to.

The name is looked up once, every address it has is checked, and one of those is connected to, so
that a name that answers differently the second time gains nothing. The name stays in TLS and in the
Host header. `OUTBOUND_ALLOWED` (host:port, host:port …) lets single addresses inside through.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx
from django.conf import settings

from incidents.kernel.errors import Invalid
from incidents.kernel.outbound import OutboundError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS: Final = frozenset({80, 443})
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")
# Of the registry's, and yet `is_global` in some releases of Python.
_PROTOCOLS: Final = ipaddress.ip_network("192.0.0.0/24")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whichever way it is wrapped."""
    try:
        found: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in _unwrapped(found))


def _unwrapped(address: IpAddress) -> Iterable[IpAddress]:
    """The address, and those of IPv4 that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    inner = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    found = [one for one in inner if one is not None]
    return found if address in _NAT64 else (address, *found)


def _is_public(address: IpAddress) -> bool:
    if address.version == 4 and address in _PROTOCOLS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_allowed(host: str, port: int) -> bool:
    """Whether whoever runs this has named the address as one that may be called."""
    return f"{host}:{port}".lower() in {str(one).lower() for one in settings.OUTBOUND_ALLOWED}


def checked_url(text: str) -> str:
    """`text` as an https address that may be kept. Raises Invalid, before anything is looked up.

    What it resolves to is checked each time it is called.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Invalid(
            "That is no address.", "Give one such as https://example.com/hook."
        ) from error
    _check_form(url, parts)
    host = (parts.hostname or "").lower()
    if is_allowed(host, port):
        return url
    if parts.scheme != "https":
        raise Invalid("The address must begin with https://.")
    if port not in PORTS or _is_inside(host):
        raise Invalid("That address cannot be called.", "Give one on the public internet.")
    return url


def _check_form(url: str, parts: SplitResult) -> None:
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Invalid("That is no address.", "Give one such as https://example.com/hook.")
    if parts.username or parts.password:
        raise Invalid("The address must not hold a name or a password.")
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 500:
        raise Invalid("The address holds characters that addresses do not have.")


def _is_inside(host: str) -> bool:
    """Plainly not public: an IP address that is not, in whichever writing, or a local name."""
    if ":" in host:
        return not is_public(host)
    if "." not in host.strip(".") or host.endswith((".local", ".localhost", ".internal")):
        return True
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return False


class _PublicOnly(httpcore.NetworkBackend):
    """Looks the name up once, checks all it found, connects to one of them."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        found = _addresses(host, port)
        return self._plain.connect_tcp(found, port, timeout, local_address, socket_options)


def _addresses(host: str, port: int) -> str:
    """An address of `host` that may be connected to."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"there is no host {host}") from error
    found = [str(row[4][0]) for row in rows]
    if is_allowed(host, port):
        return found[0]
    if port not in PORTS or not all(is_public(address) for address in found):
        raise httpcore.ConnectError("the address is not on the public internet")
    return found[0]


def client(*, timeout: float = 10.0) -> httpx.Client:
    """Like `outbound.client`, for addresses that strangers gave: no redirects, no proxies."""
    return httpx.Client(
        timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        follow_redirects=False,
        trust_env=False,
        transport=_transport(),
        headers={"User-Agent": "incidentsite", "Accept-Encoding": "identity"},
    )


def _transport() -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(trust_env=False)
    context: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
    # httpx has no argument for the backend of its pool.
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
        ssl_context=context, network_backend=_PublicOnly(), keepalive_expiry=30.0
    )
    return transport


__all__ = ["OutboundError", "checked_url", "client", "is_allowed", "is_public"]
