"""Who reads a page that is not for everybody, and the cookie that says so.

The door asks this for each request, with the database away too: so a cookie holds all that is
needed, signed, and is void as soon as the page asks for something else.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, Final

from django.conf import settings
from django.core import signing

from incidents.models import User
from statuspage.models import StatusPage

SIGNED_IN, PASSWORD = "signed-in", "password"
LASTS: Final = timedelta(hours=12)
# Whoever was signed in is asked again after so long, unnoticed; while the database is away that
# cannot be, and the cookie counts until it ends.
ASKED_AGAIN: Final = timedelta(minutes=30)
HANDED_OVER_WITHIN: Final = timedelta(seconds=60)
_SALT: Final = "statuspage.admission"
_Networks = tuple[IPv4Network | IPv6Network, ...]


class Verdict(Enum):
    ADMITTED = "admitted"
    ASKED = "asked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a page asks of its readers. `stamp` changes when that changes, the password too."""

    is_public: bool = True
    networks: tuple[str, ...] = ()
    asks: bool = False
    stamp: str = ""


OPEN: Final = Terms()


def terms_of(page: StatusPage) -> Terms:
    teams = sorted(page.teams.values_list("pk", flat=True))
    return terms(
        is_public=page.is_public,
        networks=page.networks,
        asked=(page.asks_sign_in, page.password, teams),
    )


def terms(
    *, is_public: bool, networks: Sequence[str], asked: tuple[bool, str, Sequence[int]]
) -> Terms:
    """`asked` is whether to sign in, the hash of the password, and the ids of the teams."""
    if is_public:
        return OPEN
    signs_in, password, teams = asked
    parts = f"{signs_in}|{password}|{','.join(map(str, teams))}"
    stamp = hashlib.sha256(f"{settings.SECRET_KEY}|{parts}".encode()).hexdigest()[:16]
    return Terms(
        is_public=False,
        networks=tuple(networks),
        asks=signs_in or bool(password),
        stamp=stamp,
    )


def cookie_name(slug: str) -> str:
    return f"status-page-{slug}"


def judge(
    found: Terms, slug: str, *, address: str, cookie: str, now: datetime, is_away: bool = False
) -> Verdict:
    """What becomes of a reader at `address` who brings `cookie`. A page that names no network and
    asks for nothing is read by nobody."""
    if found.is_public:
        return Verdict.ADMITTED
    if not is_near(found, address):
        return Verdict.HIDDEN
    if not found.asks:
        return Verdict.ADMITTED if found.networks else Verdict.HIDDEN
    is_known = bool(cookie) and _holds(found, slug, cookie, now, is_away=is_away)
    return Verdict.ADMITTED if is_known else Verdict.ASKED


def is_near(found: Terms, address: str) -> bool:
    """Whether the page is read from there; the same answer as for a page that is not."""
    return not found.networks or _is_within(address, _parsed(found.networks))


def _holds(found: Terms, slug: str, cookie: str, now: datetime, *, is_away: bool) -> bool:
    told = _unsigned(cookie, slug)
    if told is None or told.get("stamp") != found.stamp:
        return False
    age = now.timestamp() - float(told.get("at", 0))
    again = LASTS if is_away or told.get("how") == PASSWORD else ASKED_AGAIN
    return -60 < age < again.total_seconds()


def cookie_for(page: StatusPage, how: str, now: datetime) -> str:
    told = {"stamp": terms_of(page).stamp, "how": how, "at": int(now.timestamp())}
    return signing.dumps(told, salt=f"{_SALT}:{page.slug}")


def pass_for(page: StatusPage, now: datetime) -> str:
    """What a person who is signed in at the console brings to the page's own host."""
    told = {"stamp": terms_of(page).stamp, "at": int(now.timestamp())}
    return signing.dumps(told, salt=f"{_SALT}.pass:{page.slug}")


def is_pass(page: StatusPage, text: str, now: datetime) -> bool:
    told = _unsigned(text, page.slug, salt=f"{_SALT}.pass")
    if told is None or told.get("stamp") != terms_of(page).stamp:
        return False
    return -5 < now.timestamp() - float(told["at"]) < HANDED_OVER_WITHIN.total_seconds()


def is_member(page: StatusPage, user: User) -> bool:
    """Whether signing in is enough for this person."""
    if not (page.asks_sign_in and user.is_active):
        return False
    teams = page.teams.all()
    mine = teams.filter(members=user)
    return not teams.exists() or mine.exists()


def _unsigned(text: str, slug: str, *, salt: str = _SALT) -> dict[str, Any] | None:
    try:
        told = signing.loads(text, salt=f"{salt}:{slug}")
    except signing.BadSignature:
        return None
    return told if isinstance(told, dict) else None


def address_of(peer: str, forwarded: str) -> str:
    """Whose request it is: the peer, or, where that is a proxy of ours (TRUSTED_PROXIES), the last
    address in X-Forwarded-For that is not."""
    trusted = _parsed(tuple(settings.TRUSTED_PROXIES))
    found = peer
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_within(found, trusted):
            break
        found = hop
    return found


@lru_cache(maxsize=256)
def _parsed(networks: tuple[str, ...]) -> _Networks:
    """What is no network admits nobody."""
    found = []
    for text in networks:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:
            continue
    return tuple(found)


def _is_within(address: str, networks: _Networks) -> bool:
    try:
        known = _unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return any(known in network for network in networks)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
