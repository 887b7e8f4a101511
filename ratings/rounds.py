"""What happens to a round: open, coordinate, close, reopen, release, and which reports it is owed (DESIGN.md, section 4, rules 3 to 6).

Each act locks the round, checks state and person, writes, and leaves an entry in the history. All raise `Impossible` if the state
does not fit, `PermissionDenied` if the person may not; nothing is written then.
"""

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from goals.text import clean_text
from ratings import permissions, workflow
from ratings.appendix import Appendix, freeze, live_appendix
from ratings.models import Inquiry, ReportingRound, Snapshot, StatusReport
from ratings.owed import Owed, effective_responsibilities
from ratings.states import InquiryState, ReportState, RoundState
from ratings.summaries import freeze_chapters
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Sync:
    """What carrying over changed responsibilities does: units that owe a report from now on, no longer, again, in another role."""

    added: tuple[Owed, ...]
    dropped: tuple[StatusReport, ...]
    lifted: tuple[StatusReport, ...]
    changed: tuple[StatusReport, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.lifted or self.changed)


def owed_changes(round_: ReportingRound) -> Sync:
    """Return what `sync_owed` would do now, without doing it: the preview."""
    wanted = {(owed.measure_id, owed.unit.pk): owed for owed in effective_responsibilities(round_.concept)}
    reports = list(StatusReport.objects.filter(round=round_).with_place().in_order())
    have = {(report.measure_id, report.unit_id): report for report in reports}
    kept = [(report, wanted[place]) for place, report in have.items() if place in wanted]
    return Sync(
        added=tuple(owed for place, owed in wanted.items() if place not in have),
        dropped=tuple(r for place, r in have.items() if place not in wanted and r.state != ReportState.DROPPED),
        lifted=tuple(r for r, _ in kept if r.state == ReportState.DROPPED and not r.dropped_by_hand),
        changed=tuple(r for r, owed in kept if r.role != owed.role),
    )


def sync_owed(round_id: int, *, user: "User", now: datetime | None = None) -> Sync:
    """Carry changed responsibilities over to a running round and return what was done.

    New ones are added as owed, dropped ones become `entfallen` with the reason, those that came back are lifted, unless the
    Evaluationsleitung had set „entfallen“ by hand. Nothing is deleted or re-keyed. A round that is not running stays as it is.
    """
    now = now or timezone.now()
    with transaction.atomic():
        round_ = _locked(round_id)
        permissions.may_coordinate(user, round_.concept_id).require()
        if not round_.is_live:
            return Sync((), (), (), ())
        return _sync(round_, user=user, now=now)


def _sync(round_: ReportingRound, *, user: "User", now: datetime) -> Sync:
    changes = owed_changes(round_)
    roles = {(owed.measure_id, owed.unit.pk): owed.role for owed in effective_responsibilities(round_.concept)}
    # Roles first: at no moment two leads are shown, and the entries below already carry the new role.
    for report in changes.changed:
        report.role = roles[report.measure_id, report.unit_id]
        report.changed_at = now
        workflow.log(report, user=user, now=now, what=f"Zuständigkeit geändert: {report.get_role_display()}")
        report.save()
    for report in changes.dropped:
        workflow.follow_responsibility(report, dropped_because=_why_dropped(report), user=user, now=now)
    for report in changes.lifted:
        workflow.follow_responsibility(report, dropped_because="", user=user, now=now)
    bulk_create_with_history(
        [
            StatusReport(round=round_, measure_id=owed.measure_id, unit=owed.unit, role=owed.role, changed_at=now)
            for owed in changes.added
        ],
        StatusReport,
        default_user=user,
        default_change_reason="Bericht angefordert",
        default_date=now,
    )
    return changes


def _why_dropped(report: StatusReport) -> str:
    unit = report.unit
    if unit.successor_id:
        return f"„{unit}“ ist in „{unit.successor}“ aufgegangen."
    if not unit.is_active:
        return f"„{unit}“ ist nicht mehr aktiv."
    return f"„{unit}“ ist für diese Maßnahme nicht mehr zuständig."


def _locked(round_id: int) -> ReportingRound:
    return ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)


class Step(enum.StrEnum):
    """What the Evaluationsleitung can do with a round."""

    OPEN = "open"
    COORDINATE = "coordinate"
    CLOSE = "close"
    REOPEN = "reopen"


