"""Messages as they came in: the list, one with all that became of it, and reading it again."""

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.durations import latency
from incidents.kernel.errors import NotFound
from incidents.models import Integration, Signal, SignalState
from incidents.pipeline import intake
from incidents.pipeline.signal import Signal as Said
from incidents.selectors import alerts, routing, signal_words, signals
from incidents.sources import adapters
from incidents.sources.adapters.integrations import address
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

RAW_SHOWN: Final = 64_000
KEY_GOES_HERE: Final = "YOUR-KEY"


@dataclass(frozen=True, slots=True)
class Row:
    """A message in the list."""

    signal: Signal
    became: str


@require_safe
@requires("alert.read")
def listing(request: Request) -> HttpResponse:
    filters = {
        name: request.GET.get(name, "").strip()[:40].replace("\0", "")
        for name in ("integration", "state", "until")
    }
    chosen = signals.SignalFilter(
        integration=_number(filters["integration"]),
        state=filters["state"] if filters["state"] in SignalState.values else "",
        until=_moment(filters["until"]),
    )
    rows = signals.visible(access.visible_incidents(request.principal))
    page = signals.page(rows, chosen, before=_number(request.GET.get("before", "")))
    kept = {name: value for name, value in filters.items() if value}
    context = {
        "rows": [Row(signal, signal_words.summary(signal)) for signal in page.rows],
        "filters": filters,
        "filtered": chosen.is_set,
        "states": SignalState.choices,
        "integrations": Integration.objects.order_by("name", "pk"),
        "older": f"?{urlencode({**kept, 'before': page.older})}" if page.older else "",
        "newer": f"?{urlencode(kept)}" if request.GET.get("before") else "",
        "is_full": len(page.rows) == signals.SIZE,
    }
    return render(request, "incidents/signal_list.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _moment(text: str) -> Any:
    """What the field of a form sends, in the viewer's zone; None for nonsense."""
    with suppress(ValueError, OverflowError):
        at = parse_datetime(text)
        return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at
    return None


def found(principal: access.Principal, **by: Any) -> Signal:
    rows = signals.visible(access.visible_incidents(principal)).defer(None)
    signal = rows.filter(**by).first()
    if signal is None:
        raise NotFound("There is no such message.", "It may be older than what is kept.")
    return signal


@require_safe
@requires("alert.read")
def detail(request: Request, pk: int) -> HttpResponse:
    incidents = access.visible_incidents(request.principal)
    signal = found(request.principal, pk=pk)
    readable = signals.may_be_read(signal, incidents)
    adapter = adapters.ADAPTERS.get(signal.adapter)
    took = signal.folded_at - signal.received_at if signal.folded_at else None
    context = {
        "signal": signal,
        "became": signal_words.summary(signal),
        "error": signals.error_of(signal),
        "protocol": adapter.label if adapter else signal.adapter,
        "mapped": bool(adapter and any(f.name.startswith("mapping.") for f in adapter.fields)),
        "parts": _parts(signal, request.principal) if readable else [],
        "parts_total": len(signal.outcome),
        "took": latency(took.total_seconds()) if took is not None else "",
        "readable": readable,
        "raw": pretty(signal) if readable else "",
        "raw_size": len(signal.body),
        "curl": curl(signal) if readable else "",
        "may": abilities(request.principal),
    }
    return render(request, "incidents/signal_detail.html", context)


def _parts(signal: Signal, principal: access.Principal) -> list[dict[str, Any]]:
    visible = alerts.visible(access.visible_incidents(principal))
    parts = signals.parts(signal, visible)
    said = _said(signal)
    return [
        {
            "part": part,
            "said": said.get(part.number - 1),
            "word": signal_words.action_word(part.action),
            "sentence": signal_words.action_sentence(part.action),
            "routed": routing.directed(part.outcome),
            "muted": signal_words.muted_words(part.outcome),
        }
        for part in parts
    ]


def _said(signal: Signal) -> dict[int, Said]:
    """What its adapter makes of it now, where that is still what it made of it then."""
    try:
        read = adapters.read(signal.adapter, bytes(signal.body), signal.integration.options)
    except Exception:  # noqa: BLE001  # a page tells what it can, whatever is in the message
        return {}
    then = [told.get("fingerprint") for told in signal.outcome]
    same = [said.fingerprint for said in read] == then
    return dict(enumerate(read)) if same else {}


@require_POST
@requires("config.write")
def read_again(request: Request, pk: int) -> HttpResponse:
    found(request.principal, pk=pk)
    intake.read_again(signal_id=pk)
    messages.success(request, "It is in the queue again, and is read within a second.")
    return redirect("web:signal", pk=pk)


@require_safe
@requires("alert.read")
def follow(request: Request, delivery_id: uuid.UUID) -> HttpResponse:
    """The address that a sender gets with its answer: what has become of the message."""
    return redirect("web:signal", pk=found(request.principal, delivery_id=delivery_id).pk)


def pretty(signal: Signal) -> str:
    """The body, laid out where it is JSON, and cut where it is long."""
    text = bytes(signal.body).decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:RAW_SHOWN]


def curl(signal: Signal) -> str:
    """A command that sends the same once more; empty where it has no address or is too long."""
    kind = signal.integration.kind
    adapter = adapters.ADAPTERS.get(kind)
    body = bytes(signal.body)
    if adapter is None or not adapter.path or len(body) > RAW_SHOWN:
        return ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return ""
    lines = [f"curl -X POST '{address(kind, KEY_GOES_HERE)}'"]
    lines.append("-H 'Content-Type: application/json'")
    if "{key}" not in adapter.path + adapter.example:
        lines.append(f"-H 'Authorization: Bearer {KEY_GOES_HERE}'")
    lines.append("--data-raw '" + text.replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines)
