"""What keeps alerts quiet on the screens: silences, maintenance, grouping, inhibition, a storm."""

from datetime import datetime, timedelta
from typing import Any

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.matchers import parse
from incidents.models import (
    GroupingPolicy,
    Inhibition,
    Integration,
    MaintenanceWindow,
    Silence,
)
from incidents.pipeline.noise import settings, silences

HOUR = timedelta(hours=1)


def some(actor: Actor) -> dict[str, Any]:
    """Made before the alerts that they hold back come in."""
    now = clock.now()
    soon = silence(actor, 'alertname="DiskFull"', "Replacing the disks of db-3", minutes=24)
    silence(actor, "service=search, severity=~P[23]", "Reindexing until Monday", minutes=3000)
    silence(actor, "team=data", "Exercise of the data team", minutes=60, starts_at=now + 9 * HOUR)
    for comment in ("Deploying checkout v44", "Known, see INC-7"):
        over = silence(actor, "service=checkout, alertname=~Checkout.*", comment, minutes=30)
        silences.expire(silence_uuid=over.uuid, actor=actor)
    begun = now - HOUR
    window = plan(begun, "Upgrade of the search cluster", recurrence="FREQ=WEEKLY;BYDAY=SA,SU")
    plan(now + 30 * HOUR, "Certificates are renewed", recurrence="FREQ=MONTHLY;BYDAY=1MO")
    settings.cancel(plan(now + HOUR, "Move of the warehouse"))
    inhibition = settings.inhibit(
        Inhibition(
            name="Whole cluster down",
            source=read("alertname=ClusterDown"),
            target=read("pod=~.+"),
            equal=["cluster"],
        )
    )
    return {"silence_id": soon.uuid, "window": window.pk, "inhibition": inhibition.pk}


def grouping() -> dict[str, Any]:
    """Made when all alerts are in: a policy that waits would hold them."""
    shop = settings.group(
        GroupingPolicy(
            name="Checkout",
            position=10,
            matchers=read("service=checkout"),
            group_by=["alertname", "cluster"],
            wait=30,
            repeat=14_400,
            cooldown=600,
        )
    )
    off = {"position": 20, "matchers": read("env=test"), "auto_resolve": 3600, "enabled": False}
    settings.group(GroupingPolicy(name="Test systems", **off))
    settings.group(GroupingPolicy(name="Others", position=30, flap_changes=4, interval=300))
    until = clock.now() + timedelta(minutes=4)
    Integration.objects.filter(name="Legacy PagerDuty").update(storm_until=until)
    return {"policy": shop.pk}


def many(actor: Actor, word: str, comment: str) -> dict[str, Any]:
    """Far too many, with words that are far too long."""
    hides = silence(actor, 'alertname=~"Alert.*"', comment[:900], minutes=25)
    for n in range(60):
        matchers = ", ".join(f'label_{m}="{word}{n}"' for m in range(12))
        made = silence(actor, matchers, f"{n} {comment}"[:900], minutes=600 + n)
        if n % 2:
            silences.expire(silence_uuid=made.uuid, actor=actor)
    for n in range(40):
        plan(clock.now() + n * HOUR, f"{n} {comment}"[:120].strip(), word=word)
        settings.group(
            GroupingPolicy(
                name=f"{n} {comment}"[:120].strip(),
                position=100 + n,
                matchers=read(f'label_{n}="{word}{n}"'),
                group_by=[f"{word}_{m}" for m in range(6)],
                wait=60,
                flap_changes=3,
            )
        )
        name, cause = f"{n} {comment}"[:120].strip(), read(f'label_{n}="{word}{word}"')
        settings.inhibit(Inhibition(name=name, source=cause, target=read(f"alertname={word}")))
    return {"silence_id": hides.uuid}


def silence(actor: Actor, matchers: str, comment: str, *, minutes: int, **draft: Any) -> Silence:
    starts: datetime = draft.pop("starts_at", clock.now())
    drafted = silences.Draft(
        matchers=parse(matchers),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes),
        comment=comment,
        creator=actor.name,
    )
    return silences.silence(draft=drafted, actor=actor)


def plan(at: datetime, name: str, *, word: str = "search", **window: Any) -> MaintenanceWindow:
    given = {"matchers": read(f'service="{word}"'), "minutes": 180, "time_zone": "Europe/Berlin"}
    return settings.plan(MaintenanceWindow(name=name, starts_at=at, **{**given, **window}))


def read(text: str) -> list[dict[str, str]]:
    return [matcher.as_data() for matcher in parse(text)]
