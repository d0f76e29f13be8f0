"""Making, telling, replacing, pausing and trying out integrations."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from incidents.kernel import secrets, tokens
from incidents.kernel.errors import Invalid, NotFound
from incidents.kernel.options import chosen
from incidents.models import Integration, Service
from incidents.sources import adapters

SHORTEST_SECRET: Final = 8
_CHANGEABLE: Final = frozenset({"name", "service", "options", "secret", "expires_at", "paused"})


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


@transaction.atomic
def configure(integration_id: int, changes: Mapping[str, Any]) -> Integration:
    """Change name, service, options, secret, expires_at or paused; what is not named stays.

    `options` replaces all of them and is checked by the fields of the kind. An empty secret means
    that messages need no signature. Raises Invalid.
    """
    integration = _locked(integration_id)
    unknown = sorted(set(changes) - _CHANGEABLE)
    if unknown:
        raise Invalid(f"{unknown[0]!r} of an integration cannot be changed.", field=unknown[0])
    for name, value in changes.items():
        setattr(integration, name, _checked(integration, name, value))
    if changes:
        integration.save(update_fields=list(changes))
    return integration


def _checked(integration: Integration, name: str, value: Any) -> Any:
    adapter = adapters.ADAPTERS.get(integration.kind)
    if name == "options":
        return chosen(adapter.all_fields if adapter else (), value or {})
    if name == "name" and not str(value).strip():
        raise Invalid("An integration needs a name.", "Say what sends here.", field="name")
    if name != "secret" or not value:
        return value or "" if name in {"secret", "name"} else value
    if adapter is None or not adapter.signed:
        raise Invalid("This kind of integration signs nothing.", field="secret")
    if len(value) < SHORTEST_SECRET:
        hint = f"Use at least {SHORTEST_SECRET} characters."
        raise Invalid("This secret is too short.", hint, field="secret")
    return secrets.seal(value)


def _locked(integration_id: int) -> Integration:
    found = Integration.objects.select_for_update(of=("self",)).filter(pk=integration_id).first()
    if found is None:
        raise NotFound("There is no such integration.")
    return found


def address(kind: str, key: str) -> str:
    """Where a source of this kind posts to."""
    return f"{settings.SITE_URL}{adapters.ADAPTERS[kind].path.replace('{key}', key)}"


def command(kind: str, key: str) -> str:
    """A shell command that sends the adapter's example with this key, where it belongs."""
    adapter = adapters.ADAPTERS[kind]
    lines = [f"curl -X POST '{address(kind, key)}'", "-H 'Content-Type: application/json'"]
    if "{key}" not in adapter.path + adapter.example:
        lines.append(f"-H 'Authorization: Bearer {key}'")
    example = adapter.example.replace("{key}", key)
    lines.append("-d '" + example.replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines)


def snippets(kind: str, key: str) -> list[adapters.Snippet]:
    """What to paste into the source, with this key filled in."""
    filled = {"{url}": address(kind, key), "{key}": key, "{site}": settings.SITE_URL}
    return [
        adapters.Snippet(snippet.title, _filled(snippet.text, filled))
        for snippet in adapters.ADAPTERS[kind].snippets
    ]


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