# From which state to which; what is said if the state does not fit.
STEPS: dict[Step, tuple[RoundState, RoundState, str]] = {
    Step.OPEN: (RoundState.PREPARING, RoundState.OPEN, "Öffnen lässt sich nur eine Runde, die in Vorbereitung ist."),
    Step.COORDINATE: (RoundState.OPEN, RoundState.COORDINATING, "In die Abstimmung geht nur eine offene Runde."),
    Step.CLOSE: (RoundState.COORDINATING, RoundState.CLOSED, "Abschließen lässt sich nur eine Runde, die in Abstimmung ist."),
    Step.REOPEN: (RoundState.CLOSED, RoundState.COORDINATING, "Wieder öffnen lässt sich nur eine abgeschlossene Runde."),
}


# The same for a round without ratings.
_REFUSED_INTERIM = {
    Step.COORDINATE: "In die Durchsicht geht nur eine offene Runde.",
    Step.CLOSE: "Abschließen lässt sich nur eine Runde, die in Durchsicht ist.",
}


def refusal(round_: ReportingRound, step: Step) -> str:
    """Return what is said if the state of `round_` does not fit `step`."""
    message = STEPS[step][2]
    return message if round_.has_ratings else _REFUSED_INTERIM.get(step, message)


def allowed_steps(user: "User", round_: ReportingRound) -> frozenset[str]:
    """Return the values of the steps that `user` may take with `round_` now."""
    if not permissions.may_coordinate(user, round_.concept_id):
        return frozenset()
    fitting = {step for step, (source, _, _) in STEPS.items() if source == round_.state}
    if Step.REOPEN in fitting and not round_.reports.exists():
        fitting.remove(Step.REOPEN)
    return frozenset(step.value for step in fitting)


def _step(
    round_id: int,
    step: Step,
    *,
    user: "User",
    now: datetime | None,
    what: "str | Callable[[ReportingRound], str]",
    before: "Callable[[ReportingRound, datetime], None] | None" = None,
) -> ReportingRound:
    now = now or timezone.now()
    source, target, _ = STEPS[step]
    with transaction.atomic():
        round_ = _locked(round_id)
        permissions.may_coordinate(user, round_.concept_id).require()
        if round_.state != source:
            raise Impossible(refusal(round_, step))
        if before:
            before(round_, now)
        round_.state = target
        workflow.log(round_, user=user, now=now, what=what if isinstance(what, str) else what(round_))
        round_.save()
    return round_


def open_round(round_id: int, *, user: "User", now: datetime | None = None) -> ReportingRound:
    """preparing → open: creates every report owed. `Impossible` if nobody is responsible for anything."""

    def create_owed(round_: ReportingRound, at: datetime) -> None:
        if not _sync(round_, user=user, now=at).added:
            raise Impossible("In diesem Konzept ist niemand für eine Maßnahme zuständig. Tragen Sie zuerst Zuständigkeiten ein.")

    return _step(round_id, Step.OPEN, user=user, now=now, what="geöffnet", before=create_owed)


def coordinate(round_id: int, *, user: "User", now: datetime | None = None) -> ReportingRound:
    """open → coordinating: units can no longer withdraw what they submitted."""
    return _step(round_id, Step.COORDINATE, user=user, now=now, what=lambda round_: f"{phase(round_)} begonnen")


def phase(round_: ReportingRound) -> str:
    """Return what follows the reports: proposals are agreed on, or, without ratings, reports are looked through."""
    return "Abstimmung" if round_.has_ratings else "Durchsicht"


@dataclass(frozen=True)
class Gap:
    """One thing that is unfinished in a Maßnahme when its round is to be closed. `reports`: how many reports are missing in it."""

    kind: str
    number: str
    title: str
    detail: str = ""
    reports: int = 0

    def as_text(self) -> str:
        return f"{self.number} {self.title}: {self.kind}{f' ({self.detail})' if self.detail else ''}"


def gaps(round_: ReportingRound, appendix: Appendix | None = None) -> list[Gap]:
    """Return everything unfinished in the order of the Konzept: missing reports, nothing agreed, to be checked again, open questions."""
    appendix = appendix or live_appendix(round_)
    open_inquiries: dict[str, int] = {}
    pending = Inquiry.objects.filter(report__round=round_).exclude(state=InquiryState.DONE)
    for key in pending.values_list("report__measure__key", flat=True):
        open_inquiries[key] = open_inquiries.get(key, 0) + 1
    found = []
    for row in appendix.rows:
        if row.roll_up.nobody_responsible:
            found.append(Gap("alle Berichte entfallen" if row.is_all_dropped else "niemand zuständig", row.number, row.title))
        if row.roll_up.missing:
            units = ", ".join(line.short_name for line in row.roll_up.missing)
            found.append(Gap("Bericht fehlt", row.number, row.title, units, reports=len(row.roll_up.missing)))
        if round_.has_ratings and not row.is_agreed:
            found.append(Gap("nicht abgestimmt", row.number, row.title))
        if row.recheck:
            found.append(Gap("erneut prüfen", row.number, row.title, "Berichte haben sich seit dem Beschluss geändert"))
        if row.key in open_inquiries:
            found.append(Gap("Rückfrage nicht erledigt", row.number, row.title))
    return found


