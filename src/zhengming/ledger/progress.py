"""How far a long work has come."""

from collections.abc import Callable

#: Told now and then how much is done: entries written, or bytes read.
Progress = Callable[[int], None]
