"""Nachträge: a single Maßnahme of a closed round is opened again, with a reason (issue 3, item 9; DESIGN.md, section 4, rule 5).

The round stays closed, so that another one of the Konzept can run at the same time. Finishing writes the next version: the newest
one with only this Maßnahme replaced, so that of several Nachträge none loses what another one changed. Earlier versions stay.

Each act locks the round, checks state and person, writes, and leaves an entry in the histories of Nachtrag and round. All raise
`Impossible` if the state does not fit, `PermissionDenied` if the person may not; nothing is written then.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from goals.models import Measure
from goals.permissions import Decision, denied
from goals.text import clean_text
from ratings import inquiries, permissions, rounds, workflow
from ratings.appendix import AppendixRow, live_appendix, thaw, with_row
from ratings.models import (
    AgreedRating,
    Draft,
    Inquiry,
    InquiryMessage,
    ReportingRound,
    Snapshot,
    StatusReport,
    Submission,
    Supplement,
)
from ratings.rounds import Gap
from ratings.states import ReportState
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


def may_open(user: "User", round_: ReportingRound, measure: Measure) -> Decision:
    """Return whether `user` may open `measure` of `round_` again now, else why not: at most two queries."""
    decision = permissions.may_coordinate(user, round_.concept_id)
    reason = _why_not(round_, measure) if decision else ""
    return denied(reason) if reason else decision


def _why_not(round_: ReportingRound, measure: Measure) -> str:
    if not round_.is_closed:
        return "Die Runde ist nicht abgeschlossen; in ihr lässt sich die Maßnahme ohne Nachtrag bearbeiten."
    if measure.pk in round_.reopened:
        return f"Zu {measure.number} läuft schon ein Nachtrag."
    if measure.concept_id != round_.concept_id or not round_.reports.exists():
        return (
            f"„{round_}“ wurde aus einem veröffentlichten Ergebnis übernommen; in ihr gibt es keine Berichte, "
            "die sich ändern ließen."
        )
    return ""


def open_supplement(
    round_id: int,
    measure: Measure,
    *,
    reason: str,
    give_back: Collection[int] = (),
    user: "User",
    now: datetime | None = None,
) -> Supplement:
    """Open one Maßnahme of a closed round again.

    The reports `give_back` (primary keys) of this Maßnahme, which must be submitted, go back to their units at once, with `reason`
    as the Rückfrage. The others stay as they are until somebody returns them.
    """
    now = now or timezone.now()
    reason = clean_text(reason).strip()
    with transaction.atomic():
        round_ = _locked(round_id)
        permissions.may_coordinate(user, round_.concept_id).require()
        if refusal := _why_not(round_, measure):
            raise Impossible(refusal)
        if not reason:
            raise Impossible("Ein Nachtrag braucht eine Begründung. Sie steht bei der neuen Fassung.")
        newest = newest_version(round_)
        if newest is None or row_of(newest, measure) is None:
            raise Impossible(f"In „{round_}“ gibt es diese Maßnahme nicht; sie ist erst später dazugekommen.")
        supplement = Supplement(round=round_, measure=measure, reason=reason, opened_at=now, opened_by=user)
        workflow.log(supplement, user=user, now=now, what="geöffnet")
        supplement.save()
        _log_round(round_, f"Nachtrag zu {measure.number} geöffnet: {reason}", user=user, now=now)
        for report_id in sorted(give_back):
            if not StatusReport.objects.filter(pk=report_id, round=round_, measure=measure).exists():
                raise Impossible("Einer der Berichte gehört nicht zu dieser Maßnahme.")
            inquiries.return_with_inquiry(report_id, question=reason, user=user, now=now)
    return supplement


def returnable(round_: ReportingRound, measure: Measure) -> list[StatusReport]:
    """Return the reports that can go back to their units when the Maßnahme is opened, the lead's first."""
    rows = StatusReport.objects.filter(round=round_, measure=measure, state=ReportState.SUBMITTED).select_related("unit")
    return list(rows.order_by("-role", "unit__name", "pk"))


@dataclass(frozen=True)
class Preview:
    """What finishing would write: the row as the newest version has it and as it is now, and what is unfinished.

    `seal` stands for exactly this, so that a confirmation counts for nothing else.
    """

    newest: Snapshot
    before: AppendixRow
    after: AppendixRow
    gaps: tuple[Gap, ...]
    seal: str

    @property
    def next_version(self) -> int:
        return self.newest.version + 1


def preview(supplement: Supplement) -> Preview:
    """Return what finishing `supplement` would write now. Needs `round__concept` and `measure`."""
    return _preview(supplement)[0]


