"""What the query string of a list asks for, checked. The rows themselves are filtered by `ratings.appendix.filter_rows`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.text import Truncator

from goals.models import Measure
from goals.text import fold
from ratings import scheme
from ratings.appendix import AppendixRow, Criteria, Order
from ratings.comparison import Change
from ratings.filter_fields import FlagInput, flag, one, several
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, Progress
from ratings.scheme import Grade, Marker
from ratings.tables import OPTIONAL_COLUMNS

SHORT_GOALS: Final = "kurz"
# The column that cannot be left out: the form sends it along, so that leaving out all others is something else than no choice.
ALWAYS_SHOWN: Final = "massnahme"
# In place of a round's slug: the newest that there is to compare with, whichever that is by then.
PREVIOUS: Final = "vorige"
_SEARCH_LENGTH: Final = 200
_ORDER_WORDS: Final = {
    Order.NUMBER: ("wie im Konzept", "wie im Konzept, von hinten"),
    Order.TITLE: ("Maßnahme, A bis Z", "Maßnahme, Z bis A"),
    Order.UNIT: ("Zuständig, A bis Z", "Zuständig, Z bis A"),
    Order.RATING: ("Bewertung, hoch zuerst", "Bewertung, nicht bewertet zuerst"),
    Order.PROGRESS: ("Stand, zu prüfen zuerst", "Stand, berichtet zuerst"),
}
# Parameters that change how the rows are shown, not which.
_VIEW: Final = ("sort", "zieltexte", "spalten", "vergleich", "fassung", "ansicht")
_NOT_COMPARED: Final = "Vergleich: Diese Runde ist ohne Bewertung. Vergleichen lässt sich nur, was abgestimmt ist."
# What the column „Stand“ never says where nothing is rated.
_OF_RATINGS: Final = frozenset({Progress.RECHECK, Progress.AGREED, Progress.DECIDE, Progress.UNANIMOUS})
# What a box of its own asks for, wherever else the Maßnahme stands; as a Stand it is offered only where an address asks for it.
_ASKED_BY_FLAG: Final = frozenset({Progress.MISSING.value, Progress.NOBODY.value})
_NO_PREVIOUS: Final = "Eine frühere Runde, mit der sich diese vergleichen lässt, gibt es nicht."
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
class Names:
    """The Handlungsfelder (by position) and units (by slug) that can be chosen, with their names."""

    fields: Mapping[str, str]
    units: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[AppendixRow]) -> "Names":
        fields: dict[str, str] = {}
        units: dict[str, str] = {}
        for row in rows:
            fields[str(row.field_position)] = row.field_title
            units |= {line.slug: line.name for line in row.owed_units}
        return cls(fields, units)


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """One value that filters: its words, and the query string without it."""

    words: str
    query_without: str


class OverviewFilter(django_filters.FilterSet):
    """The filter of the overview: checks the query string and says what it asks for as `Criteria`.

    A value that does not fit is left out and named in `complaints`; the others still count. Unknown parameters are ignored.
    """

    data: QueryDict

    q = django_filters.CharFilter(
        label="Suche",
        max_length=_SEARCH_LENGTH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nummer, Maßnahme oder Ziel"}),
        error_messages={"max_length": f"Höchstens {_SEARCH_LENGTH} Zeichen."},
    )
    handlungsfeld = one("Handlungsfeld")
    bewertung = several(
        "Bewertung",
        [
            *Grade.choices,
            (DISPUTED_VALUE, scheme.DISPUTED_WORD),
            (UNRATED_VALUE, scheme.NOT_RATED_WORD),
        ],
    )
    kennzeichen = several("Kennzeichen", Marker.choices)
    einheit = one("Einheit")
    stand = several("Stand", Progress.choices)
    uneinig = flag("Vorschläge uneinig", "die Vorschläge uneinig sind, auch wenn schon abgestimmt ist")
    fehlt = flag("Bericht fehlt", "ein Bericht fehlt")
    niemand = flag("niemand zuständig", "niemand zuständig ist")
    vergleich = one("Vergleich mit", "kein Vergleich")
    veraenderung = several("Veränderung", Change.choices)
    sort = one("Reihenfolge", empty_label=None)
    zieltexte = one("Zieltexte", "ganz", choices=[(SHORT_GOALS, "gekürzt")], widget=forms.HiddenInput)
    spalten = several("Spalten", [])
    fassung = django_filters.CharFilter(label="Fassung", widget=forms.HiddenInput)
    ansicht = django_filters.CharFilter(label="Ansicht", widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        rows: Iterable[AppendixRow] | Names,
        faces: Faces,
        comparable: Sequence[tuple[str, str]] | None = None,
        unrated: Mapping[str, str] | None = None,
        *,
        version: int | None = None,
        is_saved: bool = False,
    ) -> None:
        """`rows`: all rows of the round; its Handlungsfelder and units are the choices. Their names alone do as well.

        `comparable`: slug and title of the rounds it can be compared with; None where nothing is compared. `unrated`: the same of
        earlier rounds without ratings, so that it can be said why they are no choice. `version`: the Fassung that
        `rows` are of, if one was asked for; it stays in every query string, as does with `is_saved` the code of an Ansicht.
        """
        super().__init__(data, Measure.objects.none())
        self._leave_out(faces, is_comparing=comparable is not None, has_version=version is not None, is_saved=is_saved)
        self._offer(rows if isinstance(rows, Names) else Names.of(rows), faces)
        self._place_columns(faces)
        self.unrated = dict(unrated or {})
        self.newest_comparable = ""
        if "vergleich" in self.filters:
            self._place_previous(comparable or ())
            self._offer_comparison(comparable or ())
        self.is_comparison_refused = faces.summaries and any(self.data.get(name) for name in ("vergleich", "veraenderung"))
        self.form.is_valid()
        if self.changes and not self.compared_with:
            self.form.add_error("veraenderung", _NOTHING_TO_COMPARE)

    def _leave_out(self, faces: Faces, *, is_comparing: bool, has_version: bool, is_saved: bool) -> None:
        """Take away the filters that mean nothing in this round or for this person."""
        shown = {
            "bewertung": faces.grades,
            "stand": faces.states,
            "uneinig": faces.states and faces.grades,
            "fehlt": faces.states,
            "niemand": faces.inside,
            "vergleich": faces.grades and is_comparing,
            "veraenderung": faces.grades and is_comparing,
            "fassung": has_version,
            "ansicht": is_saved,
        }
        for name in [name for name, is_shown in shown.items() if not is_shown]:
            del self.filters[name]

    def _offer(self, names: Names, faces: Faces) -> None:
        """Give the filters those of their choices that can occur."""
        if "bewertung" in self.filters and not faces.states:
            self._choices("bewertung", [*Grade.choices, (UNRATED_VALUE, scheme.NOT_RATED_WORD)])
        self._choices("handlungsfeld", names.fields.items())
        self._choices("einheit", sorted(names.units.items(), key=lambda item: (fold(item[1]), item[0])))
        hidden = {Order.RATING: not faces.grades, Order.PROGRESS: not faces.states}
        self._choices("sort", _order_choices(order for order in Order if not hidden.get(order)))
        if not faces.grades:
            self._choices("kennzeichen", [(Marker.MANDATORY.value, Marker.MANDATORY.label)])
        if faces.summaries and faces.states:
            self._choices("stand", [(value, word) for value, word in Progress.choices if value not in _OF_RATINGS])

    def _offer_comparison(self, comparable: Sequence[tuple[str, str]]) -> None:
        self._choices("vergleich", comparable)
        if title := self.unrated.get(self.data.get("vergleich", "")):
            why = f"„{title}“ ist eine Runde ohne Bewertung; mit ihr lässt sich nicht vergleichen."
            self.filters["vergleich"].extra["error_messages"] = {"invalid_choice": why}

    def _choices(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.filters[name].extra["choices"] = list(choices)

    def _place(self, name: str, values: Sequence[str]) -> None:
        data = self.data.copy()
        data.setlist(name, list(values))
        self.data = data

    def _place_columns(self, faces: Faces) -> None:
        """Turn the columns that the query string leaves out („-stand“) into those that the form shows as chosen.

        Left out is what is kept: a column that another round has besides is shown there, and one it does not have is no fault.
        """
        missing = {
            "bewertung": not faces.grades,
            "stand": not faces.states,
            "sachstand": not faces.summaries,
            "kennzeichen": faces.summaries,
        }
        self.offered_columns = {name: label for name, label in OPTIONAL_COLUMNS.items() if not missing.get(name)}
        self._choices("spalten", self.offered_columns.items())
        given = self.data.getlist("spalten")
        left_out = [value.removeprefix("-") for value in given if value.startswith("-")]
        shown = [value for value in given if not value.startswith("-")]
        self._left_out_elsewhere = [name for name in OPTIONAL_COLUMNS if name in left_out and name not in self.offered_columns]
        if not shown:
            unknown = [name for name in left_out if name not in OPTIONAL_COLUMNS]
            shown = [name for name in self.offered_columns if name not in left_out] + unknown
        known = {ALWAYS_SHOWN, *OPTIONAL_COLUMNS} - self.offered_columns.keys()
        self._place("spalten", [name for name in shown if name not in known])

    def _place_previous(self, comparable: Sequence[tuple[str, str]]) -> None:
        self.newest_comparable = comparable[0][0] if comparable else ""
        if self.data.get("vergleich") == PREVIOUS and self.newest_comparable:
            self._place("vergleich", [self.newest_comparable])
        elif self.data.get("vergleich") == PREVIOUS:
            self.filters["vergleich"].extra["error_messages"] = {"invalid_choice": _NO_PREVIOUS}

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
    def comparison_words(self) -> str:
        """The name of the earlier round; empty for none."""
        return _words_of(self.form, "vergleich", self.compared_with) if self.compared_with else ""

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
            if name == "spalten":
                left_out = {*self.left_out_columns, *self._left_out_elsewhere}
                value = [f"-{column}" for column in OPTIONAL_COLUMNS if column in left_out]
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

    @property
    def left_out_columns(self) -> list[str]:
        """The names of the columns that are not shown though the round has them."""
        chosen = self._values.get("spalten", self.offered_columns)
        return [name for name in self.offered_columns if name not in chosen]

    @property
    def hidden_columns(self) -> list[str]:
        """The names of the columns that are not shown: left out, or not of this round."""
        return [name for name in OPTIONAL_COLUMNS if name not in self.offered_columns or name in self.left_out_columns]

    @property
    def columns_words(self) -> str:
        """„alle“, or the heads of the columns that are shown."""
        shown = [label for name, label in self.offered_columns.items() if name not in self.left_out_columns]
        return "alle" if len(shown) == len(self.offered_columns) else ", ".join(["Maßnahme", *shown])

    def is_active(self, *names: str) -> bool:
        return any(self._values.get(name) for name in names)

    def _active_words(self, name: str, value: str) -> str:
        label = self.form.fields[name].label
        if isinstance(self.form.fields[name].widget, FlagInput):
            return str(label)
        return f"{label}: {_words_of(self.form, name, value)}"

    @property
    def stands(self) -> list[Any]:
        """The boxes of „Stand“."""
        return [box for box in self.form["stand"] if box.data["selected"] or str(box.data["value"]) not in _ASKED_BY_FLAG]

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
