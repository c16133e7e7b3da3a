"""A shelf: a folder where each file is one plug-in that defines one object under an agreed name.

To add one thing, add one file. Nothing enumerates the things: not a list, not a menu, not a test.
Third parties put theirs on the same shelf through an entry point whose group is the folder's package name.
"""

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Generic, Protocol, TypeVar

from zhengming.ground.errors import WrongInput


class Named(Protocol):
    """What stands on a shelf has a name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Shelf(Generic[T]):
    """The objects called ``agreed`` in the modules of ``package``, by their ``name``."""

    def __init__(self, package: str, agreed: str) -> None:
        self.package, self.agreed = package, agreed

    @cached_property
    def things(self) -> dict[str, T]:
        """Every thing on the shelf, in order of name; two under one name are a mistake of ours."""
        found: dict[str, T] = {}
        for thing in (*self._own(), *self._third_party()):
            if thing.name in found:
                raise RuntimeError(f"two things called {thing.name!r} on the shelf {self.package}")
            found[thing.name] = thing
        return dict(sorted(found.items()))

    def _own(self) -> Iterator[T]:
        for module in sorted(self._files):
            yield getattr(import_module(f"{self.package}.{module}"), self.agreed)

    def _third_party(self) -> Iterator[T]:
        for entry in entry_points(group=self.package):
            yield entry.load()

    def __contains__(self, name: object) -> bool:
        return name in self._files or name in self.things

    @cached_property
    def _files(self) -> set[str]:
        return {module.name for module in iter_modules(import_module(self.package).__path__)}

    def alone(self, name: str) -> T | None:
        """The thing called ``name`` without loading the others, where it stands in a file of that name."""
        if name not in self._files:
            return None
        thing: T = getattr(import_module(f"{self.package}.{name}"), self.agreed)
        return thing if thing.name == name else None

    def __iter__(self) -> Iterator[T]:
        return iter(self.things.values())

    def __len__(self) -> int:
        return len(self.things)

    def __getitem__(self, name: str) -> T:
        try:
            return self.things[name]
        except KeyError:
            known = ", ".join(self.things)
            raise WrongInput(f"没有“{name}”；可用的有：{known}", f"no {name!r}; there are: {known}") from None