def _preview(supplement: Supplement) -> tuple[Preview, dict[str, Any]]:
    round_ = supplement.round
    newest = newest_version(round_)
    if newest is None:
        raise Impossible("Von dieser Runde gibt es keine Fassung.")
    appendix = live_appendix(round_, with_texts=True)
    before = row_of(newest, supplement.measure)
    live = next((row for row in appendix.rows if row.key == supplement.measure.key), None)
    if before is None or live is None:
        raise Impossible("Diese Maßnahme gibt es in der neuesten Fassung nicht.")
    data = with_row(newest.data, live)
    after = next(row for row in thaw(data)[1] if row.key == live.key)
    found = tuple(rounds.gaps(round_, appendix.with_rows([after])))
    written = next(values for values in data["rows"] if values["key"] == live.key)
    seen = json.dumps([written, [gap.as_text() for gap in found]], sort_keys=True)
    return Preview(newest, before, after, found, hashlib.sha256(seen.encode()).hexdigest()), data


def finish(supplement_id: int, *, confirmed: str, user: "User", now: datetime | None = None) -> Snapshot:
    """Write the next version of the snapshot and end the Nachtrag; the version is released by hand as any other.

    `confirmed` is the `seal` of the preview that the person saw. Raises `Impossible` if something else would be written by now, or
    if nothing was changed at all.
    """
    now = now or timezone.now()
    with transaction.atomic():
        supplement = _unfinished(supplement_id, user)
        if not changes(supplement):
            raise Impossible(
                "Seit dem Öffnen hat sich nichts geändert; eine neue Fassung braucht es nicht. Verwerfen Sie den Nachtrag."
            )
        found, data = _preview(supplement)
        if found.seal != confirmed:
            raise Impossible("Inzwischen hat sich etwas geändert. Sehen Sie durch, was jetzt in die neue Fassung käme.")
        round_ = supplement.round
        snapshot = Snapshot.objects.create(
            round=round_,
            version=found.next_version,
            data=data,
            gaps=[gap.as_text() for gap in found.gaps],
            reason=f"Nachtrag zu {supplement.measure.number}: {supplement.reason}",
            created_at=now,
            created_by=user,
        )
        supplement.snapshot = snapshot
        _end(supplement, what=f"abgeschlossen mit Fassung {snapshot.version}", user=user, now=now)
    return snapshot


def discard(supplement_id: int, *, user: "User", now: datetime | None = None) -> Supplement:
    """End a Nachtrag in which nothing was changed, without a new version. What was changed cannot be discarded: it would be lost."""
    now = now or timezone.now()
    with transaction.atomic():
        supplement = _unfinished(supplement_id, user)
        if found := changes(supplement):
            raise Impossible(
                f"Seit dem Öffnen hat sich etwas geändert ({', '.join(found)}); das ginge verloren. Schließen Sie den Nachtrag ab."
            )
        _end(supplement, what="verworfen, nichts geändert", user=user, now=now)
    return supplement


def changes(supplement: Supplement) -> list[str]:
    """Return in words what was changed since the Maßnahme was opened: at most five queries."""
    since, here = supplement.opened_at, {"round": supplement.round_id, "measure": supplement.measure_id}
    reports = StatusReport.objects.filter(**here)
    report_history: Any = StatusReport.history
    rating_history: Any = AgreedRating.history
    written = (
        Draft.objects.filter(report__in=reports, saved_at__gte=since).exists()
        or Submission.objects.filter(report__in=reports, submitted_at__gte=since).exists()
        or report_history.filter(**here, history_date__gte=since).exists()
    )
    inquiry_history: Any = Inquiry.history
    asked = (
        InquiryMessage.objects.filter(inquiry__report__in=reports, written_at__gte=since).exists()
        or inquiry_history.filter(report__in=reports, history_date__gte=since).exists()
    )
    rated = rating_history.filter(**here, history_date__gte=since).exists()
    found = ((written, "Berichte"), (asked, "Rückfragen"), (rated, "Bewertung"))
    return [word for is_changed, word in found if is_changed]


def newest_version(round_: ReportingRound) -> Snapshot | None:
    return Snapshot.objects.filter(round=round_).order_by("-version").first()


def row_of(snapshot: Snapshot, measure: Measure) -> AppendixRow | None:
    """Return the row of one Maßnahme in a version, None if it does not have it."""
    return next((row for row in thaw(snapshot.data)[1] if row.key == measure.key), None)


def _unfinished(supplement_id: int, user: "User") -> Supplement:
    """Return the Nachtrag with its round locked. Raises `Impossible` if it has ended, `PermissionDenied`."""
    round_ = _locked(Supplement.objects.values_list("round_id", flat=True).get(pk=supplement_id))
    permissions.may_coordinate(user, round_.concept_id).require()
    supplement = Supplement.objects.select_related("measure__goal").get(pk=supplement_id)
    supplement.round = round_
    if not supplement.is_open:
        raise Impossible("Dieser Nachtrag ist schon beendet.")
    return supplement


def _end(supplement: Supplement, *, what: str, user: "User", now: datetime) -> None:
    supplement.finished_at, supplement.finished_by = now, user
    workflow.log(supplement, user=user, now=now, what=what)
    supplement.save()
    _log_round(supplement.round, f"Nachtrag zu {supplement.measure.number} {what}", user=user, now=now)


def _log_round(round_: ReportingRound, what: str, *, user: "User", now: datetime) -> None:
    workflow.log(round_, user=user, now=now, what=what)
    round_.save()


def _locked(round_id: int) -> ReportingRound:
    return ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)
