"""Until when a report is due: the round's deadline, or a longer one for a unit or a Maßnahme (issue 3, item 9)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.utils import timezone

from goals.models import Measure, OrgUnit
from goals.text import clean_text
from ratings.models import DueExtension, ReportingRound, StatusReport
from ratings.permissions import closed_reason, may_coordinate
from ratings.states import ReportState
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from evalportal.accounts.models import User
    from ratings.appendix import AppendixRow
    from ratings.rollup import UnitLine


class Owed(Protocol):
    """A report, or anything that says whose it is and on which Maßnahme."""

    unit_id: int
    measure_id: int


def effective_due(round_: ReportingRound, report: Owed, extensions: Iterable[DueExtension]) -> date:
    """Return the last day on which `report` is in time: the latest of the round's and those of `extensions` that apply.

    An extension without a Maßnahme is for all of the unit's, one without a unit for all units of the Maßnahme. None shortens:
    if the round's deadline is moved behind an extension, the round's counts. `extensions` are those of this round.
    """
    applying = (
        extension.due_on
        for extension in extensions
        if extension.unit_id in (None, report.unit_id) and extension.measure_id in (None, report.measure_id)
    )
    return max([round_.due_on, *applying])


def extensions_of(round_: ReportingRound) -> "QuerySet[DueExtension]":
    """Return the extensions of the round with what `whom` needs, the earliest first."""
    rows = DueExtension.objects.filter(round=round_).select_related("unit", "measure__goal", "granted_by")
    return rows.order_by("due_on", "unit__name", "measure__goal__sort_key", "measure__position", "pk")


def due_of(report: StatusReport) -> date:
    """Return until when one report is due: one query. For several use `effective_due` with `extensions_of`."""
    return effective_due(report.round, report, DueExtension.objects.filter(round=report.round_id))


def is_late_on(today: date, round_: ReportingRound) -> "Callable[[AppendixRow, UnitLine], bool]":
    """Return what `ratings.returns` asks of a report that is missing: was it due before `today`? One query for the round."""
    extensions = [
        (row.unit.slug if row.unit else None, row.measure.key if row.measure else None, row.due_on)
        for row in DueExtension.objects.filter(round=round_).select_related("unit", "measure")
    ]

    def is_late(row: "AppendixRow", line: "UnitLine") -> bool:
        longer = (due for slug, key, due in extensions if slug in (None, line.slug) and key in (None, row.key))
        return max([round_.due_on, *longer]) < today

    return is_late


def grant(
    round_: ReportingRound,
    *,
    unit: OrgUnit | None,
    measure: Measure | None,
    due_on: date,
    reason: str,
    user: "User",
    now: datetime | None = None,
) -> DueExtension:
    """Give a unit, a Maßnahme or one unit's report on it until `due_on`. Writes the history.

    Raises `PermissionDenied` unless `user` is the Evaluationsleitung, `Impossible` if the round is not running, nothing is
    owed there, the date does not lie between the round's deadline and its planned end, or there is an extension already.
    """
    may_coordinate(user, round_.concept_id).require()
    now = now or timezone.now()
    reason = clean_text(reason).strip()
    with transaction.atomic():
        locked = ReportingRound.objects.select_for_update().get(pk=round_.pk)
        _check_whom(locked, unit, measure)
        _check_date(locked, due_on, today=timezone.localdate(now))
        if not reason:
            raise Impossible("Eine Fristverlängerung braucht eine Begründung.")
        row = DueExtension(
            round=locked, unit=unit, measure=measure, due_on=due_on, reason=reason, granted_at=now, granted_by=user
        )
        same = DueExtension.objects.filter(round=locked, unit=unit, measure=measure).first()
        if same:
            raise Impossible(
                f"Für {row.whom} gilt schon eine Verlängerung bis zum {same.due_on:%d.%m.%Y}. "
                "Ziehen Sie diese zuerst zurück, wenn eine andere gelten soll."
            )
        log(row, user=user, now=now, what=f"Frist verlängert: {reason}"[:100])
        row.save()
    return row


def _check_whom(round_: ReportingRound, unit: OrgUnit | None, measure: Measure | None) -> None:
    if not round_.is_live:
        raise Impossible(closed_reason(round_))
    if unit is None and measure is None:
        raise Impossible("Wählen Sie eine Einheit, eine Maßnahme oder beides. Für alle verlängern Sie die Frist der Runde.")
    owed = StatusReport.objects.filter(round=round_).exclude(state=ReportState.DROPPED)
    if unit is not None:
        owed = owed.filter(unit=unit)
    if measure is not None:
        owed = owed.filter(measure=measure)
    if not owed.exists():
        what = f" zu {measure.number}" if measure else ""
        if unit is None:
            raise Impossible(f"Niemand schuldet in dieser Runde einen Bericht{what}.")
        raise Impossible(f"„{unit}“ schuldet in dieser Runde keinen Bericht{what}.")


def _check_date(round_: ReportingRound, due_on: date, *, today: date) -> None:
    if due_on <= round_.due_on:
        raise Impossible(f"Die Frist der Runde ist der {round_.due_on:%d.%m.%Y}. Eine Verlängerung liegt danach.")
    if due_on < today:
        raise Impossible(f"Der {due_on:%d.%m.%Y} ist schon vorbei.")
    if round_.closes_on and due_on > round_.closes_on:
        raise Impossible(
            f"Die Runde soll am {round_.closes_on:%d.%m.%Y} abgeschlossen werden; bis dahin müssen die Berichte da sein. "
            "Verschieben Sie zuerst den Abschluss, wenn die Frist länger sein soll."
        )


def withdraw(extension: DueExtension, *, user: "User", now: datetime | None = None) -> None:
    """Take an extension back; what it was stays in the history. Raises as `grant`; also if somebody else was faster."""
    may_coordinate(user, extension.round.concept_id).require()
    with transaction.atomic():
        round_ = ReportingRound.objects.select_for_update().get(pk=extension.round_id)
        if not round_.is_live:
            raise Impossible(closed_reason(round_))
        row = DueExtension.objects.filter(pk=extension.pk).first()
        if row is None:
            raise Impossible("Diese Verlängerung ist schon zurückgezogen.")
        log(row, user=user, now=now or timezone.now(), what="Verlängerung zurückgezogen")
        row.delete()


def hand_over(
    round_: ReportingRound, unit: OrgUnit, into: OrgUnit, *, user: "User", now: datetime | None = None
) -> list[DueExtension]:
    """Carry the extensions of `unit` over to `into`, which is about to take over its reports; return what `into` gets.

    Each goes to exactly the reports taken over: a deadline for all reports of `unit` lengthens none that `into` owes already.
    Where `into` has as long or longer, that stays. Part of `ratings.organising.merge_unit`, before the reports change hands.
    """
    now = now or timezone.now()
    rows = list(extensions_of(round_).filter(unit=unit))
    owed = StatusReport.objects.filter(round=round_, unit=unit).owed().values_list("measure_id", flat=True) if rows else ()
    longest: dict[int, DueExtension] = {}
    for row in rows:
        for measure_id in owed if row.measure_id is None else {row.measure_id} & set(owed):
            longest[measure_id] = row  # ordered by their dates: the last one is the longest
    have = {row.measure_id: row for row in DueExtension.objects.filter(round=round_, unit=into)}
    found = []
    for measure_id, former in longest.items():
        own, general = have.get(measure_id), have.get(None)
        if any(row is not None and row.due_on >= former.due_on for row in (own, general)):
            continue
        row = own or DueExtension(round=round_, unit=into, measure_id=measure_id)
        row.due_on, row.reason, row.granted_at, row.granted_by = former.due_on, former.reason, now, user
        log(row, user=user, now=now, what=f"Frist verlängert, von „{unit}“ übernommen")
        row.save()
        found.append(row)
    for row in rows:
        log(row, user=user, now=now, what=f"Verlängerung auf „{into}“ übergegangen")
        row.delete()
    return found
