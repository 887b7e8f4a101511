"""Rücklauf over time as a chart: reports of the whole round by day, never by unit or person (DESIGN.md, rule 9). Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from ratings.charts.parts import ReturnCurve, ReturnDay

RETURNS: Final = "ruecklauf"


def return_curve(
    came_in: Sequence[date], *, owed: int, opens_on: date, due_on: date, today: date, is_closed: bool
) -> ReturnCurve | None:
    """Return the reports that came in, added up by day; None if nothing is owed or has come in.

    `came_in` has one day per report: that of its first Einreichung. The picture runs from the beginning to the deadline, and on
    where reports came in later; days before the beginning count as its first day.
    """
    if not owed or not came_in:
        return None
    days = _days(max(day, opens_on) for day in came_in)
    ends = max(due_on, days[-1].day)
    return ReturnCurve(
        name=RETURNS,
        title="Rücklauf im Verlauf",
        description=(
            f"Eingegangene Berichte nach Tagen zusammengezählt, vom {opens_on:%d.%m.%Y} bis zum {ends:%d.%m.%Y}. "
            f"Geschuldet sind {owed}, eingegangen sind {days[-1].total}{_in_time(days, due_on)}."
        ),
        owed=owed,
        starts=opens_on,
        ends=ends,
        until=ends if is_closed else max(days[-1].day, min(today, ends)),
        due=due_on,
        days=days,
        notes=(
            "Gezählt wird jeder Bericht am Tag seiner ersten Einreichung, auch wenn er danach zurückgegeben wurde; "
            "zurückgezogene zählen nicht.",
        ),
    )


def _days(came_in: Iterable[date]) -> tuple[ReturnDay, ...]:
    """The days on which something came in, in their order, added up."""
    days, total = [], 0
    for day, count in sorted(Counter(came_in).items()):
        total += count
        days.append(ReturnDay(day, count, total))
    return tuple(days)


def _in_time(days: Iterable[ReturnDay], due_on: date) -> str:
    late = sum(day.new for day in days if day.day > due_on)
    return f", davon {late} nach der Abgabefrist am {due_on:%d.%m.%Y}" if late else f"; Abgabefrist ist der {due_on:%d.%m.%Y}"
