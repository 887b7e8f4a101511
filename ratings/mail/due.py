"""What a round has people told on a day: pure functions of dates and states (issue 3, item 7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ratings.models.mail import MailKind
from ratings.states import RoundState

# Days before the deadline, and how many days later it is still said when the portal did not run on the day itself:
# over Easter, from Friday to Monday. What is missed on the last day is said as overdue on the next.
DEADLINE_DAYS: Final = {14: 4, 3: 2, 0: 0}
# How long after the event a person still hears of an opened or closed round.
NEWS_DAYS: Final = 7


@dataclass(frozen=True)
class Occasion:
    """Something to tell, and the key under which a person is told of it once."""

    kind: MailKind
    key: str


@dataclass(frozen=True)
class RoundDates:
    """What the occasions of a round depend on; `opened_on` and `closed_on` are the days on which it really happened."""

    pk: int
    state: RoundState
    due_on: date
    opened_on: date | None = None
    closed_on: date | None = None
    version: int = 0
    is_agreed: bool = False


def due_kinds(today: date, round_: RoundDates) -> list[Occasion]:
    """Return what the round gives reason to say on `today`: opening, deadline, overdue, everything agreed, closed.

    Whom it concerns is not asked here. On each day at most one of deadline and overdue is due; a round that is being prepared has none.
    """
    found = []
    live = round_.state in (RoundState.OPEN, RoundState.COORDINATING)
    if round_.state == RoundState.OPEN and _is_news(today, round_.opened_on):
        found.append(Occasion(MailKind.OPENED, f"opened:{round_.pk}"))
    if live:
        found += _deadline(today, round_)
    if live and round_.is_agreed:
        found.append(Occasion(MailKind.FINISHED, f"agreed:{round_.pk}:{round_.version}"))
    if round_.state == RoundState.CLOSED and _is_news(today, round_.closed_on):
        found.append(Occasion(MailKind.FINISHED, f"closed:{round_.pk}:{round_.version}"))
    return found


def _is_news(today: date, day: date | None) -> bool:
    return day is not None and 0 <= (today - day).days <= NEWS_DAYS


def _deadline(today: date, round_: RoundDates) -> list[Occasion]:
    left = (round_.due_on - today).days
    for days, grace in DEADLINE_DAYS.items():
        if days - grace <= left <= days:
            # Opened on that day or later: the opening has just named the deadline.
            if round_.opened_on and round_.opened_on >= round_.due_on - timedelta(days=days):
                return []
            return [Occasion(MailKind.DEADLINE, f"deadline:{round_.pk}:{round_.due_on}:{days}")]
    if left < 0:
        week = (-left - 1) // 7
        return [Occasion(MailKind.OVERDUE, f"overdue:{round_.pk}:{round_.due_on}:{week}")]
    return []
