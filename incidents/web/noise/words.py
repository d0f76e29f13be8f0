"""Rules against noise in people's words."""

from collections.abc import Sequence
from typing import Final

from incidents.kernel.durations import spoken
from incidents.kernel.matchers import Matcher, Operator
from incidents.models import GroupingPolicy, Inhibition

_SAYS: Final[dict[Operator, str]] = {
    "=": "is",
    "!=": "is not",
    "=~": "matches",
    "!~": "does not match",
}
DEFAULT: Final = (
    "Alerts of one service share an incident; without a service, those that their sender put into "
    "one group; without a group, those of one name from one sender. Nothing waits."
)


def condition(matchers: Sequence[Matcher]) -> str:
    """“service is checkout and severity is not P3”."""
    return _listed([_one(matcher) for matcher in matchers])


def _one(matcher: Matcher) -> str:
    if not matcher.value:
        return f"{matcher.name} is {'empty' if matcher.is_equal else 'not empty'}"
    return f"{matcher.name} {_SAYS[matcher.operator]} {matcher.value}"


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def of_policy(policy: GroupingPolicy) -> tuple[str, list[str]]:
    """Which alerts it is for, and what it does with them, a clause each."""
    wanted = policy.matchers_read
    subject = f"Alerts whose {condition(wanted)}" if wanted else "All other alerts"
    return subject, [_together(policy), *_times(policy)]


def _together(policy: GroupingPolicy) -> str:
    if policy.group_by:
        return f"together by {_listed(policy.group_by)}"
    return "together as without a policy: by service, else group, else name"


def _times(policy: GroupingPolicy) -> list[str]:
    p = policy
    told = [
        (p.wait, f"wait {spoken(p.wait)} for others"),
        (p.interval, f"say that more joined every {spoken(p.interval)} at most"),
        (p.repeat, f"remind every {spoken(p.repeat)} while they fire"),
        (p.cooldown, f"open the same incident again within {spoken(p.cooldown)}"),
        (p.auto_resolve, f"over when not heard of for {spoken(p.auto_resolve)}"),
        (
            p.flap_changes,
            f"held as flapping after {p.flap_changes} openings in {spoken(p.flap_window)}",
        ),
    ]
    return [clause for number, clause in told if number]


def of_inhibition(inhibition: Inhibition) -> str:
    source, target = condition(inhibition.source_read), condition(inhibition.target_read)
    told = f"While an alert fires whose {source}, those whose {target} open no incident"
    return (
        f"{told}, if they have the same {_listed(inhibition.equal)}" if inhibition.equal else told
    )
