"""Agreeing on the rating of one Maßnahme: what the Jour fixe decides, and on which submissions that rests (rules 2 and 3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from goals.models import Measure
from goals.text import clean_text
from ratings import permissions, workflow
from ratings.models import AgreedRating, ReportingRound, Submission
from ratings.scheme import Grade, Marker

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class Refused(Exception):
    """The decision cannot be recorded as entered. `field` is where the form shows the message."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


class Outdated(Exception):
    """Something changed since the page was shown: another decision or a newer submission. Nothing was written."""


@dataclass(frozen=True)
class Decided:
    """What the Jour fixe decided. `grade` None is „nicht bewertet“ and needs a `reason`."""

    grade: Grade | None
    markers: Mapping[Marker, bool] = field(default_factory=dict)
    reason: str = ""
    remark: str = ""


def counting_submissions(round_: ReportingRound, measure: Measure) -> list[Submission]:
    """Return the submissions a decision would rest on now, the lead's first: one query."""
    return list(
        Submission.objects.counting()
        .filter(report__round=round_, report__measure=measure)
        .select_related("report__unit")
        .order_by("-report__role", "report__unit__name", "pk")
    )


def unanimous_grade(submissions: Collection[Submission]) -> Grade | None:
    """Return the grade all proposals give, if the lead has given it; else None (see `rollup.RollUp.is_unanimous`)."""
    given = {submission.grade_value for submission in submissions} - {None}
    lead = next((submission.grade_value for submission in submissions if submission.report.is_lead), None)
    return lead if len(given) == 1 else None


def check_decided(decided: Decided, submissions: Collection[Submission]) -> None:
    """Raise `Refused` if a reason is missing: for no grade, and for another grade than a unanimous proposal (rule 2)."""
    if decided.reason.strip():
        return
    if decided.grade is None:
        raise Refused("reason", "„Nicht bewertet“ braucht eine Begründung.")
    proposed = unanimous_grade(submissions)
    if proposed is not None and decided.grade != proposed:
        raise Refused("reason", f"Alle Vorschläge lauten „{proposed.word}“. Begründen Sie die Abweichung.")


def agree(
    *,
    round_id: int,
    measure: Measure,
    decided: Decided,
    version: int,
    seen: Collection[int],
    user: "User",
    now: datetime | None = None,
) -> AgreedRating:
    """Record the decision of the Jour fixe and return it.

    `version` is that of the rating the person saw (0 for none), `seen` the primary keys of the submissions they saw. Raises
    `PermissionDenied` (person or round), `Refused` (a reason is missing), `Outdated` (something changed meanwhile).
    """
    now = now or timezone.now()
    with transaction.atomic():
        round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)
        permissions.may_record_round(user, round_, measure.pk).require()
        submissions = counting_submissions(round_, measure)
        if {submission.pk for submission in submissions} != set(seen):
            raise Outdated("Inzwischen hat sich an den Berichten etwas geändert. Lesen Sie sie, bevor Sie entscheiden.")
        check_decided(decided, submissions)
        rating = AgreedRating.objects.filter(round=round_, measure=measure).first() or AgreedRating(
            round=round_, measure=measure, version=0
        )
        if rating.version != version:
            raise Outdated("Diese Maßnahme wurde inzwischen an anderer Stelle abgestimmt.")
        if rating.pk is None:  # counts on from a decision that was taken back: no page that still shows it can overwrite this one
            rating.version = (
                AgreedRating.history.filter(round=round_, measure=measure).aggregate(last=Max("version"))["last"] or 0
            )
        return _record(rating, decided, submissions, user=user, now=now)


def _record(
    rating: AgreedRating, decided: Decided, submissions: Collection[Submission], *, user: "User", now: datetime
) -> AgreedRating:
    first = rating.pk is None
    _take_down(rating, decided, user=user, now=now)
    rating.full_clean(exclude=["round", "measure", "agreed_by"])
    rating.save_without_historical_record()  # type: ignore[attr-defined]  # one entry, written below together with its basis
    with_basis = AgreedRating.basis.through.objects
    with_basis.filter(agreedrating=rating).delete()
    with_basis.bulk_create(AgreedRating.basis.through(agreedrating=rating, submission=submission) for submission in submissions)
    workflow.log(rating, user=user, now=now, what="abgestimmt" if first else "neu abgestimmt")
    rating.save()
    return rating


def _take_down(rating: AgreedRating, decided: Decided, *, user: "User", now: datetime) -> None:
    """Write what was decided into the next version of a rating, without saving it."""
    rating.grade = decided.grade
    for marker in Marker.voted():
        setattr(rating, marker.value, bool(decided.markers.get(marker, False)))
    rating.reason = clean_text(decided.reason).strip()
    rating.remark = clean_text(decided.remark).strip()
    rating.version += 1
    rating.agreed_at, rating.agreed_by = now, user


