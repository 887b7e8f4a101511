"""The search over Maßnahmen, Ziele, reports and units: what a person finds is what they may read, by the words of `goals.search_words`.

Readers find the Konzept. Reports (the submission that counts, never a draft, never an „Interne Notiz“) and units are found by those who
read submissions. Rows are compared and put in order here and not by the database, so that both databases answer the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, TextChoices

from goals.models import Concept, Goal, Measure, OrgUnit, Responsibility
from goals.permissions import access_for
from goals.search_words import number_forms, number_of, squeezed, stems_of
from goals.text import fold
from ratings.models import StatusReport, Submission
from ratings.organising import may_organise
from ratings.querysets import INSIDE

if TYPE_CHECKING:
    from evalportal.accounts.models import User

MOST_CHARACTERS: Final = 200


class Kind(TextChoices):
    """What can be found, in the order of the page."""

    MEASURES = "massnahmen", "Maßnahmen"
    GOALS = "ziele", "Ziele"
    REPORTS = "berichte", "Berichte"
    UNITS = "einheiten", "Einheiten"


@dataclass(frozen=True)
class Question:
    """What was typed: its trimmed words, all of which have to be found, and the number if it is nothing but one („M 3.2“: m3.2)."""

    text: str
    stems: tuple[str, ...]
    number: str

    @classmethod
    def of(cls, text: str) -> Self:
        text = text[:MOST_CHARACTERS]
        return cls(text.strip(), tuple(stems_of(text)), number_of(text))

    @property
    def words(self) -> list[str]:
        return [stem for stem in self.stems if not stem[0].isdecimal()]

    @property
    def numbers(self) -> list[str]:
        return [stem for stem in self.stems if stem[0].isdecimal()]


class _Numbers:
    """Which Ziele have a number that was asked for; read once, and only if the question holds a number."""

    def __init__(self, user: "User", question: Question, concept: Concept | None) -> None:
        self._question = question
        goals = _of_concept(Goal.objects.visible_to(user), concept).order_by() if question.numbers else Goal.objects.none()
        self._numbers = [(pk, squeezed(number)) for pk, number in goals.values_list("pk", "number")]

    def goals(self, stem: str) -> list[int]:
        """Ziele whose number is `stem` or ends in it: „3“ is also „M 3“."""
        return [pk for pk, number in self._numbers if stem in number_forms(number)]

    def exact_goals(self) -> list[int]:
        return [pk for pk, number in self._numbers if number == self._question.number]

    def measures(self, stem: str, path: str) -> Q:
        """Maßnahmen of such a Ziel, or the one with this number. `path` leads to the Maßnahme."""
        goal, _, position = stem.rpartition(".")
        one = _one(path, self.goals(goal), position)
        return Q(**{f"{path}goal__in": self.goals(stem)}) | one

    def exact_measures(self, path: str) -> Q:
        """The Maßnahme whose number was typed and nothing else, also with letters: „M 3.2“."""
        number, _, position = self._question.number.rpartition(".")
        return _one(path, [pk for pk, own in self._numbers if own == number], position)


def _one(path: str, goals: Sequence[int], position: str) -> Q:
    if not goals or not position.isascii() or not position.isdecimal() or len(position) > 4:
        return Q(pk__in=[])
    return Q(**{f"{path}goal__in": goals, f"{path}position": int(position)})


class Row(NamedTuple):
    """A row that was found: how well it fits (less is better), its place, its key."""

    rank: int
    place: tuple[Any, ...]
    pk: int


@dataclass(frozen=True)
class Found:
    """All hits of one kind in their order; a slice of it (`found[:5]`) loads those rows with one query."""

    kind: Kind
    pks: tuple[int, ...]
    _rows: Callable[[], "QuerySet[Any]"] = field(repr=False)

    def __len__(self) -> int:
        return len(self.pks)

    def __getitem__(self, part: slice) -> list[Any]:
        wanted = self.pks[part]
        loaded: dict[int, Model] = self._rows().in_bulk(wanted) if wanted else {}
        return [loaded[pk] for pk in wanted if pk in loaded]


def kinds_for(user: "User") -> list[Kind]:
    """What `user` can search: readers the Konzept, everyone else also reports and units."""
    if any(grant.role in INSIDE for grant in access_for(user).grants):
        return list(Kind)
    return [Kind.MEASURES, Kind.GOALS]


def search(user: "User", question: Question, kinds: Iterable[Kind], concept: Concept | None = None) -> list[Found]:
    """Return the hits of every kind that `user` can search, in one Konzept or in all they see.

    A query per kind, and one for the numbers of the Ziele if a number was typed; each slice of a `Found` costs one more.
    """
    if not question.stems:
        return [Found(kind, (), Goal.objects.none) for kind in kinds]
    numbers = _Numbers(user, question, concept)
    find = {Kind.MEASURES: _measures, Kind.GOALS: _goals, Kind.REPORTS: _reports, Kind.UNITS: _units}
    allowed = kinds_for(user)
    found = []
    for kind in kinds:
        rows, load = find[kind](user, question, numbers, concept) if kind in allowed else ([], Goal.objects.none)
        found.append(Found(kind, tuple(row.pk for row in sorted(rows)), load))
    return found


_Answer = tuple[list[Row], Callable[[], "QuerySet[Any]"]]


def _measures(user: "User", question: Question, numbers: _Numbers, concept: Concept | None) -> _Answer:
    visible = _of_concept(Measure.objects.visible_to(user), concept)
    exact = numbers.exact_measures("") | Q(key=question.text)
    found = visible.filter(_fits(question, lambda stem: numbers.measures(stem, "")) | exact)
    fields = ("pk", "search", "key", "position", "goal__number", "goal__sort_key", *_place("goal__challenge__"), *_CONCEPT)
    rows = []
    for pk, words, key, position, number, sort_key, action_field, challenge, concept_id, begins in _values(found, fields):
        is_asked_for = _is_number(question, number, position) or key == question.text
        place = (-begins.toordinal(), concept_id, action_field, challenge, sort_key, position)
        rows.append(Row(_rank(question, words, is_asked_for=is_asked_for), place, pk))
    return rows, lambda: visible.select_related("concept", "goal__challenge__action_field")


def _goals(user: "User", question: Question, numbers: _Numbers, concept: Concept | None) -> _Answer:
    visible = _of_concept(Goal.objects.visible_to(user), concept)
    exact = numbers.exact_goals()
    found = visible.filter(_fits(question, lambda stem: Q(pk__in=numbers.goals(stem))) | Q(pk__in=exact))
    rows = []
    for pk, words, sort_key, action_field, challenge, concept_id, begins in _values(
        found, ("pk", "search", "sort_key", *_place("challenge__"), *_CONCEPT)
    ):
        place = (-begins.toordinal(), concept_id, action_field, challenge, sort_key)
        rows.append(Row(_rank(question, words, is_asked_for=pk in exact), place, pk))
    return rows, lambda: visible.select_related("concept", "challenge__action_field")


def _reports(user: "User", question: Question, numbers: _Numbers, concept: Concept | None) -> _Answer:
    """What stands of a report: its last submission, unless it was withdrawn or is entfallen. The newest round first."""
    visible = Submission.objects.visible_to(user).counting()
    if concept is not None:
        visible = visible.filter(report__round__concept=concept)
    measure = "report__measure__"
    fits = _fits(question, lambda stem: numbers.measures(stem, measure)) | numbers.exact_measures(measure)
    names = [
        *("pk", "report__round__opens_on", "report__round_id", *_place(f"{measure}goal__challenge__")),
        *(f"{measure}goal__sort_key", f"{measure}position", "report__role", "report__unit__name", f"{measure}goal__number"),
    ]
    rows = []
    for pk, opens_on, round_id, action_field, challenge, sort_key, position, role, unit, number in _values(
        visible.filter(fits), names
    ):
        rank = 0 if _is_number(question, number, position) else 1
        # „lead“ is behind „contributing“ in the alphabet and stands before it.
        place = (-opens_on.toordinal(), -round_id, action_field, challenge, sort_key, position, role != "lead", fold(unit))
        rows.append(Row(rank, place, pk))
    return rows, lambda: visible.select_related("report__round__concept", "report__measure__goal", "report__unit")


def _units(user: "User", question: Question, numbers: _Numbers, concept: Concept | None) -> _Answer:
    """Units: for the Evaluationsleitung all of them, for others those that reported or are to report in rounds they read."""
    visible = OrgUnit.objects.all()
    reports = StatusReport.objects.visible_to(user).owed().filter(unit=OuterRef("pk"))
    if concept is not None:
        reports = reports.filter(round__concept=concept)
    if not may_organise(user):
        visible = visible.filter(Exists(reports))
    elif concept is not None:
        responsible = Responsibility.objects.filter(unit=OuterRef("pk"), measure__concept=concept)
        visible = visible.filter(Exists(reports) | Exists(responsible))
    found = visible.filter(_fits(question, lambda stem: Q(pk__in=[])))
    rows = [Row(_rank(question, words), (fold(name),), pk) for pk, words, name in _values(found, ("pk", "search", "name"))]
    return rows, lambda: visible.select_related("successor")


_CONCEPT = ("concept_id", "concept__period_start")


def _place(path: str) -> tuple[str, str]:
    return f"{path}action_field__position", f"{path}position"


def _of_concept(rows: "QuerySet[Any]", concept: Concept | None) -> Any:
    return rows if concept is None else rows.filter(concept=concept)


def _values(rows: "QuerySet[Any]", names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return rows.order_by().values_list(*names)


def _fits(question: Question, number: Callable[[str], Q]) -> Q:
    """All words begin a word of the column; a number may instead be the number of the Ziel or the Maßnahme (`number`)."""
    condition = Q()
    for stem in question.stems:
        term = Q(search__contains=f" {stem}")
        condition &= term | number(stem) if stem[0].isdecimal() else term
    return condition


def _rank(question: Question, words: str, *, is_asked_for: bool = False) -> int:
    """0: its number was typed; 1: all words stand there as they were typed; 2: words that begin with them."""
    if is_asked_for:
        return 0
    return 1 if all(f" {stem} " in f"{words} " for stem in question.words) else 2


def _is_number(question: Question, goal_number: str, position: int) -> bool:
    """True if the number of this Maßnahme or of its Ziel was typed and nothing else."""
    goal = squeezed(goal_number)
    return question.number in (goal, f"{goal}.{position}")
