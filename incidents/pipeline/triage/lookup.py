"""What a signal's words mean in our tables: its severity and its service."""

from collections.abc import Iterable

from incidents.kernel.errors import Invalid
from incidents.models import Service, Severity
from incidents.pipeline import classification
from incidents.pipeline.signal import Signal

_FALLBACK_RANK = 2


class Severities:
    """The severity table in memory, by code and by alias."""

    def __init__(self, rows: Iterable[Severity]) -> None:
        self._by_word: dict[str, Severity] = {}
        self._by_rank: dict[int, Severity] = {}
        for row in rows:
            self._by_rank[row.rank] = row
            for word in (row.code, row.label, f"{row.code}_{row.label}", *row.aliases):
                self._by_word[_plain(word)] = row

    @classmethod
    def load(cls) -> "Severities":
        return cls(Severity.objects.all())

    def __bool__(self) -> bool:
        return bool(self._by_rank)

    def find(self, word: str) -> Severity | None:
        return self._by_word.get(_plain(word))

    def or_default(self, word: str) -> Severity:
        """The severity `word` names; P2 (or the mildest there is) when it names none."""
        found = self.find(word)
        if found is not None:
            return found
        if not self._by_rank:
            raise Invalid("There are no severities.", "Run `manage.py load_starter_kit`.")
        return self._by_rank.get(_FALLBACK_RANK) or self._by_rank[max(self._by_rank)]

    def asked(self, signal: Signal, service: Service | None) -> tuple[Severity | None, str]:
        """The severity that the signal names; where it names none, the one that its figures ask
        for, with the reason."""
        named = self.find(signal.severity)
        if named is not None:
            return named, ""
        figures = classification.measured(
            {**signal.annotations, **signal.labels},
            value=signal.value,
            text=f"{signal.title} {signal.description}"[:1000],
            service=service,
        )
        rank, why = classification.rank_of(figures) or (None, "")
        found = None if rank is None else self._by_rank.get(rank)
        return found, f"its sender named no severity, and {why}" if found else ""

    def named(self, word: str) -> Severity:
        """The severity `word` names; Invalid when there is none."""
        found = self.find(word)
        if found is None:
            codes = ", ".join(row.code for row in self._by_rank.values())
            raise Invalid(f"There is no severity {word!r}.", f"Use {codes}.", field="severity")
        return found


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


class Services:
    """The services in memory, by slug and by name."""

    def __init__(self, rows: Iterable[Service]) -> None:
        self._by_word = {word.strip().lower(): row for row in rows for word in (row.name, row.slug)}

    @classmethod
    def load(cls) -> "Services":
        return cls(Service.objects.select_related("team"))

    def find(self, word: str) -> Service | None:
        return self._by_word.get(word.strip().lower()) if word else None
