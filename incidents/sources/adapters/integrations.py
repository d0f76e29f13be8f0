"""Making, replacing, pausing and trying out integrations."""

import json
from typing import Final

from django.conf import settings
from django.db import transaction

from incidents.kernel import tokens
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Integration, Service
from incidents.sources import adapters

# What a person can copy into a terminal. The key is where each protocol wants it.
_IN_HEADER: Final = "native"
_IN_BODY: Final = "pagerduty"


def create_integration(
    *, kind: str, name: str, service: Service | None = None
) -> tuple[Integration, str]:
    """A new integration and its key, which is shown once and not stored.

    Raises Invalid for an empty name or a kind that people cannot make.
    """
    if kind not in adapters.public_kinds():
        known = ", ".join(adapters.public_kinds())
        raise Invalid(f"There is no kind of integration called {kind!r}.", f"Kinds: {known}.")
    if not name.strip():
        raise Invalid("An integration needs a name.", "Say what sends here.", field="name")
    key = tokens.new_token("isi")
    integration = Integration.objects.create(
        kind=kind,
        name=name.strip(),
        hint=tokens.hint(key),
        key_hash=tokens.digest(key),
        service=service,
    )
    return integration, key


@transaction.atomic
def rotate(integration_id: int) -> tuple[Integration, str]:
    """Replace the key: the old one stops working at once."""
    integration = _locked(integration_id)
    key = tokens.new_token("isi")
    integration.hint, integration.key_hash = tokens.hint(key), tokens.digest(key)
    integration.save(update_fields=["hint", "key_hash"])
    return integration, key


@transaction.atomic
def set_paused(integration_id: int, *, paused: bool) -> Integration:
    """A paused integration refuses what is sent to it, and says so."""
    integration = _locked(integration_id)
    integration.paused = paused
    integration.save(update_fields=["paused"])
    return integration


def _locked(integration_id: int) -> Integration:
    found = Integration.objects.select_for_update(of=("self",)).filter(pk=integration_id).first()
    if found is None:
        raise NotFound("There is no such integration.")
    return found


def address(kind: str, key: str) -> str:
    """Where a source of this kind posts to."""
    return f"{settings.SITE_URL}{adapters.ADAPTERS[kind].path.format(key=key)}"


def command(kind: str, key: str) -> str:
    """A shell command that sends the adapter's example with this key."""
    example = adapters.ADAPTERS[kind].example
    if kind == _IN_BODY:
        example = json.dumps({"routing_key": key} | _without_key(example), indent=2)
    lines = [f"curl -X POST {address(kind, key)}", "-H 'Content-Type: application/json'"]
    if kind == _IN_HEADER:
        lines.append(f"-H 'Authorization: Bearer {key}'")
    lines.append("-d '" + example.replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines)


def _without_key(example: str) -> dict[str, object]:
    return {name: value for name, value in json.loads(example).items() if name != "routing_key"}
