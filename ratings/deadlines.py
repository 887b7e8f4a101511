"""Until when a report is due: the round's deadline, or a longer one for a unit or a Maßnahme (issue 3, item 9)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

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


_WITHDRAWN: Final = "Verlängerung zurückgezogen"


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


def workday(day: date) -> date:
    """Return the day itself, or the Monday after it if it is a Saturday or Sunday: a proposal for a date, never a rule."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


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
        _require_live(locked)
        for why_not in objections(locked, unit=unit, measure=measure, due_on=due_on, today=timezone.localdate(now)).values():
            raise Impossible(why_not)
        if not reason:
            raise Impossible("Eine Fristverlängerung braucht eine Begründung.")
        row = DueExtension(
            round=locked, unit=unit, measure=measure, due_on=due_on, reason=reason, granted_at=now, granted_by=user
        )
        log(row, user=user, now=now, what=f"Frist verlängert: {reason}"[:100])
        row.save()
    return row


def objections(
    round_: ReportingRound, *, unit: OrgUnit | None, measure: Measure | None, due_on: date | None, today: date
) -> dict[str, str]:
    """Return why this cannot be granted in the running round, by what it is about („unit“, „measure“, „due_on“); empty if it can.

    Without `due_on` only for whom is looked at.
    """
    found = {}
    if why_not := _not_owed(round_, unit, measure) or _second(round_, unit, measure):
        found["unit" if unit or not measure else "measure"] = why_not
    if due_on and (late := _wrong_date(round_, due_on, today)):
        found["due_on"] = late
    return found


def _require_live(round_: ReportingRound) -> None:
    if not round_.is_live:
        raise Impossible(closed_reason(round_))


def _second(round_: ReportingRound, unit: OrgUnit | None, measure: Measure | None) -> str:
    same = DueExtension.objects.filter(round=round_, unit=unit, measure=measure).first()
    if same is None:
        return ""
    return (
        f"Für {same.whom} gilt schon eine Verlängerung bis zum {same.due_on:%d.%m.%Y}. "
        "Ziehen Sie diese zuerst zurück, wenn eine andere gelten soll."
    )


def _not_owed(round_: ReportingRound, unit: OrgUnit | None, measure: Measure | None) -> str:
    if unit is None and measure is None:
        return "Wählen Sie eine Einheit, eine Maßnahme oder beides. Für alle verlängern Sie die Frist der Runde."
    owed = StatusReport.objects.filter(round=round_).exclude(state=ReportState.DROPPED)
    if unit is not None:
        owed = owed.filter(unit=unit)
    if measure is not None:
        owed = owed.filter(measure=measure)
    if owed.exists():
        return ""
    what = f" zu {measure.number}" if measure else ""
    if unit is None:
        return f"Niemand schuldet in dieser Runde einen Bericht{what}."
    return f"„{unit}“ schuldet in dieser Runde keinen Bericht{what}."


def _wrong_date(round_: ReportingRound, due_on: date, today: date) -> str:
    if due_on <= round_.due_on:
        return f"Die Frist der Runde ist der {round_.due_on:%d.%m.%Y}. Eine Verlängerung liegt danach."
    if due_on < today:
        return f"Der {due_on:%d.%m.%Y} ist schon vorbei."
    if round_.closes_on and due_on > round_.closes_on:
        return (
            f"Die Runde soll am {round_.closes_on:%d.%m.%Y} abgeschlossen werden; bis dahin müssen die Berichte da sein. "
            "Verschieben Sie zuerst den Abschluss, wenn die Frist länger sein soll."
        )
    return ""


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
        log(row, user=user, now=now or timezone.now(), what=_WITHDRAWN)
        row.delete()


def withdrawn(round_: ReportingRound, extension_id: int) -> DueExtension | None:
    """Return an extension of the round as it was when it was withdrawn; None if it was not, or if it counts again."""
    entries = DueExtension.history.filter(round_id=round_.pk, id=extension_id)
    entry = entries.order_by("-history_date", "-history_id").first()
    if entry is None or entry.history_type != "-" or entry.history_change_reason != _WITHDRAWN:
        return None
    row: DueExtension = entry.instance
    return row


def give_back(round_: ReportingRound, extension_id: int, *, user: "User", now: datetime | None = None) -> DueExtension:
    """Let an extension that was withdrawn count again: same date, reason and number. Writes the history; raises as `grant`.

    A date that has passed meanwhile, or that the round's own has overtaken, is no hindrance: withdrawing is undone, nothing granted.
    """
    may_coordinate(user, round_.concept_id).require()
    with transaction.atomic():
        locked = ReportingRound.objects.select_for_update().get(pk=round_.pk)
        row = withdrawn(locked, extension_id)
        if row is None:
            raise Impossible("Diese Verlängerung gilt schon wieder.")
        _require_live(locked)
        if why_not := _not_owed(locked, row.unit, row.measure) or _second(locked, row.unit, row.measure):
            raise Impossible(why_not)
        log(row, user=user, now=now or timezone.now(), what="Verlängerung gilt wieder")
        row.save(force_insert=True)
    return row


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
