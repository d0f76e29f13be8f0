"""A transcript as a file."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.models import Incident
from warroom.models import Presence
from warroom.selectors.recording.transcript import Transcript

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    ending: str
    write: Callable[[Transcript], str]


def as_json(transcript: Transcript) -> str:
    return json.dumps(transcript.as_data(), ensure_ascii=False, indent=1) + "\n"


def as_markdown(transcript: Transcript) -> str:
    data = transcript.as_data()
    return "\n".join(_lines(data, transcript.incident)).rstrip() + "\n"


FORMATS: Final[Mapping[str, Format]] = {
    "markdown": Format("text/markdown; charset=utf-8", "md", as_markdown),
    "json": Format("application/json", "json", as_json),
}


def _lines(data: Mapping[str, Any], incident: Incident) -> Iterator[str]:
    severity, state = incident.severity, incident.get_state_display()
    yield f"# {incident.reference}: {_plain(incident.title)}"
    yield ""
    yield f"{severity.code} {_plain(severity.label)} · {state} · times in UTC"
    yield ""
    yield from _people(data["people"])
    yield "## What happened"
    yield ""
    yield from _days(data["entries"])
    if data["next_after"] is not None:
        yield f"The transcript goes on after entry {data['next_after']}: ask for it with "
        yield f"`?after={data['next_after']}`."
        yield ""
    if data["document"]:
        document = data["document"]
        yield f"## The shared document, version {document['version']}"
        yield ""
        yield from _quoted(document["text"])


def _people(people: list[dict[str, Any]]) -> Iterator[str]:
    if not people:
        return
    yield "## Who was in the room"
    yield ""
    for person in people:
        spans = "; ".join(_span(span) for span in person["there"])
        yield f"- {_plain(person['name'])} (@{_plain(person['handle'])}): {spans}"
    yield ""


def _span(span: Mapping[str, Any]) -> str:
    word = Presence(span["state"]).label.lower()
    until = _time(span["to"], "%d %b %H:%M:%S") if span["to"] else "now"
    return f"{word} {_time(span['from'], '%d %b %H:%M:%S')} to {until}"


def _days(entries: list[dict[str, Any]]) -> Iterator[str]:
    day = ""
    for entry in entries:
        today = _time(entry["at"], "%A, %-d %B %Y")
        if today != day:
            day = today
            yield f"### {day}"
            yield ""
        yield from _message(entry) if "body" in entry else _fact(entry)
        yield ""


def _fact(entry: Mapping[str, Any]) -> Iterator[str]:
    who = f"{_plain(entry['actor']['name'])} " if entry["actor"]["name"] else ""
    yield f"**{_time(entry['at'])}** {who}{_plain(entry['text'])}"
    if "output" in entry:
        yield ""
        yield from _quoted(entry["output"])


def _message(entry: Mapping[str, Any]) -> Iterator[str]:
    reply = f", in reply to #{entry['reply_to']}" if "reply_to" in entry else ""
    yield f"**{_time(entry['at'])}** **{_plain(entry['actor']['name'])}** (#{entry['seq']}{reply}):"
    yield ""
    if "deleted" in entry:
        deleted = entry["deleted"]
        yield f"*This message was deleted at {_time(deleted['at'])} by {_plain(deleted['by'])}.*"
        return
    yield from _quoted(entry["body"])
    for edit in entry["edits"]:
        yield ""
        yield f"*Edited at {_time(edit['at'])} by {_plain(edit['by'])} to:*"
        yield ""
        yield from _quoted(edit["body"])


def _quoted(text: str) -> Iterator[str]:
    for line in text.splitlines() or [""]:
        yield f"> {line}".rstrip()


def _plain(text: str) -> str:
    """One line that Markdown leaves as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _time(at: str, layout: str = "%H:%M:%S") -> str:
    return datetime.fromisoformat(at).strftime(layout)
