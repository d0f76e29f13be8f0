"""Figures that alerts bring along: how many requests fail, how many users are hit.

They decide the severity where the sender named none, and how many users are hit.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from incidents.models import Service
from incidents.models.triage import Impact

_FAILING: Final = frozenset(
    {
        *("error_rate", "errorrate", "error_ratio", "error_percent", "error_percentage"),
        *("failure_rate", "fail_rate", "failed_percent", "http_error_rate"),
    }
)
_AVAILABLE: Final = frozenset({"availability", "availability_percent", "success_rate", "uptime"})
_USERS_PERCENT: Final = frozenset(
    {
        *("users_affected_percent", "affected_users_percent", "users_percent", "affected_percent"),
        *("customers_affected_percent", "user_impact_percent"),
    }
)
_USERS: Final = frozenset(
    {
        *("users_affected", "affected_users", "impacted_users", "customers_affected"),
        *("affected_customers", "user_count"),
    }
)
_NUMBER = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(%?)")
_SAYS_FAILING = re.compile(r"error[ _-]?(?:rate|ratio|percent)|errorrate", re.IGNORECASE)
_PERCENT_OF_USERS = re.compile(
    r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?% of (?:all |our |the )?(?:users|customers|shops|tenants)",
    re.IGNORECASE,
)
_PERCENT_FAILING = re.compile(
    r"error rate(?: of| is| at|:)? ?([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", re.IGNORECASE
)

# Percent from which on, with the rank of the severity. What is below the last is the mildest.
BY_FAILING: Final = ((25.0, 0), (5.0, 1), (1.0, 2))
BY_USERS: Final = ((50.0, 0), (10.0, 1), (1.0, 2))
_MILDEST: Final = 3
# Percent of the users from which on, with the impact.
BY_PERCENT: Final = ((50.0, Impact.CRITICAL), (10.0, Impact.MAJOR))


@dataclass(frozen=True, slots=True)
class Measured:
    """Percent of requests that fail and of users that are hit, where something says so."""

    failing: float | None = None
    users: float | None = None

    @property
    def affected(self) -> float | None:
        """The best estimate of the users hit: counted, else as many as requests that fail."""
        return self.users if self.users is not None else self.failing

    @property
    def why(self) -> str:
        if self.users is not None:
            return f"{self.users:.3g} % of the users are hit"
        return "" if self.failing is None else f"{self.failing:.3g} % of requests fail"


def measured(
    facts: Mapping[str, Any], *, value: str = "", text: str = "", service: Service | None = None
) -> Measured:
    """What labels, the alert's value and its words say in figures. Never raises."""
    failing: float | None = None
    users: float | None = None
    for name, given in facts.items():
        plain = name.lower().replace("-", "_")
        if plain in _FAILING:
            failing = _worse(failing, _percent(given))
        elif plain in _AVAILABLE and (up := _percent(given)) is not None:
            failing = _worse(failing, 100 - up)
        elif plain in _USERS_PERCENT:
            users = _worse(users, _percent(given, fraction=False))
        elif plain in _USERS:
            users = _worse(users, _share(given, service))
    if failing is None and value and _SAYS_FAILING.search(text):
        failing = _percent(value)
    return Measured(_worse(failing, _said(_PERCENT_FAILING, text)), _worse(users, _said_of(text)))


def _said_of(text: str) -> float | None:
    return _said(_PERCENT_OF_USERS, text)


def _said(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return min(float(found[1]), 100.0) if found else None


def _worse(one: float | None, other: float | None) -> float | None:
    known = [number for number in (one, other) if number is not None]
    return max(known) if known else None


def _percent(given: Any, *, fraction: bool = True) -> float | None:
    """A percentage: `7.2 %`, `7.2` or, where `fraction`, `0.072`. None where it is none."""
    if isinstance(given, bool):
        return None
    found = _NUMBER.fullmatch(str(given)[:40])
    if found is None:
        return None
    number = float(found[1])
    if fraction and not found[2] and number <= 1:
        number *= 100
    return round(number, 3) if math.isfinite(number) and number <= 100 else None


def _share(given: Any, service: Service | None) -> float | None:
    """So many users in percent of those the service has; None where it carries no figure."""
    found = None if isinstance(given, bool) else _NUMBER.fullmatch(str(given)[:40])
    if found is None or service is None or not service.users:
        return None
    return min(round(100 * float(found[1]) / service.users, 3), 100.0)


def rank_of(figures: Measured) -> tuple[int, str] | None:
    """The rank of the severity that the figures ask for, and why; None without figures."""
    asked = []
    for percent, table, words in (
        (figures.users, BY_USERS, "of the users are hit"),
        (figures.failing, BY_FAILING, "of requests fail"),
    ):
        if percent is not None:
            rank = next((rank for limit, rank in table if percent >= limit), _MILDEST)
            asked.append((rank, f"{percent:.3g} % {words}"))
    return min(asked) if asked else None


def impact_of(percent: float) -> Impact:
    """What so many percent of the users hit are called."""
    for limit, impact in BY_PERCENT:
        if percent >= limit:
            return impact
    return Impact.MINOR if percent > 0 else Impact.NONE
