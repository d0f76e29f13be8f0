"""Routing to look at: a version at work, one in shadow, and a draft that was simulated."""

from typing import Any, Final

from incidents.kernel.actor import Actor
from incidents.models import User
from incidents.pipeline.routing import simulation, versions
from incidents.sources import adapters

CONDITIONS: Final = (
    {"field": "labels.env", "operator": "in", "value": ["staging", "dev"]},
    {"field": "title", "operator": "matches", "value": r"disk.*(full|9\d ?%)"},
    {"field": "time", "operator": "outside", "value": "mon-fri 08:00-18:00 Europe/Berlin"},
    {"field": "labels.service", "operator": "is", "value": "checkout"},
)


def _rule(name: str, *conditions: int, **actions: Any) -> dict[str, Any]:
    go_on = actions.pop("go_on", False)
    asked = [CONDITIONS[n] for n in conditions]
    return {"name": name, "conditions": asked, "actions": actions, "go_on": go_on}


RULES: Final = (
    _rule("Staging pages nobody", 0, suppress=True),
    _rule("Disks can wait for the morning", 1, 2, severity="P3", pause_minutes=30),
    _rule(
        "Checkout is worth a look",
        3,
        priority="high",
        labels={"set": {"tier": "1"}, "add": {"owner": "payments"}, "remove": ["pod"]},
        go_on=True,
    ),
)


def publish(by: User, *, many: int = 0, name: str = "") -> dict[str, Any]:
    """A live version, one in shadow and a draft, each a rule longer; where to look at them."""
    actor, places = Actor.of(by), {}
    more = [_rule(f"{n} {name}"[:120].strip(), *range(4), severity="P2") for n in range(many)]
    rules = [*RULES, *more]
    for state in ("live", "shadow", "draft"):
        draft = versions.write_draft(document={"rules": rules}, actor=actor)
        simulation.simulate(draft, read=adapters.read, actor=actor)
        if state == "live":
            versions.go_live(number=draft.number, actor=actor, note=name[:300], confirmed=True)
        if state == "shadow":
            versions.to_shadow(number=draft.number, actor=actor)
        places[f"routing_{state}"] = draft.number
        places["routing_rule"] = draft.rules[-1]["id"]
        rules = [*rules, _rule(f"Added in {state}", 3, severity="P2")]
    return places
