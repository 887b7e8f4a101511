"""The query string of „Meine Maßnahmen“: checked by django-filter, applied to the loaded lines."""

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms

from goals.models import ResponsibilityRole
from goals.search_words import select
from goals.text import fold
from ratings.models import StatusReport
from ratings.my_reports import ReportLine
from ratings.states import ReportState

_STATES: dict[str, tuple[str, Callable[[ReportLine], bool]]] = {
    "zu-erledigen": ("Zu erledigen", lambda line: line.is_to_do),
    "freigabe": ("Zur Freigabe", lambda line: line.report.state == ReportState.AWAITING_APPROVAL),
    "eingereicht": ("Eingereicht", lambda line: line.report.state == ReportState.SUBMITTED),
    "entfallen": ("Entfallen", lambda line: line.report.state == ReportState.DROPPED),
}


class MyReportsFilter(django_filters.FilterSet):
    """Checks the query string. A broken value is reported by `form.errors`, and the other filters still apply."""

    stand = django_filters.ChoiceFilter(label="Stand", choices=[(value, word) for value, (word, _) in _STATES.items()])
    art = django_filters.ChoiceFilter(label="Zuständigkeit", choices=ResponsibilityRole.choices, empty_label="alle")
    handlungsfeld = django_filters.ChoiceFilter(label="Handlungsfeld", empty_label="alle")
    einheit = django_filters.ChoiceFilter(label="Einheit", empty_label="alle")
    q = django_filters.CharFilter(
        label="Suche",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nummer, Maßnahme oder Ziel"}),
    )

    class Meta:
        model = StatusReport
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, lines: Iterable[ReportLine]) -> None:
        super().__init__(data=data, queryset=StatusReport.objects.none())
        self.lines = list(lines)
        fields = {_field(line).position: _field(line).title for line in self.lines}
        units = {line.report.unit.slug: line.report.unit.name for line in self.lines}
        self.filters["handlungsfeld"].extra["choices"] = sorted((str(position), title) for position, title in fields.items())
        self.filters["einheit"].extra["choices"] = sorted(units.items(), key=lambda pair: fold(pair[1]))

    def states(self) -> list[tuple[str, str, int]]:
        """Return value, word and count of the tabs; „alle“ has an empty value."""
        counts = [(value, word, sum(accepts(line) for line in self.lines)) for value, (word, accepts) in _STATES.items()]
        return [("", "Alle", len(self.lines)), *((v, w, n) for v, w, n in counts if n)]

    def selected(self) -> list[ReportLine]:
        """Return the lines that meet every readable filter, in their order."""
        self.form.is_valid()
        wanted = {name: value for name, value in self.form.cleaned_data.items() if value}
        found = select(self.lines, wanted.pop("q", ""), _searched)
        return [line for line in found if all(_accepts(line, name, value) for name, value in wanted.items())]

    @property
    def is_active(self) -> bool:
        return any(self.form.data.get(name) for name in self.filters)


def _field(line: ReportLine) -> Any:
    return line.report.measure.goal.challenge.action_field


def _accepts(line: ReportLine, name: str, value: str) -> bool:
    report = line.report
    if name == "stand":
        return _STATES[value][1](line)
    if name == "art":
        return report.role == value
    if name == "handlungsfeld":
        return str(_field(line).position) == value
    return report.unit.slug == value


def _searched(line: ReportLine) -> tuple[str, ...]:
    report = line.report
    return report.measure.number, report.measure.title, report.measure.goal.text, report.unit.name, report.unit.short_name


class MyReportsTable(tables.Table):
    """Columns and order of the list; the page walks its rows. Without `sort` the order is that of the Konzept, with headings."""

    nummer = tables.Column(verbose_name="Nr.", accessor="place")
    massnahme = tables.Column(verbose_name="Maßnahme", accessor="folded_title")
    vorschlag = tables.Column(verbose_name="Ihr Vorschlag", accessor="grade_place")
    stand = tables.Column(verbose_name="Stand", accessor="state_place")
    art = tables.Column(verbose_name="Zuständigkeit", accessor="role_place")

    class Meta:
        orderable = True
