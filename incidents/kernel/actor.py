"""Who does something: a person, an API key, an integration or the system itself."""

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["user", "key", "integration", "system"]


class _Person(Protocol):
    pk: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Kind
    handle: str
    name: str
    user_id: int | None = None

    @classmethod
    def of(cls, user: _Person) -> "Actor":
        return cls("user", user.username, user.name or user.username, user.pk)

    @classmethod
    def system(cls, handle: str = "system") -> "Actor":
        return cls("system", handle, handle.capitalize())

    @property
    def is_person(self) -> bool:
        return self.kind == "user"
