"""What people say of an incident: its words, what it touches, what it costs, their own fields."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from incidents.kernel.errors import Invalid
from incidents.models import Incident, Service
from incidents.pipeline import custom_fields

PLAIN: Final = (
    *("title", "summary", "customer_impact", "root_cause", "environment"),
    *("service", "team", "false_positive", "revenue_impact"),
)
SERVICES: Final = "affected_services"
EDITABLE: Final = (
    *PLAIN,
    *("revenue_per_hour", "revenue_currency", "regions", SERVICES, custom_fields.PREFIX),
)
_MOST_REGIONS: Final = 20
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
Told = dict[str, list[str]]


def apply(incident: Incident, changes: Mapping[str, Any]) -> tuple[Told, Told]:
    """Take the changes into the incident, unsaved but for its services; it must have a key.

    Returns what changed of ours, and of the installation's own fields: name → [old, new].
    Raises Invalid, naming the field at fault.
    """
    unknown = next((name for name in changes if name not in EDITABLE), "")
    if unknown:
        known = f"Fields: {', '.join(EDITABLE)}."
        raise Invalid(f"{unknown} cannot be edited.", known, field=unknown)
    told: Told = {}
    for name, value in changes.items():
        if name == SERVICES:
            told |= _set_services(incident, value)
        elif name != custom_fields.PREFIX:
            told |= _set(incident, name, _READ[name](value) if name in _READ else value)
    return told, custom_fields.apply(incident, changes.get(custom_fields.PREFIX) or {})


def _set(incident: Incident, name: str, value: Any) -> Told:
    old = getattr(incident, name)
    if old == value:
        return {}
    setattr(incident, name, value)
    return {name: [_worded(old), _worded(value)]}


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None or value is False else str(value)


def _set_services(incident: Incident, services: Iterable[Service]) -> Told:
    """All that is hit beside the main service, by name."""
    wanted = {service.pk: service for service in services or ()}
    wanted.pop(incident.service_id or 0, None)
    old = {service.pk: service for service in incident.affected_services.all()}
    if old.keys() == wanted.keys():
        return {}
    incident.affected_services.set(wanted.values())
    names = (sorted(each.name for each in rows.values()) for rows in (old, wanted))
    return {SERVICES: [", ".join(each) for each in names]}


def _amount(value: Any) -> Decimal | None:
    if value is None or str(value).strip() == "":
        return None
    try:
        amount = Decimal(str(value).replace(",", "").replace(" ", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 12:
        hint = "A number such as 12000, or leave it empty: not known."
        raise Invalid("Give what an hour costs.", hint, field="revenue_per_hour")
    return amount.quantize(Decimal("0.01"))


def _currency(value: Any) -> str:
    code = str(value or "").strip().upper()
    if code and not _CURRENCY.fullmatch(code):
        hint = "Three letters, for instance EUR."
        raise Invalid("That is no code of a currency.", hint, field="revenue_currency")
    return code


def _regions(value: Any) -> list[str]:
    names = value.split(",") if isinstance(value, str) else list(value or ())
    regions = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(regions) > _MOST_REGIONS or any(len(name) > 60 or "\0" in name for name in regions):
        hint = f"At most {_MOST_REGIONS}, each of at most 60 characters, with commas between."
        raise Invalid("Those are no names of regions.", hint, field="regions")
    return regions


_READ: Final = {
    "revenue_per_hour": _amount,
    "revenue_currency": _currency,
    "regions": _regions,
}
