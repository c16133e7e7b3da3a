"""How far a long work has come."""

from collections.abc import Callable

#: Told now and then how many entries were done and how many there are.
Progress = Callable[[int, int], None]
