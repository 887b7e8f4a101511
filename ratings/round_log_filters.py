"""The query string of the log of a round: checked by django-filter, applied to the loaded lines."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import django_filters
import django_tables2 as tables
from django import forms

from goals.search_words import measure_forms, number_of, select, squeezed
from goals.text import fold
from ratings.models import StatusReport
from ratings.round_forms import DayInput
from ratings.round_log import LogKind, LogLine

PER_PAGE: Final = 50

_ACCEPTS: Final[dict[str, Callable[[LogLine, Any], bool]]] = {
    "von": lambda line, value: line.day >= value,
    "bis": lambda line, value: line.day <= value,
    "massnahme": lambda line, value: (number_of(value) or squeezed(value)) in measure_forms(line.number),
    "einheit": lambda line, value: line.unit_slug == value,
    "art": lambda line, value: line.kind == value,
}


class RoundLogFilter(django_filters.FilterSet):
    """Checks the query string. A broken value is reported by `form.errors`, and the other filters still apply.

    There is deliberately no filter by person (DESIGN.md, rule 9).
    """

    q = django_filters.CharFilter(
        label="Suche",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Wort oder Satzteil"}),
    )
    art = django_filters.ChoiceFilter(label="Art", choices=LogKind.choices, empty_label="alle")
    einheit = django_filters.ChoiceFilter(label="Einheit", empty_label="alle")
    massnahme = django_filters.CharFilter(
        label="Maßnahme", max_length=25, widget=forms.TextInput(attrs={"placeholder": "20 oder 20.1"})
    )
    von = django_filters.DateFilter(label="Von", widget=DayInput())
    bis = django_filters.DateFilter(label="Bis", widget=DayInput())

    class Meta:
        model = StatusReport
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, lines: Iterable[LogLine], has_ratings: bool = True) -> None:
        super().__init__(data=data, queryset=StatusReport.objects.none())
        if not has_ratings:
            self.filters["art"].extra["choices"] = [kind for kind in LogKind.choices if kind[0] != LogKind.RATING]
        self.lines = list(lines)
        units = {line.unit_slug: line.unit for line in self.lines if line.unit_slug}
        self.filters["einheit"].extra["choices"] = sorted(units.items(), key=lambda pair: fold(pair[1]))

    def selected(self) -> list[LogLine]:
        """Return the lines that meet every readable filter, in their order."""
        self.form.is_valid()
        wanted = {name: value for name, value in self.form.cleaned_data.items() if value}
        found = select(self.lines, wanted.pop("q", ""), lambda line: line.searched)
        return [line for line in found if all(_ACCEPTS[name](line, value) for name, value in wanted.items())]

    @property
    def complaints(self) -> list[str]:
        """What cannot be applied or contradicts itself, in words. Call `selected` first."""
        found = [
            f"Der Filter „{self.form.fields[name].label}“ wird nicht angewendet: {' '.join(map(str, errors))}"
            for name, errors in self.form.errors.items()
        ]
        values = self.form.cleaned_data
        if values.get("von") and values.get("bis") and values["von"] > values["bis"]:
            found.append("„Von“ liegt nach „Bis“; so passt kein Eintrag.")
        return found

    @property
    def is_active(self) -> bool:
        return any(self.form.data.get(name) for name in self.filters)


class RoundLogTable(tables.Table):
    """Columns and order of the log, the newest first. „Wer“ cannot be ordered by, for the reason above."""

    wann = tables.Column("Wann", accessor="at")
    art = tables.Column("Art", accessor="kind", orderable=False)
    massnahme = tables.Column("Maßnahme", accessor="number_key")
    einheit = tables.Column("Einheit", accessor="unit_key")
    was = tables.Column("Was", accessor="what", orderable=False)
    wer = tables.Column("Wer", accessor="who", orderable=False)

    class Meta:
        order_by_field = "sort"
        page_field = "seite"