@dataclass(frozen=True)
class Chosen:
    """A Maßnahme that somebody chose to agree as proposed, and the submissions they saw, the lead's first."""

    measure_id: int
    seen: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What a step with many Maßnahmen did: those `done`, those left as they are, each with the reason, and when it was."""

    done: tuple[Measure, ...]
    skipped: tuple[tuple[Measure, str], ...]
    at: datetime | None = None


def agree_unanimous(*, round_id: int, chosen: Collection[Chosen], user: "User", now: datetime | None = None) -> Outcome:
    """Agree the chosen Maßnahmen as all units propose, with the Kennzeichen of the lead: in one transaction, one history entry each.

    Every Maßnahme is looked at again. One that changed since the person saw it is left as it is and named in the outcome; the
    others are agreed. The number of queries does not depend on how many there are. Raises `PermissionDenied` (person or round)
    and `Outdated` (a Maßnahme is not of this Konzept); nothing is written then.
    """
    now = now or timezone.now()
    seen = {one.measure_id: one.seen for one in chosen}
    with transaction.atomic():
        round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)
        permissions.may_record_round(user, round_).require()
        measures = list(Measure.objects.filter(concept=round_.concept_id, pk__in=seen).with_place().in_order())
        if len(measures) != len(seen):
            raise Outdated("Die Auswahl passt nicht zu dieser Berichtsrunde. Bitte wählen Sie noch einmal aus.")
        standing = _counting_by_measure(round_, measures)
        settled = set(AgreedRating.objects.filter(round=round_, measure__in=measures).values_list("measure_id", flat=True))
        agreed, skipped = [], []
        for measure in measures:
            submissions = standing.get(measure.pk, [])
            reason = _why_not(submissions, seen[measure.pk], settled=measure.pk in settled)
            if reason:
                skipped.append((measure, reason))
            else:
                agreed.append((measure, submissions))
        _record_unanimous(round_, agreed, user=user, now=now)
    return Outcome(tuple(measure for measure, _ in agreed), tuple(skipped), now)


def _counting_by_measure(round_: ReportingRound, measures: Collection[Measure]) -> dict[int, list[Submission]]:
    found: dict[int, list[Submission]] = {}
    rows = Submission.objects.counting().filter(report__round=round_, report__measure__in=measures)
    for submission in rows.select_related("report").order_by("-report__role", "pk"):
        found.setdefault(submission.report.measure_id, []).append(submission)
    return found


def _why_not(submissions: list[Submission], seen: tuple[int, ...], *, settled: bool) -> str:
    """Return why a Maßnahme is not agreed as proposed, empty if it can be. Another lead would bring other Kennzeichen."""
    if settled:
        return "inzwischen an anderer Stelle abgestimmt"
    if unanimous_grade(submissions) is None:
        return "die Vorschläge sind nicht einig"
    current = [submission.pk for submission in submissions]
    if set(current) != set(seen) or current[:1] != list(seen[:1]):
        return "an den Berichten hat sich inzwischen etwas geändert"
    return ""


def _record_unanimous(
    round_: ReportingRound, found: Collection[tuple[Measure, list[Submission]]], *, user: "User", now: datetime
) -> None:
    """Write first decisions and their history, each entry with its basis: four inserts, however many there are.

    They count on from a decision that was taken back, as in `agree`.
    """
    taken_back: Any = AgreedRating.history
    measures = [measure for measure, _ in found]
    rows = taken_back.filter(round=round_, measure__in=measures).order_by()
    versions = dict(rows.values_list("measure_id").annotate(Max("version")))
    ratings, bases = [], []
    for measure, submissions in found:
        lead = next(submission for submission in submissions if submission.report.is_lead)
        markers = {marker: bool(value) for marker, value in lead.marker_values.items()}
        rating = AgreedRating(round=round_, measure=measure, version=versions.get(measure.pk, 0))
        _take_down(rating, Decided(lead.grade_value, markers), user=user, now=now)
        # The database checks uniqueness and constraints; asking it beforehand too would cost a query each.
        rating.full_clean(exclude=["round", "measure", "agreed_by"], validate_unique=False, validate_constraints=False)
        workflow.log(rating, user=user, now=now, what="abgestimmt, wie einstimmig vorgeschlagen")
        ratings.append(rating)
        bases.append(submissions)
    AgreedRating.objects.bulk_create(ratings)
    through: Any = AgreedRating.basis.through
    links = through.objects.bulk_create(
        through(agreedrating=rating, submission=submission)
        for rating, submissions in zip(ratings, bases, strict=True)
        for submission in submissions
    )
    history: Any = AgreedRating.history
    entries = {entry.id: entry for entry in history.bulk_history_create(ratings)}
    # As simple_history does it for a single object; it has no function for many.
    kept: Any = history.model.basis.model
    kept.objects.bulk_create(
        kept(id=link.pk, agreedrating=link.agreedrating, submission=link.submission, history=entries[link.agreedrating_id])
        for link in links
    )
