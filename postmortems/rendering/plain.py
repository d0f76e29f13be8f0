"""The document as Markdown, with the facts as footnotes."""

import re
from datetime import UTC
from typing import Final

from incidents.models import Fact
from postmortems.models import ActionItem, Section
from postmortems.rendering.document import Material

_CITATION: Final = re.compile(r"\[#(\d{1,9})\]")


def to_markdown(material: Material) -> str:
    """Everything but the pictures. Citations become footnotes that say what the fact is."""
    incident = material.record.incident
    known = {fact.seq for fact in material.cited}
    parts = [f"# Post-mortem {incident.reference}: {_line(incident.title)}", _head(material)]
    for section in material.sections:
        parts += _section(section, known)
        if section.slug == "recovery" and material.action_items:
            parts += ["## Action items", _actions(material)]
    parts.append("\n".join(_footnote(fact) for fact in material.cited))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(material: Material) -> str:
    incident, post_mortem = material.record.incident, material.post_mortem
    lines = [
        f"- Severity: {incident.severity}",
        f"- Service: {_line(incident.service.name)}" if incident.service else "",
        f"- Opened: {incident.opened_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"- Resolved: {incident.resolved_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        if incident.resolved_at
        else "- Resolved: not yet",
        f"- Document: version {post_mortem.version}, {post_mortem.get_state_display().lower()}",
    ]
    return "\n".join(line for line in lines if line)


def _section(section: Section, known: set[int]) -> list[str]:
    if not section.body.strip():
        return []
    body = _CITATION.sub(
        lambda found: f"[^{found[1]}]" if int(found[1]) in known else found[0], section.body
    )
    return [f"## {section.heading}", body]


def _actions(material: Material) -> str:
    head = ["| Action | Kind | Owner | Priority | Due | State |", "| --- " * 6 + "|"]
    return "\n".join([*head, *(_action(item) for item in material.action_items)])


def _action(item: ActionItem) -> str:
    cells = (
        item.title,
        item.get_kind_display(),
        str(item.owner or "nobody yet"),
        item.priority,
        item.due_on.isoformat() if item.due_on else "",
        item.get_state_display(),
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _footnote(fact: Fact) -> str:
    at = fact.occurred_at.astimezone(UTC)
    return f"[^{fact.seq}]: {at:%Y-%m-%d %H:%M:%S} UTC, {_line(f'{fact.actor_name} {fact.text}')}"


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _line(text: str) -> str:
    return " ".join(text.split())
