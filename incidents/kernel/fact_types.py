"""The registry of fact types: how a stored kind and its data become a typed, readable fact."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar

# Members in which people write, whatever the fact.
_WRITTEN = (
    *("title", "summary", "body", "note", "reason", "statement", "decision", "rationale"),
    *("question", "answer", "comment", "why", "alternatives", "hypothesis", "evidence"),
)


@dataclass(frozen=True)
class FactBody:
    """What happened, in fields that JSON can hold. Text is made when it is shown, not stored."""

    kind: ClassVar[str] = ""
    icon: ClassVar[str] = "point"
    public: ClassVar[bool] = False
    # Whoever is called must answer: it rings, and stays until it is seen.
    urgent: ClassVar[bool] = False
    # Whether the incident is found by the words of such a fact.
    searched: ClassVar[bool] = True

    def text(self) -> str:
        """What happened, to follow the actor's name: "raised the severity to P0"."""
        raise NotImplementedError

    def calls(self) -> tuple[str, ...]:
        """The handles of those who should be told at once, for instance who is mentioned."""
        return ()

    def found_by(self) -> str:
        """The words by which its incident is found: what people wrote in it."""
        told = (getattr(self, name) for name in _WRITTEN if name in self.__dataclass_fields__)
        return "\n".join(text for text in told if isinstance(text, str) and text)

    @property
    def instead_of(self) -> int | None:
        """The seq of an earlier fact whose words no longer count: these do, or none."""
        return None

    def to_you(self) -> str:
        """The text, as it is told to whom the fact calls: "calls you"."""
        return self.text()

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class UnknownFact(FactBody):
    """A fact written by a newer release, or by an app that is gone: shown, never lost."""

    name: str = ""

    def text(self) -> str:
        return f"recorded {self.name.replace('.', ' ').replace('_', ' ')}"


Body = TypeVar("Body", bound=type[FactBody])


class FactTypes:
    def __init__(self) -> None:
        self._types: dict[str, type[FactBody]] = {}

    def add(self, kind: str, *, icon: str, public: bool = False) -> Callable[[Body], Body]:
        def register(body: Body) -> Body:
            if kind in self._types:
                raise ValueError(f"two fact types are called {kind!r}")
            body.kind, body.icon, body.public = kind, icon, public
            self._types[kind] = body
            return body

        return register

    def read(self, kind: str, data: dict[str, Any]) -> FactBody:
        body = self._types.get(kind)
        if body is None:
            return UnknownFact(name=kind)
        known = {field.name for field in fields(body)}
        return body(**{name: value for name, value in data.items() if name in known})

    def is_searched(self, kind: str) -> bool:
        """Whether facts of this kind may hold words by which their incident is found."""
        body = self._types.get(kind)
        if body is None or not body.searched:
            return False
        takes_back = body.instead_of is not FactBody.instead_of
        return takes_back or any(field.name in _WRITTEN for field in fields(body))

    def may_call(self, kind: str) -> bool:
        """Whether facts of this kind may call somebody."""
        body = self._types.get(kind)
        return body is not None and body.calls is not FactBody.calls

    def items(self) -> Iterator[tuple[str, type[FactBody]]]:
        return iter(sorted(self._types.items()))


FACTS = FactTypes()
fact = FACTS.add
