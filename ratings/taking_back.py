"""Taking a decision of the Jour fixe back: what stood before stands again (issue 5, point 10)."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals.models import Measure
from ratings import permissions, workflow
from ratings.agreement import Outcome, Outdated, counting_submissions
from ratings.models import AgendaItem, AgendaOutcome, AgreedRating, ReportingRound
from ratings.scheme import Marker
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

_RATING = ("grade", *(marker.value for marker in Marker.voted()), "reason", "remark", "agreed_at")


def take_back(*, round_id: int, measure: Measure, version: int, user: "User", now: datetime | None = None) -> None:
    """Take back the decision on one Maßnahme; `version` is that of the rating the person saw.

    Raises `PermissionDenied` (person or round), `Outdated` (something changed meanwhile), `Impossible` where a meeting decided: its
    minutes say so, and it is taken back there.
    """
    now = now or timezone.now()
    with transaction.atomic():
        round_ = _locked(round_id, measure.pk, user)
        rating = AgreedRating.objects.filter(round=round_, measure=measure, version=version).first()
        if rating is None:
            raise Outdated("Diese Maßnahme wurde inzwischen an anderer Stelle neu abgestimmt.")
        items = AgendaItem.objects.filter(meeting__round=round_, measure=measure, outcome=AgendaOutcome.AGREED)
        if item := items.filter(decided_at=rating.agreed_at).select_related("meeting").first():
            raise Impossible(
                f"Darüber wurde in „{item.meeting}“ entschieden. Zurücknehmen lässt es sich dort, solange sie läuft."
            )
        restore(round_, rating, user=user, now=now)


def take_back_all(*, round_id: int, at: datetime, user: "User", now: datetime | None = None) -> Outcome:
    """Take back what `user` agreed in one step at `at` with `agreement.agree_unanimous`; what changed since stays as it is.

    Raises `PermissionDenied` (person or round).
    """
    now = now or timezone.now()
    done: list[Measure] = []
    left: list[tuple[Measure, str]] = []
    with transaction.atomic():
        round_ = _locked(round_id, None, user)
        for rating in agreed_at_once(round_, at, user):
            try:
                restore(round_, rating, user=user, now=now)
            except Outdated:
                left.append((rating.measure, "seit der Abstimmung wurde neu eingereicht"))
            else:
                done.append(rating.measure)
    return Outcome(tuple(done), tuple(left))


def agreed_at_once(round_: ReportingRound, at: datetime, user: "User") -> Iterable[AgreedRating]:
    """The decisions that `user` made at exactly this moment and that still stand, in the order of the Konzept."""
    found = AgreedRating.objects.filter(round=round_, agreed_at=at, agreed_by=user).select_related("measure__goal")
    return found.order_by("measure__goal__sort_key", "measure__position")


def _locked(round_id: int, measure_id: int | None, user: "User") -> ReportingRound:
    round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)
    permissions.may_record_round(user, round_, measure_id).require()
    return round_


def restore(round_: ReportingRound, rating: AgreedRating, *, user: "User", now: datetime) -> None:
    """Bring back the version before, as a new one, so that no page that shows the one taken back can overwrite it. The round is locked.

    A first rating is deleted; the history keeps it. Raises `Outdated` if something was submitted since.
    """
    standing = counting_submissions(round_, rating.measure)
    if {submission.pk for submission in standing} != set(rating.basis.values_list("pk", flat=True)):
        raise Outdated("Seit der Abstimmung wurde neu eingereicht. Stimmen Sie neu ab.")
    workflow.log(rating, user=user, now=now, what="Entscheidung zurückgenommen")
    before = rating.history.filter(version__lt=rating.version).order_by("-version", "-history_id").first()
    if before is None:
        rating.delete()
        return
    for name in _RATING:
        setattr(rating, name, getattr(before, name))
    rating.agreed_by_id = before.agreed_by_id
    rating.version += 1
    rating.save_without_historical_record()  # type: ignore[attr-defined]  # one entry, written below together with its basis
    with_basis = AgreedRating.basis.through.objects
    with_basis.filter(agreedrating=rating).delete()
    pks = list(before.basis.values_list("submission_id", flat=True))
    with_basis.bulk_create(AgreedRating.basis.through(agreedrating=rating, submission_id=pk) for pk in pks)
    rating.save()
