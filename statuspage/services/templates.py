"""Texts to begin with: which one fits, and what its marks stand for."""

from typing import Final

from django.db import transaction
from django.db.models import Q

from incidents.kernel.errors import Invalid
from incidents.models import Incident, Severity
from statuspage.models import PublicState, StatusPage, UpdateTemplate

MARKS: Final = ("components", "within", "page", "started")
MOST_SHOWN: Final = 30


def fitting(incident: Incident, page: StatusPage, state: str) -> list[UpdateTemplate]:
    """Those that may be used for the next update, the most specific first."""
    rows = UpdateTemplate.objects.filter(Q(page=page) | Q(page=None), enabled=True)
    code, category = incident.severity.code, incident.category
    fit = [
        row
        for row in rows
        if row.state in ("", state)
        and (not row.severities or code in row.severities)
        and row.category in ("", category)
    ]
    return sorted(fit, key=lambda row: (-_closeness(row), row.name))[:MOST_SHOWN]


def _closeness(row: UpdateTemplate) -> int:
    """A category says more than a severity, that more than a state, that more than a page."""
    return (
        8 * bool(row.category) + 4 * bool(row.severities) + 2 * bool(row.state) + bool(row.page_id)
    )


def filled(text: str, known: dict[str, str]) -> str:
    """`text` with {components} and the like replaced; anything else in braces stays as it is."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@transaction.atomic
def save(template: UpdateTemplate) -> UpdateTemplate:
    """Save a template. Raises Invalid with the name of the field at fault."""
    template.name, template.body = template.name.strip(), template.body.strip()
    template.title = template.title.strip()
    if not template.name:
        raise Invalid("Give it a name.", "People choose by it.", field="name")
    same = UpdateTemplate.objects.filter(name__iexact=template.name).exclude(pk=template.pk)
    if same.exists():
        raise Invalid("There is one of that name.", "Choose another name.", field="name")
    if not template.body:
        raise Invalid("The text is empty.", "Write what customers are told.", field="body")
    if template.state and template.state not in PublicState.values:
        raise Invalid(f"There is no public state called {template.state!r}.", field="state")
    known = set(Severity.objects.values_list("code", flat=True))
    if unknown := sorted(set(template.severities) - known):
        raise Invalid(f"There is no severity called {unknown[0]!r}.", field="severities")
    template.save()
    return template
