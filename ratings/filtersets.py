"""What the query string of a list asks for, checked. The rows themselves are filtered by `ratings.appendix.filter_rows`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import django_filters
from django import forms
from django.utils.text import Truncator

from goals.models import Measure
from goals.text import fold
from ratings import scheme
from ratings.appendix import AppendixRow, Criteria, Order
from ratings.comparison import Change
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, Progress
from ratings.scheme import Grade, Marker

SHORT_GOALS: Final = "kurz"
_SEARCH_LENGTH: Final = 200
_UNKNOWN_CHOICE: Final = {"invalid_choice": "„%(value)s“ gibt es hier nicht.", "invalid_list": "Diese Angabe ist nicht lesbar."}
_ORDER_WORDS: Final = {
    Order.NUMBER: ("wie im Konzept", "wie im Konzept, von hinten"),
    Order.TITLE: ("Maßnahme, A bis Z", "Maßnahme, Z bis A"),
    Order.UNIT: ("Zuständig, A bis Z", "Zuständig, Z bis A"),
    Order.RATING: ("Bewertung, hoch zuerst", "Bewertung, nicht bewertet zuerst"),
    Order.PROGRESS: ("Stand, zu prüfen zuerst", "Stand, berichtet zuerst"),
}
# Parameters that change how the rows are shown, not which.
_VIEW: Final = ("sort", "zieltexte", "vergleich", "fassung")
_NOT_COMPARED: Final = "Vergleich: Diese Runde ist ohne Bewertung. Vergleichen lässt sich nur, was abgestimmt ist."
# What the column „Stand“ never says where nothing is rated.
_OF_RATINGS: Final = frozenset({Progress.RECHECK, Progress.AGREED, Progress.DECIDE, Progress.UNANIMOUS})
_NOTHING_TO_COMPARE: Final = "Dafür muss eine Runde zum Vergleich gewählt sein."


@dataclass(frozen=True, slots=True)
class Faces:
    """Which sides of a round its overview shows: grades, the states of reports; `inside` is what readers never see.

    `summaries`: the Kurzfassungen, which a round without ratings shows in place of the grades.
    """

    grades: bool
    states: bool
    inside: bool
    summaries: bool = False


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """One value that filters: its words, and the query string without it."""

    words: str
    query_without: str


class FlagInput(forms.CheckboxInput):
    """A checkbox that sends „1“ and keeps whatever else came, so that the field can refuse it."""

    def __init__(self) -> None:
        super().__init__(check_test=lambda value: value == "1")

    def format_value(self, value: Any) -> str:
        return "1"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name)


def _flag(label: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        label=label, choices=[("1", label)], empty_label=None, widget=FlagInput(), error_messages=_UNKNOWN_CHOICE
    )


def _one(label: str, empty_label: str | None = "alle", **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, empty_label=empty_label, error_messages=_UNKNOWN_CHOICE, **options)


def _several(label: str, choices: Sequence[tuple[str, str]]) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=_UNKNOWN_CHOICE
    )


class OverviewFilter(django_filters.FilterSet):
    """The filter of the overview: checks the query string and says what it asks for as `Criteria`.

    A value that does not fit is left out and named in `complaints`; the others still count. Unknown parameters are ignored.
    """

    q = django_filters.CharFilter(
        label="Suche",
        max_length=_SEARCH_LENGTH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nummer, Maßnahme oder Ziel"}),
        error_messages={"max_length": f"Höchstens {_SEARCH_LENGTH} Zeichen."},
    )
    handlungsfeld = _one("Handlungsfeld")
    bewertung = _several(
        "Bewertung",
        [
            *Grade.choices,
            (DISPUTED_VALUE, scheme.DISPUTED_WORD),
            (UNRATED_VALUE, scheme.NOT_RATED_WORD),
        ],
    )
    kennzeichen = _several("Kennzeichen", Marker.choices)
    einheit = _one("Einheit")
    stand = _several("Stand", Progress.choices)
    uneinig = _flag("Vorschläge uneinig")
    fehlt = _flag("Bericht fehlt")
    niemand = _flag("niemand zuständig")
    vergleich = _one("Vergleich mit", "kein Vergleich")
    veraenderung = _several("Veränderung", Change.choices)
    sort = _one("Reihenfolge", empty_label=None)
    zieltexte = _one("Zieltexte", "ganz", choices=[(SHORT_GOALS, "gekürzt")], widget=forms.HiddenInput)
    fassung = django_filters.CharFilter(label="Fassung", widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        rows: Iterable[AppendixRow],
        faces: Faces,
        comparable: Sequence[tuple[str, str]] | None = None,
        unrated: Mapping[str, str] | None = None,
        *,
        version: int | None = None,
    ) -> None:
        """`rows`: all rows of the round; its Handlungsfelder and units are the choices.

        `comparable`: slug and title of the rounds it can be compared with; None where nothing is compared. `unrated`: the same of
        earlier rounds without ratings, so that it can be said why they are no choice. `version`: the Fassung that
        `rows` are of, if one was asked for; it stays in every query string.
        """
        super().__init__(data, Measure.objects.none())
        rows = list(rows)
        shown = {
            "bewertung": faces.grades,
            "stand": faces.states,
            "uneinig": faces.states and faces.grades,
            "fehlt": faces.states,
            "niemand": faces.inside,
            "vergleich": faces.grades and comparable is not None,
            "veraenderung": faces.grades and comparable is not None,
            "fassung": version is not None,
        }
        for name in [name for name, is_shown in shown.items() if not is_shown]:
            del self.filters[name]
        if "bewertung" in self.filters and not faces.states:
            self._choices("bewertung", [*Grade.choices, (UNRATED_VALUE, scheme.NOT_RATED_WORD)])
        self._choices("handlungsfeld", {str(row.field_position): row.field_title for row in rows}.items())
        units = {line.slug: line.name for row in rows for line in row.owed_units}
        self._choices("einheit", sorted(units.items(), key=lambda item: (fold(item[1]), item[0])))
        hidden = {Order.RATING: not faces.grades, Order.PROGRESS: not faces.states}
        self._choices("sort", _order_choices(order for order in Order if not hidden.get(order)))
        if not faces.grades:
            self._choices("kennzeichen", [(Marker.MANDATORY.value, Marker.MANDATORY.label)])
        if faces.summaries and faces.states:
            self._choices("stand", [(value, word) for value, word in Progress.choices if value not in _OF_RATINGS])
        self.unrated = dict(unrated or {})
        if "vergleich" in self.filters:
            self._choices("vergleich", comparable or ())
            if title := self.unrated.get(self.data.get("vergleich", "")):
                why = f"„{title}“ ist eine Runde ohne Bewertung; mit ihr lässt sich nicht vergleichen."
                self.filters["vergleich"].extra["error_messages"] = {"invalid_choice": why}
        self.is_comparison_refused = faces.summaries and any(self.data.get(name) for name in ("vergleich", "veraenderung"))
        self.form.is_valid()
        if self.changes and not self.compared_with:
            self.form.add_error("veraenderung", _NOTHING_TO_COMPARE)

    def _choices(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.filters[name].extra["choices"] = list(choices)

    @property
    def _values(self) -> dict[str, Any]:
        """The values that fit, by name; those that do not are not among them."""
        return self.form.cleaned_data

    @property
    def criteria(self) -> Criteria:
        values = self._values
        field = values.get("handlungsfeld")
        return Criteria(
            field=int(field) if field else None,
            ratings=frozenset(values.get("bewertung") or ()),
            markers=frozenset(map(Marker, values.get("kennzeichen") or ())),
            unit=values.get("einheit") or "",
            progress=frozenset(map(Progress, values.get("stand") or ())),
            disputed=bool(values.get("uneinig")),
            missing=bool(values.get("fehlt")),
            nobody=bool(values.get("niemand")),
            text=values.get("q") or "",
        )

    @property
    def compared_with(self) -> str:
        """The slug of the earlier round that is looked at beside this one; empty for none."""
        return self._values.get("vergleich") or ""

    @property
    def changes(self) -> frozenset[Change]:
        """The changes since that round which are asked for; empty means all."""
        return frozenset(map(Change, self._values.get("veraenderung") or ()))

    def refuse_comparison(self, reason: str) -> None:
        """Leave the comparison out, with `reason` among the complaints: there is nothing to compare with."""
        self.form.add_error("vergleich", reason)
        if self.changes:
            self.form.add_error("veraenderung", _NOTHING_TO_COMPARE)

    @property
    def order_by(self) -> str:
        """A value of `Order`, with „-“ before it to reverse it; empty is the order of the Konzept."""
        value = self._values.get("sort") or ""
        return "" if value == Order.NUMBER else value

    @property
    def order_words(self) -> str:
        """„Maßnahme, A bis Z“; empty for the order of the Konzept."""
        return _words_of(self.form, "sort", self.order_by) if self.order_by else ""

    @property
    def short_goals(self) -> bool:
        return self._values.get("zieltexte") == SHORT_GOALS

    @property
    def complaints(self) -> list[str]:
        """What does not fit, one sentence per parameter, each with its name on the page."""
        found = [_NOT_COMPARED] if self.is_comparison_refused else []
        return found + [
            f"{self.form.fields[name].label}: {Truncator(' '.join(map(str, errors))).chars(160)}"
            for name, errors in self.form.errors.items()
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """The values that fit as pairs of a query string, in a fixed order."""
        found = []
        for name, value in self._values.items():
            values = value if isinstance(value, list) else [value]
            found += [(name, str(single)) for single in values if single not in (None, "", Order.NUMBER)]
        return found

    def query(self, **changes: str) -> str:
        """The query string of what is shown, with other values where `changes` name them; an empty one leaves it out."""
        kept = [pair for pair in self.pairs() if pair[0] not in changes]
        return urlencode(kept + [(name, value) for name, value in changes.items() if value and value != Order.NUMBER])

    def query_with_only(self, name: str, *values: str) -> str:
        """The query string of this one filter in place of all others; order, Zieltexte and comparison stay."""
        return urlencode([pair for pair in self.pairs() if pair[0] in _VIEW] + [(name, value) for value in values])

    @property
    def query_without_filters(self) -> str:
        return urlencode([pair for pair in self.pairs() if pair[0] in _VIEW])

    @property
    def active(self) -> list[ActiveFilter]:
        """Every value that filters, in the order of the form."""
        pairs = self.pairs()
        return [
            ActiveFilter(self._active_words(*pair), urlencode([other for other in pairs if other != pair]))
            for pair in pairs
            if pair[0] not in _VIEW
        ]

    def is_active(self, *names: str) -> bool:
        return any(self._values.get(name) for name in names)

    def _active_words(self, name: str, value: str) -> str:
        label = self.form.fields[name].label
        if isinstance(self.form.fields[name].widget, FlagInput):
            return str(label)
        return f"{label}: {_words_of(self.form, name, value)}"

    @property
    def several(self) -> list[tuple[Any, str]]:
        """The fields of the toolbar that take several values, each with its words: „gering, unklar“ or „alle“."""
        return [
            (self.form[name], ", ".join(_words_of(self.form, name, value) for value in self._values.get(name) or ()) or "alle")
            for name in ("bewertung", "kennzeichen")
            if name in self.filters
        ]

    @property
    def words(self) -> str:
        """The active filters in one line, for files: „Bewertung: gering oder unklar; Kennzeichen: Routine“."""
        by_name: dict[str, list[str]] = {}
        for name, value in self.pairs():
            if name not in _VIEW:
                by_name.setdefault(name, []).append(value)
        parts = []
        for name, values in by_name.items():
            field = self.form.fields[name]
            given = " oder ".join(_words_of(self.form, name, value) for value in values)
            label = str(field.label)
            if name == "veraenderung":
                label += f" gegenüber „{_words_of(self.form, 'vergleich', self.compared_with)}“"
            parts.append(label if isinstance(field.widget, FlagInput) else f"{label}: {given}")
        return "; ".join(parts)


def _order_choices(orders: Iterable[Order]) -> list[tuple[str, str]]:
    choices = []
    for order in orders:
        forwards, backwards = _ORDER_WORDS[order]
        choices += [(order.value, forwards), (f"-{order.value}", backwards)]
    return choices


def _words_of(form: forms.Form, name: str, value: str) -> str:
    """The words of a choice; a text stands in quotes."""
    choices = getattr(form.fields[name], "choices", None)
    return f"„{value}“" if choices is None else str(dict(choices).get(value, value))
