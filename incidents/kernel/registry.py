"""Plug-ins: one file each, found by scanning a package, added by an explicit line."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """The members of one plug-in package by slug.

    `REGISTRY.add("slug")` above a class or function in a module of `package` adds it; the first
    look-up imports every module of the package, and of those that others add by `also`. Adding a
    slug twice is an error.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self._members: dict[str, T] = {}
        self._unread = [package]

    def also(self, package: str) -> None:
        """Look for members in this package, too."""
        self._unread.append(package)

    def add(self, slug: str) -> Callable[[T], T]:
        def register(member: T) -> T:
            if slug in self._members:
                raise ValueError(f"{self.package} has two members called {slug!r}")
            self._members[slug] = member
            return member

        return register

    def get(self, slug: str) -> T | None:
        self._scan()
        return self._members.get(slug)

    def __getitem__(self, slug: str) -> T:
        self._scan()
        return self._members[slug]

    def __contains__(self, slug: object) -> bool:
        self._scan()
        return slug in self._members

    def items(self) -> Iterator[tuple[str, T]]:
        self._scan()
        return iter(sorted(self._members.items()))

    def slugs(self) -> list[str]:
        return [slug for slug, _ in self.items()]

    def _scan(self) -> None:
        while self._unread:
            package = importlib.import_module(self._unread.pop())
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{package.__name__}.{module.name}")
