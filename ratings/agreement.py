"""Agreeing on the rating of one Maßnahme: what the Jour fixe decides, and on which submissions that rests (rules 2 and 3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
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
        permissions.may_record_round(user, round_).require()
        submissions = counting_submissions(round_, measure)
        if {submission.pk for submission in submissions} != set(seen):
            raise Outdated("Inzwischen hat sich an den Berichten etwas geändert. Lesen Sie sie, bevor Sie entscheiden.")
        check_decided(decided, submissions)
        rating = AgreedRating.objects.filter(round=round_, measure=measure).first() or AgreedRating(
            round=round_, measure=measure, version=0
        )
        if rating.version != version:
            raise Outdated("Diese Maßnahme wurde inzwischen an anderer Stelle abgestimmt.")
        return _record(rating, decided, submissions, user=user, now=now)


def _record(
    rating: AgreedRating, decided: Decided, submissions: Collection[Submission], *, user: "User", now: datetime
) -> AgreedRating:
    first = rating.pk is None
    rating.grade = decided.grade
    for marker in Marker.voted():
        setattr(rating, marker.value, bool(decided.markers.get(marker, False)))
    rating.reason = clean_text(decided.reason).strip()
    rating.remark = clean_text(decided.remark).strip()
    rating.version += 1
    rating.agreed_at, rating.agreed_by = now, user
    rating.full_clean(exclude=["round", "measure", "agreed_by"])
    rating.save_without_historical_record()  # type: ignore[attr-defined]  # one entry, written below together with its basis
    with_basis = AgreedRating.basis.through.objects
    with_basis.filter(agreedrating=rating).delete()
    with_basis.bulk_create(AgreedRating.basis.through(agreedrating=rating, submission=submission) for submission in submissions)
    workflow.log(rating, user=user, now=now, what="abgestimmt" if first else "neu abgestimmt")
    rating.save()
    return rating
