"""Schlüssel of new Maßnahmen: „mi18-020-1“ says where it began, and stays whatever becomes of its number."""

import re
from collections.abc import Iterable
from datetime import date

from goals.text import plain_slug


def key_prefix(slug: str, begins: date) -> str:
    """Return „mi18“ for Konzept `migration-integration-2018-2022`, which begins in 2018."""
    words = [word for word in slug.split("-") if word and not word.isdecimal()]
    letters = "".join(word[0] for word in words)[:4] or "k"
    return f"{letters}{begins:%y}"


class KeyMaker:
    """Makes keys that `taken` does not hold yet, in one Konzept."""

    def __init__(self, prefix: str, taken: Iterable[str] = ()) -> None:
        self.prefix = prefix
        self.taken = set(taken)

    def make(self, goal_number: str, position: int) -> str:
        """Return the key of a Maßnahme that begins as `goal_number`.`position`."""
        number = plain_slug(re.sub(r"\W+", "-", goal_number), most=16) or "z"
        padded = re.sub(r"\d+", lambda match: match.group().zfill(3), number, count=1)
        base = f"{self.prefix}-{padded}-{position}"
        key, again = base, 1
        while key in self.taken:
            again += 1
            key = f"{base}-{again}"
        self.taken.add(key)
        return key
