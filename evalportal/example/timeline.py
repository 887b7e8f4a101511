"""Acts of people in the order of their time: what happens first is done first, so that every history is true."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from evalportal.example.texts import number_for


class Timeline:
    """Collects acts for the days of one round and runs them in order; acts of one moment in the order in which they were added."""

    def __init__(self, start: date) -> None:
        self.start = start
        self._acts: list[tuple[datetime, int, Callable[[datetime], object]]] = []

    def moment(self, day: int, *seed: object) -> datetime:
        """Return a moment of the round's `day` in office hours, at a weekend of the Friday before, but not before the start."""
        on = self.start + timedelta(days=day)
        on = max(self.start, on - timedelta(days=max(0, on.weekday() - 4)))
        minutes = number_for(*seed, day) % 480 if seed else 0
        return timezone.make_aware(datetime.combine(on, time(8)) + timedelta(minutes=minutes + 10))

    def add(self, day: int, act: Callable[[datetime], object], *seed: object) -> None:
        self._acts.append((self.moment(day, *seed), len(self._acts), act))

    def run(self) -> None:
        for at, _, act in sorted(self._acts, key=lambda entry: entry[:2]):
            act(at)
        self._acts.clear()
