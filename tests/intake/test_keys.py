"""The ring of keys in memory: new keys work at once, keys taken away soon no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from incidents.door import keys
from incidents.door.keys import KeyRing
from incidents.door.pool import new_pool
from incidents.kernel import clock, tokens
from incidents.models import ApiKey, Integration, Scope

pytestmark = pytest.mark.django_db(transaction=True)
Play = Callable[[KeyRing], Awaitable[None]]


def play(part: Play) -> None:
    """Run `part` with a ring of its own."""

    async def run() -> None:
        async with new_pool() as pool:
            await part(KeyRing(pool))
        await sync_to_async(connections.close_all)()

    asyncio.run(run())


def _integration(key: str) -> Integration:
    return Integration.objects.create(
        kind="native", name=key, hint="x", key_hash=tokens.digest(key)
    )


def test_a_new_key_works_at_once() -> None:
    async def part(ring: KeyRing) -> None:
        assert await ring.find("one") is None
        await sync_to_async(_integration)("one")
        assert await ring.find("one") is not None

    play(part)


@pytest.mark.parametrize("age", [keys.FRESH_FOR + 1, keys.STALE_AFTER + 1])
def test_a_key_taken_away_stops_working(age: float) -> None:
    _integration("one")

    async def part(ring: KeyRing) -> None:
        assert await ring.find("one") is not None
        await sync_to_async(Integration.objects.all().delete)()
        ring._read_at -= age
        first = await ring.find("one")
        assert (first is None) == (age > keys.STALE_AFTER)
        await asyncio.sleep(0.5)
        assert await ring.find("one") is None

    play(part)


def test_many_unknown_keys_are_one_look_at_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    load = KeyRing._load

    async def counted(ring: KeyRing) -> dict[str, keys.Grant]:
        looks.append(1)
        return await load(ring)

    async def part(ring: KeyRing) -> None:
        found = await asyncio.gather(*[ring.find(f"guess-{n}") for n in range(500)])
        assert not any(found)

    monkeypatch.setattr(KeyRing, "_load", counted)
    play(part)
    assert len(looks) == 1


@pytest.mark.parametrize("gone", ["revoked_at", "expires_at"])
def test_api_keys_that_are_over_open_nothing(gone: str) -> None:
    ago = clock.now() - timedelta(seconds=1)
    ApiKey.objects.create(
        name="CI", hint="x", token_hash=tokens.digest("ci"), scopes=[Scope.EVENTS], **{gone: ago}
    )

    async def part(ring: KeyRing) -> None:
        assert await ring.find("ci") is None

    play(part)


def test_it_remembers_when_an_api_key_was_used() -> None:
    ApiKey.objects.create(
        name="CI", hint="x", token_hash=tokens.digest("ci"), scopes=[Scope.EVENTS]
    )

    async def part(ring: KeyRing) -> None:
        await ring.find("ci")
        await ring.find("another key, so that the ring is read again")

    play(part)
    assert ApiKey.objects.get().last_used_at is not None
