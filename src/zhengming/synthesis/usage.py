"""What keys have used (用量), counted in this process: requests this minute and today, characters today.

Counts begin anew when the process does; several processes count each for themselves.
"""

from dataclasses import dataclass
from datetime import datetime

from zhengming.synthesis.admission import Usage


@dataclass
class _Count:
    minute_of: int = 0
    day_of: int = 0
    minute: int = 0
    day: int = 0
    characters: int = 0

    def at(self, now: datetime) -> "_Count":
        """The count with what a new minute and a new day begin anew (UTC)."""
        seconds = int(now.timestamp())
        if self.minute_of != seconds // 60:
            self.minute_of, self.minute = seconds // 60, 0
        if self.day_of != seconds // 86_400:
            self.day_of, self.day, self.characters = seconds // 86_400, 0, 0
        return self


class Meter:
    """The counts of all keys, by the id of the key."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def used(self, key: str, now: datetime) -> Usage:
        """What the key has used up to ``now``."""
        count = self._counts.get(key)
        if count is None:
            return Usage()
        count = count.at(now)
        return Usage(count.minute, count.day, count.characters)

    def count(self, key: str, characters: int, now: datetime) -> None:
        """One more request, with so many characters. For keys that are known: strangers fill no memory."""
        count = self._counts.setdefault(key, _Count()).at(now)
        count.minute += 1
        count.day += 1
        count.characters += characters
