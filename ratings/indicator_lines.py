"""Kennzahlen as the Evaluationsbericht shows them: live while it is a draft, as they were released afterwards (rule 5)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from goals.models import Indicator
from goals.templatetags.numbers import plain_number


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One Kennzahl. `values` are words („2013: rund 37 Prozent“); `reason` says why it cannot be evaluated.

    `goal_number` is empty for one that belongs to the Konzept as a whole.
    """

    title: str
    values: tuple[str, ...]
    source: str
    reason: str
    goal_number: str


def current_lines(concept_id: int) -> tuple[IndicatorLine, ...]:
    """Return the Kennzahlen of a Konzept as they are now, by Ziel: two queries."""
    found = Indicator.objects.filter(concept=concept_id).select_related("goal").prefetch_related("values")
    ordered = sorted(found, key=lambda one: one.goal.sort_key if one.goal else "")
    return tuple(_line(indicator) for indicator in ordered)


def _line(indicator: Indicator) -> IndicatorLine:
    values = tuple(
        f"{value.period}: {' '.join(filter(None, [value.qualifier, plain_number(value.value), indicator.unit]))}"
        for value in indicator.values.all()
    )
    number = indicator.goal.number if indicator.goal else ""
    return IndicatorLine(indicator.title, values, indicator.source, indicator.not_evaluable_reason, number)


def freeze_lines(lines: Iterable[IndicatorLine]) -> list[dict[str, Any]]:
    """Return `lines` as JSON."""
    return [{**asdict(line), "values": list(line.values)} for line in lines]


def thaw_lines(data: Iterable[dict[str, Any]]) -> tuple[IndicatorLine, ...]:
    return tuple(IndicatorLine(**{**values, "values": tuple(values["values"])}) for values in data)
