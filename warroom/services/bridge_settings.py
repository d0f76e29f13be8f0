"""Which service holds the video rooms, and from which severity on one opens by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction

from incidents.kernel import options, secrets
from incidents.kernel.errors import Invalid
from incidents.models import Setting, Severity
from warroom.services.bridges import PROVIDERS, Provider

NAME: Final = "warroom.bridge"
NEVER: Final = ""


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """`opens_from` is the code of the least severity at which a bridge opens by itself, or empty.

    `settings` hold secrets as they are stored: sealed.
    """

    provider: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    opens_from: str = NEVER

    @property
    def chosen(self) -> Provider | None:
        return PROVIDERS.get(self.provider) if self.provider else None

    @property
    def unsealed(self) -> dict[str, Any]:
        """Raises incidents.kernel.secrets.Unreadable."""
        sealed = self.chosen.secrets if self.chosen else frozenset()
        return {
            name: secrets.unseal(value) if name in sealed else value
            for name, value in self.settings.items()
        }

    @property
    def frame(self) -> str:
        """The origin that may be shown inside our page, or empty."""
        if self.chosen is None or not self.chosen.embeds:
            return ""
        parts = urlsplit(str(self.settings.get("server", "")))
        return f"{parts.scheme}://{parts.netloc}"

    def opens_at(self, severity: Severity) -> bool:
        if not self.provider or not self.opens_from:
            return False
        least = Severity.objects.filter(code=self.opens_from).first()
        return least is not None and severity.rank <= least.rank


def load() -> BridgeSettings:
    """One query."""
    row = Setting.objects.filter(name=NAME).first()
    return BridgeSettings(**row.value) if row is not None else BridgeSettings()


@transaction.atomic
def change(*, provider: str, given: Mapping[str, Any], opens_from: str = NEVER) -> BridgeSettings:
    """Keep these settings. A secret that is left empty stays as it was. Raises Invalid."""
    if not provider:
        kept = BridgeSettings()
    else:
        kept = BridgeSettings(provider, _checked(provider, given), _code(opens_from))
    value = {"provider": kept.provider, "settings": kept.settings, "opens_from": kept.opens_from}
    Setting.objects.update_or_create(name=NAME, defaults={"value": value})
    return kept


def _checked(slug: str, given: Mapping[str, Any]) -> dict[str, Any]:
    provider = PROVIDERS.get(slug)
    if provider is None:
        known = ", ".join(PROVIDERS.slugs())
        raise Invalid(f"There is no video service {slug!r}.", f"Known: {known}.", field="provider")
    before = load()
    known_secrets = before.unsealed if before.provider == slug else {}
    filled = {
        name: known_secrets.get(name, "") if name in provider.secrets and not value else value
        for name, value in given.items()
    }
    found = options.checked(provider.options, filled)
    return {
        name: secrets.seal(value) if name in provider.secrets else value
        for name, value in found.items()
    }


def _code(code: str) -> str:
    if code and not Severity.objects.filter(code=code).exists():
        raise Invalid(f"There is no severity {code!r}.", field="opens_from")
    return code
