"""Runbooks to play with: `write("Disk is full", "title: disk")` stores one with its patterns."""

from collections.abc import Callable
from typing import Any

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Severity
from runbooks import services
from runbooks.models import Runbook
from tests.conftest import People

BODY = """# Disk is full

Do not wait for 100 %.

## 1. See which disk

```bash
df -h
```

## Free space

Oldest logs first.

## Confirm that it is over"""

Write = Callable[..., Runbook]


@pytest.fixture
def write(severities: dict[str, Severity], people: People) -> Write:
    def make(title: str = "Disk is full", *patterns: str, **fields: Any) -> Runbook:
        draft = services.new(**{"title": title, "body": BODY, **fields})
        runbook = services.write(draft, actor=Actor.of(people.admin))
        services.set_patterns(runbook, [_pattern(text) for text in patterns])
        return runbook

    return make


def _pattern(text: str) -> services.PatternText:
    """`title: disk full`, `service: search`, `label alertname: *Disk*`."""
    head, _, pattern = text.partition(": ")
    field, _, label = head.partition(" ")
    return services.PatternText(field=field, label=label, pattern=pattern)
