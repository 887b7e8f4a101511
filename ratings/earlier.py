"""What was said about a Maßnahme before: earlier submissions of the same unit, earlier agreed ratings; predecessors included."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from goals.models import Concept, Measure, OrgUnit
from ratings.drafts import is_blank
from ratings.models import AgreedRating, ReportingRound, Snapshot, StatusReport, Submission, Supplement
from ratings.models.fields import ContentFields
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState

if TYPE_CHECKING:
    from evalportal.accounts.models import User


def measure_line(measure: Measure) -> list[int]:
    """Return the primary keys of `measure` and all its predecessors in earlier Konzepte: one query per generation."""
    found, newest = {measure.pk}, {measure.pk}
    while newest:
        through = Measure.predecessors.through.objects.filter(from_measure_id__in=newest)
        newest = set(through.values_list("to_measure_id", flat=True)) - found
        found |= newest
    return sorted(found)


def unit_line(unit: OrgUnit) -> list[int]:
    """Return the primary keys of `unit` and of all units that it succeeds: one query."""
    former: dict[int, list[int]] = {}
    for pk, successor_id in OrgUnit.objects.filter(successor__isnull=False).values_list("pk", "successor_id"):
        former.setdefault(successor_id, []).append(pk)
    found, waiting = [], [unit.pk]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.append(current)
            waiting.extend(former.get(current, ()))
    return found


class EarlierWords(NamedTuple):
    """What the unit said before: `newest` is shown, `graded` is its last word on the rating.

    They differ after an interim Sachstand without grades, in a round with ratings.
    """

    newest: Submission | None
    graded: Submission | None

    @property
    def repeated(self) -> Submission | None:
        """The submission whose text „Keine Änderung“ repeats: an interim Sachstand is newer than the last graded report."""
        if self.newest is not None and not self.newest.report.round.has_ratings:
            return self.newest
        return self.graded

    def values(self, submission: Submission) -> dict[str, Any]:
        """Return what `submission` says, by field; what its round did not ask for from the last graded report."""
        asked = ContentFields.asked_names(has_ratings=submission.report.round.has_ratings)
        other = self.graded or submission
        return {name: getattr(submission if name in asked else other, name) for name in ContentFields.content_names()}


def earlier_words(report: StatusReport, measures: list[int] | None = None) -> EarlierWords:
    """Return the standing submissions of the report's unit on its Maßnahme from earlier rounds that matter now.

    A unit's word passes to its successor, a Maßnahme's to the one that continues it; where merged units both spoke, the lead's
    counts. `measures` is the `measure_line`, if known. Two queries more.
    """
    found = list(
        Submission.objects.counting()
        .filter(report__measure__in=measures or measure_line(report.measure), report__unit__in=unit_line(report.unit))
        .filter(report__round__opens_on__lt=report.round.opens_on)
        .select_related("report__round", "report__unit")
        .order_by("-report__round__opens_on", "-report__role", "-number", "-pk")
    )
    newest = next(iter(found), None)
    if not report.round.has_ratings:
        return EarlierWords(newest, newest)
    return EarlierWords(newest, next((submission for submission in found if submission.grade), newest))


def words_before(
    round_: ReportingRound, measures: list[int], units: set[int], *, user: "User", graded: bool = False
) -> dict[int, Submission]:
    """Return what each unit, or the one it succeeds, last submitted in an earlier round, by today's unit: at most two queries.

    `measures` is the `measure_line`, `units` are those that report in `round_`. `graded` asks for the last word on the rating and
    looks through an interim Sachstand. Of an earlier Konzept in which `user` has no role nothing is told.
    """
    earlier = list(
        Submission.objects.visible_to(user)
        .counting()
        .filter(report__measure__in=measures, report__round__opens_on__lt=round_.opens_on)
        .select_related("report__round")
        .order_by("-report__round__opens_on", "-report__role", "-number", "-pk")
    )
    if graded:
        earlier = [submission for submission in earlier if submission.report.round.has_ratings]
    successors: dict[int, int] = {}
    if any(submission.report.unit_id not in units for submission in earlier):
        successors = dict(OrgUnit.objects.filter(successor__isnull=False).values_list("pk", "successor_id"))
    found: dict[int, Submission] = {}
    for submission in earlier:
        for unit_id in _line_of_successors(submission.report.unit_id, successors):
            found.setdefault(unit_id, submission)
    return found


def _line_of_successors(unit_id: int, successors: dict[int, int]) -> list[int]:
    found: list[int] = []
    current: int | None = unit_id
    while current is not None and current not in found:
        found.append(current)
        current = successors.get(current)
    return found


@dataclass(frozen=True)
class EarlierRating:
    """The agreed rating of a closed round, with the round and the Maßnahme (perhaps a predecessor) it was given to."""

    round: ReportingRound
    measure: Measure
    rating: AgreedRating


def earlier_ratings(
    measure: Measure, *, before: ReportingRound | None, user: "User", measures: list[int] | None = None
) -> list[EarlierRating]:
    """Return the agreed ratings of `measure` and its predecessors in closed rounds that began before `before`, newest first.

    Without `before`, where a new Konzept has no round yet, those of all closed rounds. Where `user` is not inside the evaluation
    only those whose newest result is released and that no unfinished Nachtrag may be changing; of a Konzept in which they have no
    role nothing is told. `measures` is the `measure_line`, if known.
    """
    known = Concept.objects.visible_to(user).values("pk")
    inside = ReportingRound.objects.inside(user).values("pk")
    released = Snapshot.objects.newest_released().values("round")
    reopened = Supplement.objects.unfinished().filter(round=OuterRef("round"), measure=OuterRef("measure"))
    ratings = (
        AgreedRating.objects.filter(measure__in=measures or measure_line(measure), round__state=RoundState.CLOSED)
        .filter(Q(round__in=inside) | Q(round__in=released) & ~Exists(reopened), round__concept__in=known)
        .select_related("round__concept", "measure__goal", "measure__concept")
        .order_by("-round__opens_on", "-round_id", "measure_id")
    )
    if before is not None:
        ratings = ratings.filter(round__opens_on__lt=before.opens_on)
    return [EarlierRating(rating.round, rating.measure, rating) for rating in ratings]


def earlier_grade(submission: Submission | None) -> Grade | None:
    return submission.grade_value if submission else None


def nothing_written(report: StatusReport) -> bool:
    """True for a report that nobody has written anything in: without a draft, or with an empty one. Needs `draft` of the report."""
    if report.state == ReportState.DRAFT:
        draft = getattr(report, "draft", None)
        return draft is not None and is_blank(draft)
    return report.state == ReportState.OPEN


def may_say_unchanged(report: StatusReport, submission: Submission | None) -> bool:
    """True if „Keine Änderung seit dem letzten Bericht“ is offered: nothing written, and an earlier submission to stand by.

    In a round with ratings that submission must have a grade.
    """
    if submission is None or not nothing_written(report):
        return False
    return submission.grade is not None or not report.round.has_ratings
