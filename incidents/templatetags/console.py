"""How the hub's nouns look on screen: icons, severity, state, clocks and times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from incidents.kernel import clock as time_source
from incidents.models import Alert, Incident, Severity
from incidents.selectors.muting import Muting, mutings
from incidents.sources.adapters import ADAPTERS

register = template.Library()

Style = Literal["time", "seconds", "date", "datetime", "relative"]

TONES = frozenset({"p0", "p1", "p2", "p3"})

# A role as the end of a sentence: "Ana Ruiz commands".
DUTIES: Mapping[str, str] = {
    "commander": "commands",
    "operations": "operations",
    "communications": "comms",
    "scribe": "scribe",
    "responder": "responds",
}

# What the first word of a fact's kind is called beside it.
SOURCES: Mapping[str, str] = {
    "warroom": "chat",
    "chat": "chat",
    "task": "task",
    "pin": "chat",
    "incident": "incident",
    "alert": "alert",
    "statuspage": "status page",
    "status": "status page",
    "runbook": "runbook",
    "runbooks": "runbook",
    "postmortem": "post-mortem",
    "postmortems": "post-mortem",
}

STATES: Mapping[str, tuple[str, str, str]] = {
    # state: word, icon, tone. Neutral while it is open: severity is the colour then.
    "detected": ("Detected", "radar", ""),
    "acknowledged": ("Acknowledged", "user-check", ""),
    "investigating": ("Investigating", "zoom-question", ""),
    "identified": ("Identified", "target", ""),
    "mitigated": ("Mitigated", "shield-check", ""),
    "monitoring": ("Monitoring", "heartbeat", ""),
    "resolved": ("Resolved", "circle-check", "ok"),
    "closed": ("Closed", "archive", "ok"),
    "merged": ("Merged", "git-merge", ""),
    "open": ("Firing", "bell-ringing", ""),
}


class _Told(Protocol):
    """A fact, or what a page shows in its place."""

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Target:
    """The next thing an open incident owes, and when."""

    verb: str
    due: datetime
    late: bool
    text: str


@dataclass(frozen=True, slots=True)
class Milestone:
    label: str
    stage: Literal["done", "now", "next", "skipped"]
    after: str = ""


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One icon of static/vendor/icons.svg, hidden from screen readers: a word goes with it."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " i-lg" if size == "lg" else "",
        sprite(),
        name or "point",
    )


@register.inclusion_tag("components/severity.html")
def severity(level: Severity | None, *, short: bool = False, solid: bool = False) -> dict[str, Any]:
    return {"level": level, "tone": tone(level), "short": short, "solid": solid}


@register.inclusion_tag("components/state.html")
def state(name: str, *, large: bool = False) -> dict[str, Any]:
    word, symbol, colour = STATES.get(name, (words(name), "point", ""))
    return {"word": word, "symbol": symbol, "tone": colour, "large": large}


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, *, size: str = "", here: str = "", you: bool = False) -> dict[str, Any]:
    return {"name": name, "size": size, "here": here, "you": you}


@register.inclusion_tag("components/target.html")
def target(incident: Incident, *, short: bool = False) -> dict[str, Any]:
    return {"target": next_target(incident), "incident": incident, "short": short}


@register.inclusion_tag("components/deadline.html")
def deadline(verb: str, due: datetime | None, *, short: bool = False) -> dict[str, Any]:
    """What is due at a time, with how long that still is; nothing where nothing is due."""
    return {"target": _owed(verb, due) if due else None, "short": short}


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(
    context: Context, route: str, symbol: str, label: str, count: int | None = None
) -> dict[str, Any]:
    """A link of the navigation; nothing at all where the route does not exist."""
    try:
        href = reverse(route)
    except NoReverseMatch:
        return {"href": ""}
    path = getattr(context.get("request"), "path", "")
    inside = path == href or (href != "/" and path.startswith(href.rstrip("/") + "/"))
    return {"href": href, "symbol": symbol, "label": label, "count": count, "current": inside}


@register.inclusion_tag("components/palette_item.html")
def palette_item(
    route: str, symbol: str, label: str, keys: str, *, action: str = ""
) -> dict[str, Any]:
    """A line of the command palette; nothing where the route does not exist."""
    try:
        href = reverse(route) if route else ""
    except NoReverseMatch:
        return {"href": "", "action": ""}
    return {"href": href, "symbol": symbol, "label": label, "keys": keys, "action": action}


@register.simple_tag
def sprite() -> str:
    """The address of the file that holds every icon."""
    return static("vendor/icons.svg")


@register.simple_tag
def milestones(incident: Incident) -> list[Milestone]:
    """How far an incident has come: each milestone done, now, next, or skipped."""
    stamps = (
        ("Acknowledged", incident.acknowledged_at),
        ("Identified", incident.identified_at),
        ("Mitigated", incident.mitigated_at),
        ("Resolved", incident.resolved_at),
    )
    last = max((n for n, (_, at) in enumerate(stamps) if at), default=-1)
    return [_milestone(n - last, label, at, incident) for n, (label, at) in enumerate(stamps)]


@register.simple_tag
def server_now() -> str:
    """The server's time, from which the page's clocks correct the viewer's."""
    return time_source.now().isoformat(timespec="milliseconds")


