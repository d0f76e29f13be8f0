"""The search of Opsgenie's API, as a condition on alerts.

Words, and `field: value` or `field > value`, joined by AND, OR and NOT; AND binds closer. A value
in quotes may hold spaces, and `*` at its ends stands for anything.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from django.db.models import Q

from incidents.kernel import clock, payload
from incidents.kernel.errors import Invalid
from incidents.models import Alert, AlertState

MOST_TERMS: Final = 20
LONGEST: Final = 1000
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<field>[\w.]+)\s*(?P<sign>:|>=|<=|>|<|=)\s*)?(?P<value>"[^"]*"|[^\s"()]+)"""
)
_COMPARED: Final = {":": "", "=": "", ">": "__gt", "<": "__lt", ">=": "__gte", "<=": "__lte"}
_STATES: Final = {"open": ~Q(state=AlertState.RESOLVED), "closed": Q(state=AlertState.RESOLVED)}
_TRUE: Final = frozenset({"true", "yes", "1"})


def condition(query: str) -> Q:
    """What `query` asks for; all alerts where it is empty. Raises Invalid."""
    if len(query) > LONGEST:
        raise _wrong(f"it is longer than {LONGEST} characters")
    found, part, negated, terms = Q(pk__in=[]), Q(), False, 0
    for field, sign, value in _tokens(query):
        word = value.upper() if not field else ""
        if word == "OR":
            found, part = found | part, Q()
        elif word == "NOT":
            negated = True
        elif word != "AND":
            term = _term(field, sign, value)
            part, negated, terms = part & (_not(term) if negated else term), False, terms + 1
    if terms > MOST_TERMS:
        raise _wrong(f"it has more than {MOST_TERMS} terms")
    return found | part if terms else Q()


def _not(term: Q) -> Q:
    """Where what is asked about was never told, the term is false and not unknown."""
    return ~Q(pk__in=Alert.objects.filter(term).order_by().values("pk"))


def _tokens(query: str) -> list[tuple[str, str, str]]:
    found, position, text = [], 0, query.strip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _wrong(f"{text[position : position + 40].strip()!r} cannot be read")
        found.append((token["field"] or "", token["sign"] or ":", token["value"]))
        position = token.end()
    return found


def _wrong(why: str) -> Invalid:
    hint = "Write for instance: status: open AND tag: database. There are no brackets."
    return Invalid(f"The query cannot be used: {why}.", hint, field="query")


def _term(field: str, sign: str, value: str) -> Q:
    text = value.strip('"').replace("\0", "")
    if not field:
        return Q(title__icontains=text.strip("*")) | Q(description__icontains=text.strip("*"))
    name = field.lower()
    if name.startswith("details."):
        key = field.partition(".")[2]
        return Q(annotations__details__contains={key: text}) | Q(
            handling__details__contains={key: text}
        )
    if name in _TIMES:
        return Q(**{f"{_TIMES[name]}{_COMPARED[sign] or '__gte'}": _moment(text)})
    if name in _NUMBERS:
        return Q(**{f"{_NUMBERS[name]}{_COMPARED[sign]}": _number(text)})
    make = _FIELDS.get(name)
    if make is None:
        known = ", ".join(sorted({*_FIELDS, *_TIMES, *_NUMBERS}))
        raise _wrong(f"there is no field {field!r}; fields are {known} and details.<key>")
    return make(text)


_TIMES: Final = {
    "createdat": "started_at",
    "lastoccurredat": "last_seen_at",
    "updatedat": "last_seen_at",
}
_NUMBERS: Final = {"count": "count", "tinyid": "pk"}


def _moment(text: str) -> datetime:
    """A time, a date as 24-11-2026, or milliseconds since 1970."""
    if text.isascii() and text.isdecimal():
        at = payload.moment(int(text) / 1000)
    else:
        try:
            at = datetime.strptime(text, "%d-%m-%Y").replace(tzinfo=UTC)
        except ValueError:
            at = payload.moment(text)
    if at is None:
        raise _wrong(f"{text!r} is no time")
    return at


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise _wrong(f"{text!r} is no number")
    return int(text)


def _text(column: str) -> Callable[[str], Q]:
    def make(text: str) -> Q:
        if "*" in text:
            return Q(**{f"{column}__icontains": text.strip("*")})
        return Q(**{f"{column}__iexact": text})

    return make


def _status(text: str) -> Q:
    found = _STATES.get(text.lower())
    if found is None:
        raise _wrong("status is open or closed")
    return found


def _is(made: Q) -> Callable[[str], Q]:
    return lambda text: made if text.lower() in _TRUE else _not(made)


def _tag(text: str) -> Q:
    said = Q(annotations__tags__contains=[text]) & ~Q(handling__has_key="tags")
    return said | Q(handling__tags__contains=[text])


def _priority(text: str) -> Q:
    said = Q(annotations__priority=text.upper()) & ~Q(handling__has_key="priority")
    return said | Q(handling__priority=text.upper())


def _snoozed(text: str) -> Q:
    return _is(Q(handling__snoozed_until__gt=clock.now().isoformat()))(text)


_FIELDS: Final[Mapping[str, Callable[[str], Q]]] = {
    "status": _status,
    "tag": _tag,
    "tags": _tag,
    "priority": _priority,
    "alias": _text("fingerprint"),
    "message": lambda text: Q(title__icontains=text.strip("*")),
    "description": lambda text: Q(description__icontains=text.strip("*")),
    "entity": _text("labels__entity"),
    "source": _text("labels__source"),
    "owner": _text("handling__owner"),
    "acknowledged": _is(Q(state=AlertState.ACKNOWLEDGED)),
    "isseen": _is(Q(state=AlertState.ACKNOWLEDGED)),
    "snoozed": _snoozed,
}
