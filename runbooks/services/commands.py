"""/run disk-is-full: start a runbook for the incident."""

from difflib import get_close_matches
from typing import Final

from django.db.models import Q

from incidents.commands import REGISTRY, Argument, Asked, Call, Choice, Kind, Plan, planned
from incidents.kernel.errors import Invalid
from runbooks.models import Runbook
from runbooks.services import running
from runbooks.services.matching import match

MOST: Final = 8


def _plan(call: Call) -> Plan:
    runbook = _runbook(call.argument.strip())
    under_way = call.incident.runbook_runs.filter(runbook=runbook, finished_at=None).first()
    if under_way is not None:
        return Plan(f"“{runbook.title}” is under way already: nothing changes.", lambda: "")
    steps = running.check(call.incident, runbook)

    def act() -> str:
        run = running.start(
            incident_id=call.incident.pk, runbook_id=runbook.pk, actor=call.principal.actor
        )
        return f"Started: its {len(run.steps)} steps are under Runbooks."

    return Plan(f"Starts the runbook “{runbook.title}” ({steps} steps).", act)


def _runbook(name: str) -> Runbook:
    """By its short name, or by its title as long as only one is meant."""
    if not name:
        raise Invalid("Say which runbook.", "For instance: /run disk-is-full")
    found = Runbook.objects.filter(slug__iexact=name).first()
    if found is not None:
        return found
    titled = list(Runbook.objects.filter(title__icontains=name, enabled=True)[:2])
    if len(titled) == 1:
        return titled[0]
    slugs = list(Runbook.objects.filter(enabled=True).values_list("slug", flat=True))
    close = get_close_matches(name.lower(), slugs, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else "The library lists them."
    said = f"Several runbooks are called “{name}”." if titled else f"There is no runbook “{name}”."
    raise Invalid(said, hint, field="runbook")


def _choices(asked: Asked) -> list[Choice]:
    """Those that fit the incident first, with why."""
    typed = asked.typed.lower()
    fitting = {
        row.runbook.slug: Choice(row.runbook.slug, row.runbook.title, row.why)
        for row in match(asked.incident, limit=MOST)
    }
    rows = Runbook.objects.filter(enabled=True)
    rows = rows.filter(Q(slug__icontains=typed) | Q(title__icontains=typed))
    others = {row.slug: Choice(row.slug, row.title) for row in rows.order_by("title")[:MOST]}
    found = [c for c in fitting.values() if typed in f"{c.value} {c.label}".lower()]
    return [*found, *(c for slug, c in others.items() if slug not in fitting)][:MOST]


REGISTRY.add("run")(
    planned(
        _plan,
        help="Start a runbook",
        action="runbook.run",
        arguments=(Argument("runbook", Kind(choices=_choices)),),
        aliases={"runbook": ""},
    )
)