@register.simple_tag
def clock(start: datetime, stop: datetime | None = None, size: str = "large") -> SafeString:
    """Time since `start`, running unless `stop` is given."""
    elapsed = (stop or time_source.now()) - start
    running = "" if stop else format_html(' data-clock="{}"', start.isoformat())
    return format_html(
        '<span class="{}"{}>{}</span>',
        "clock" if size == "large" else "clock-s",
        running,
        stopwatch(elapsed),
    )


@register.simple_tag
def moment(when: datetime | None, style: Style = "time") -> SafeString:
    """A time in the viewer's zone with UTC on hover; the page's script keeps it fresh."""
    if when is None:
        return SafeString("")
    local = timezone.localtime(when) if timezone.is_aware(when) else when
    return format_html(
        '<time datetime="{}" title="{} UTC" data-time="{}">{}</time>',
        when.isoformat(),
        when.astimezone(UTC).strftime("%-d %b %Y, %H:%M:%S"),
        style,
        _written(local, style),
    )


def _milestone(
    ahead: int, label: str, reached_at: datetime | None, incident: Incident
) -> Milestone:
    """`ahead` counts from the last milestone reached: 0 is it, 1 the next one."""
    if reached_at:
        return Milestone(label, "done", duration(reached_at - incident.opened_at))
    if ahead < 0:
        return Milestone(label, "skipped")
    return Milestone(label, "now" if ahead == 1 and not incident.ended_at else "next")


def _written(local: datetime, style: Style) -> str:
    if style == "relative":
        return ago(time_source.now() - local)
    layout = {
        "time": "%H:%M",
        "seconds": "%H:%M:%S",
        "date": "%-d %b %Y",
        "datetime": "%-d %b %Y, %H:%M",
    }
    return local.strftime(layout[style])


def next_target(incident: Incident) -> Target | None:
    """The first of acknowledge and mitigate that is still owed; None when nothing is."""
    level = incident.severity
    if incident.ended_at or incident.mitigated_at:
        return None
    owed = (
        ("Mitigate by", level.mitigate_minutes)
        if incident.acknowledged_at
        else ("Acknowledge by", level.ack_minutes)
    )
    return _owed(owed[0], incident.opened_at + timedelta(minutes=owed[1]))


def _owed(verb: str, due: datetime) -> Target:
    left = due - time_source.now()
    late = left < timedelta(0)
    text = f"late {duration(-left)}" if late else f"{stopwatch(left)} left"
    return Target(verb=verb, due=due, late=late, text=text)


@register.filter
def tone(level: Severity | None) -> str:
    """The colour class of a severity: p0, p1, p2, p3 or off."""
    code = getattr(level, "code", "").lower()
    return code if code in TONES else "off"