def digest(found: list[Gap]) -> str:
    """Return what stands for exactly these gaps, so that a confirmation counts for no others; empty for none."""
    return hashlib.sha256("\n".join(gap.as_text() for gap in found).encode()).hexdigest() if found else ""


def close(round_id: int, *, user: "User", confirmed: str = "", now: datetime | None = None) -> ReportingRound:
    """coordinating → closed: writes the next version of the snapshot.

    `confirmed` is the `digest` of the gaps the person saw and confirmed. Raises `Impossible` if there are gaps and they were not
    confirmed, or if there are others by now.
    """

    def write_snapshot(round_: ReportingRound, at: datetime) -> None:
        appendix = live_appendix(round_, with_texts=True)
        found = gaps(round_, appendix)
        if digest(found) != confirmed:
            points = "einen offenen Punkt" if len(found) == 1 else f"{len(found)} offene Punkte"
            raise Impossible(f"Es gibt {points}. Sehen Sie die Liste durch und bestätigen Sie, dass Sie trotzdem abschließen.")
        newest = round_.snapshots.aggregate(newest=Max("version"))["newest"] or 0
        Snapshot.objects.create(
            round=round_,
            version=newest + 1,
            data=freeze(appendix),
            gaps=[gap.as_text() for gap in found],
            reason=_reopening_reason(round_) if newest else "",
            created_at=at,
            created_by=user,
        )

    return _step(round_id, Step.CLOSE, user=user, now=now, what="abgeschlossen", before=write_snapshot)


_REOPENED = "wieder geöffnet: "


def _reopening_reason(round_: ReportingRound) -> str:
    entry = round_.history.filter(history_change_reason__startswith=_REOPENED).order_by("-history_date", "-history_id").first()
    return str(entry.history_change_reason).removeprefix(_REOPENED) if entry else ""


def reopen(round_id: int, *, user: "User", reason: str, now: datetime | None = None) -> ReportingRound:
    """closed → coordinating, with a reason. Its snapshots stay; closing again writes the next version."""
    reason = clean_text(reason).strip()
    if not reason:
        raise Impossible("Wieder öffnen braucht eine Begründung. Sie steht beim nächsten Stand der Runde.")

    def only_one(round_: ReportingRound, at: datetime) -> None:
        other = ReportingRound.objects.filter(concept=round_.concept).exclude(state=RoundState.CLOSED).first()
        if other is not None:
            raise Impossible(f"„{other}“ läuft noch. Ein Konzept hat immer nur eine Runde, die nicht abgeschlossen ist.")
        if round_.reopened:
            raise Impossible("In dieser Runde läuft ein Nachtrag. Beenden Sie ihn, bevor Sie die ganze Runde wieder öffnen.")
        if not round_.reports.exists():
            raise Impossible("Diese Runde wurde aus einem veröffentlichten Ergebnis übernommen; in ihr gibt es keine Berichte.")

    return _step(round_id, Step.REOPEN, user=user, now=now, what=f"{_REOPENED}{reason}", before=only_one)


def release(snapshot_id: int, *, user: "User", now: datetime | None = None) -> Snapshot:
    """Show a version of a closed round's result to readers; the report's chapters stand with it from now on.

    Raises `Impossible` if it is released or not the newest.
    """
    now = now or timezone.now()
    with transaction.atomic():
        round_ = _locked(Snapshot.objects.values_list("round_id", flat=True).get(pk=snapshot_id))
        snapshot = Snapshot.objects.get(pk=snapshot_id)
        permissions.may_coordinate(user, round_.concept_id).require()
        if not round_.is_closed:
            raise Impossible("Freigeben lässt sich nur das Ergebnis einer abgeschlossenen Runde.")
        if snapshot.released_at is not None:
            raise Impossible("Dieser Stand ist schon freigegeben.")
        if snapshot.version != round_.snapshots.aggregate(newest=Max("version"))["newest"]:
            raise Impossible("Es gibt einen neueren Stand. Geben Sie den neuesten frei.")
        snapshot.released_at, snapshot.released_by = now, user
        snapshot.save(update_fields=["released_at", "released_by"])
        freeze_chapters(snapshot)
        workflow.log(round_, user=user, now=now, what=f"Fassung {snapshot.version} freigegeben")
        round_.save()
    return snapshot