@register.filter
def fact_tone(fact: _Told) -> str:
    """The colour of a fact's icon: its severity when trouble begins, green when it is over."""
    data = getattr(fact, "data", None) or {}
    if fact.kind in {"incident.opened", "alert.attached"}:
        code = str(data.get("severity", "")).lower()
        return code if code in TONES else ""
    over = fact.kind == "alert.resolved" or data.get("new") in {"resolved", "closed"}
    return "ok" if over else ""


@register.filter
def duty(role: str) -> str:
    return DUTIES.get(role, words(role).lower())


@register.filter
def fact_source(kind: str) -> str:
    """Where a fact comes from, in a word: warroom.message → chat."""
    head = kind.split(".", maxsplit=1)[0]
    return SOURCES.get(head, words(head).lower())


_REFERENCE = re.compile(r"\bINC-([1-9][0-9]{0,17})\b")


@register.filter
def references(text: str) -> SafeString:
    """The text with each INC-12 in it as a link to that incident."""

    def link(found: re.Match[str]) -> str:
        return format_html('<a href="{}">{}</a>', _room(found[0]), found[0])

    return mark_safe(_REFERENCE.sub(link, conditional_escape(text)))  # noqa: S308  # escaped


def _room(reference: str) -> str:
    return reverse("warroom:room", kwargs={"ref": reference})


@register.filter
def initials(name: str) -> str:
    parts = [part for part in str(name).replace(".", " ").split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "?"


@register.filter
def state_label(name: str) -> str:
    return STATES[name][0] if name in STATES else words(name)


@register.filter
def state_icon(name: str) -> str:
    return STATES[name][1] if name in STATES else "point"


@register.filter
def words(name: str) -> str:
    """A stored name as a person would write it: `service_outage` → Service outage."""
    return str(name).replace("_", " ").replace("-", " ").strip().capitalize()


@register.filter
def source_kind(slug: str) -> str:
    """What the senders of a kind of integration call themselves: `alertmanager`."""
    adapter = ADAPTERS.get(slug)
    return adapter.label if adapter else words(slug)


def stopwatch(span: timedelta) -> str:
    """17:31, 1:04:20, and from two days on 3 d 4 h. The script of clocks writes the same."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


@register.filter
def duration(span: timedelta | float | None) -> str:
    """A length of time, from a timedelta or from seconds: 42 s, 1:50, 24 min, 3 h 12 min."""
    if span is None:
        return "none"
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 600:
        return f"{seconds // 60}:{seconds % 60:02}"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, minute = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minute} min" if minute else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h"


def ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 0:
        return f"in {_whole(-seconds)}"
    return "just now" if seconds < 10 else f"{_whole(seconds)} ago"


def _whole(seconds: int) -> str:
    """One whole unit, which is all that a relative time needs."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


@register.inclusion_tag("components/muted.html")
def muted(alert: Alert, *, short: bool = False) -> dict[str, Any]:
    """What keeps an alert quiet: a mark (`short`), or each reason with its end and a link."""
    return {"reasons": mutings(alert), "alert": alert, "short": short}


@register.simple_tag
def muting_link(reason: Muting) -> str:
    """The page of the rule that mutes; empty where there is none."""
    pages = {"silence": "web:silence", "maintenance": "web:window"}
    parts = {"inhibition": "inhibition", "grouping": "policy", "flapping": "policy"}
    try:
        if reason.kind in parts:
            return f"{reverse('web:grouping')}#{parts[reason.kind]}-{reason.id}"
        return reverse(pages[reason.kind], args=[reason.id]) if reason.kind in pages else ""
    except NoReverseMatch:
        return ""


@register.simple_tag
def muted_until(reason: Muting) -> SafeString:
    """Its end: the time alone while that says enough."""
    near = reason.until and reason.until - time_source.now() < timedelta(hours=12)
    return moment(reason.until, "time" if near else "datetime")
