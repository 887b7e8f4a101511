"""Keeping a checked list and applying it: all or nothing, with permissions, round and rows looked at again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from goals.models import Measure
from goals.text import clean_text
from ratings import agreement, organising, permissions, workflow
from ratings.agreement import Decided, Outdated, Refused
from ratings.drafts import Conflict, read_values, save_draft
from ratings.imports import data, reports
from ratings.imports.changes import Checked, RowChange, from_payload, to_payload
from ratings.imports.data_units import Units
from ratings.imports.report_columns import entries
from ratings.imports.table import Problem
from ratings.models import ImportDraft, ImportKind, ReportingRound
from ratings.models.imports import KEPT_FOR
from ratings.organising import Effects, Wanted
from ratings.scheme import Grade, Marker
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

MAX_NAME = 200


class NotApplied(Exception):
    """Nothing was written; `problems` name the rows that changed since the list was checked."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("Nothing was applied.")
        self.problems = problems


@dataclass(frozen=True)
class Applied:
    """What was done: how many rows and cells."""

    rows: int
    cells: int


def keep(
    checked: Checked,
    *,
    kind: ImportKind,
    round_: ReportingRound,
    file_name: str,
    user: "User",
    effects: Effects = (),
    shown: Any = None,
    now: datetime | None = None,
) -> ImportDraft:
    """Keep a list without problems until it is applied; what is older than a day and was not applied is deleted.

    `effects` are those of `effects_of`: applied, the list may have no others. `shown` is what the preview says of them, as JSON.
    """
    now = now or timezone.now()
    ImportDraft.objects.filter(applied_at=None, uploaded_at__lt=now - KEPT_FOR).delete()
    payload = {**to_payload(checked), "expected": organising.digest(effects), "effects": shown}
    return ImportDraft.objects.create(
        round=round_,
        kind=kind,
        file_name=clean_text(file_name).strip()[:MAX_NAME] or "Liste",
        payload=payload,
        uploaded_at=now,
        uploaded_by=user,
    )


def effects_of(checked: Checked, *, file_name: str, user: "User") -> Effects:
    """Return what the changed units mean for the running rounds. Raises `Impossible` if a change is not possible."""
    wanted = _wanted(checked.rows)
    if not wanted:
        return ()
    return organising.rehearse(partial(organising.assign_many, wanted, reason=_reason(file_name), user=user))


def _reason(file_name: str) -> str:
    return f"Liste eingelesen: {file_name}"


def _wanted(rows: list[RowChange]) -> list[Wanted]:
    changed = [row.values for row in rows if row.values.get("units")]
    if not changed:
        return []
    units = Units.all().by_pk
    return [
        Wanted(
            values["measure"],
            units[values["units"]["lead"]] if values["units"]["lead"] else None,
            tuple(units[pk] for pk in values["units"]["contributing"]),
        )
        for values in changed
    ]


def apply(draft_id: int, *, user: "User", now: datetime | None = None) -> Applied:
    """Write what was checked: exactly that, or nothing.

    Raises `NotApplied` with the rows that changed meanwhile, `Impossible` (applied already, expired, the round is closed) or
    `PermissionDenied`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        draft = ImportDraft.objects.select_for_update(of=("self",)).select_related("round__concept").get(pk=draft_id)
        if draft.uploaded_by_id != user.pk:
            raise PermissionDenied("Eingelesen wird eine Liste nur von der Person, die sie hochgeladen hat.")
        if draft.applied_at is not None:
            raise Impossible("Diese Liste ist schon eingelesen.")
        if draft.is_expired:
            raise Impossible("Diese Prüfung ist älter als ein Tag. Laden Sie die Liste noch einmal hoch.")
        checked = from_payload(draft.payload)
        act = _apply_data if draft.kind == ImportKind.DATA else _apply_reports
        act(draft, checked.rows, user, now)
        draft.applied_at, draft.payload = now, {}
        draft.save(update_fields=["applied_at", "payload"])
    return Applied(len(checked.rows), checked.size)


def _apply_data(draft: ImportDraft, rows: list[RowChange], user: "User", now: datetime) -> None:
    # In the order in which others lock: first the Maßnahmen whose units change, then the round.
    units_of = [row.values["measure"] for row in rows if row.values.get("units")]
    list(Measure.objects.select_for_update(no_key=True).filter(pk__in=units_of).order_by("pk"))
    round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=draft.round_id)
    permissions.may_coordinate(user, round_.concept_id).require()
    if round_.is_closed:
        raise Impossible(permissions.closed_reason(round_))
    live = data.load(round_)
    _require([row for row in rows if row.key not in live.rows or live.token(live.rows[row.key]) != row.token])
    measures = Measure.objects.in_bulk([row.values["measure"] for row in rows])
    for row in rows:
        if row.values.get("rating"):
            _one(row, partial(_agree, round_, measures[row.values["measure"]], row.values["rating"], user, now))
    wanted = _wanted(rows)
    if wanted:
        effects = organising.assign_many(wanted, reason=_reason(draft.file_name), user=user, now=now)
        if organising.digest(effects) != draft.payload.get("expected"):
            raise NotApplied([Problem("", "Die geänderten Zuständigkeiten hätten jetzt andere Folgen für die laufende Runde.")])
    count = f"{len(rows)} {'Maßnahme' if len(rows) == 1 else 'Maßnahmen'} geändert"
    workflow.log(round_, user=user, now=now, what=f"Liste eingelesen: {count}, „{draft.file_name}“")
    round_.save()


def _agree(round_: ReportingRound, measure: Measure, rating: dict[str, Any], user: "User", now: datetime) -> None:
    decided = Decided(
        Grade.parse(rating["grade"]),
        {marker: marker.value in rating["markers"] for marker in Marker.voted()},
        reason=rating["reason"],
        remark=rating["remark"],
    )
    agreement.agree(
        round_id=round_.pk,
        measure=measure,
        decided=decided,
        version=rating["version"],
        seen=rating["seen"],
        user=user,
        now=now,
    )


def _apply_reports(draft: ImportDraft, rows: list[RowChange], user: "User", now: datetime) -> None:
    round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=draft.round_id)
    columns = entries(has_ratings=round_.has_ratings)
    now_there = {line.report.pk: line for line in reports.lines(round_, user)}
    gone = [row for row in rows if row.values["report"] not in now_there]
    if gone:
        raise NotApplied([Problem(row.where, f"{row.number}: Diesen Bericht schreiben Sie nicht mehr.") for row in gone])
    _require([row for row in rows if now_there[row.values["report"]].seal(columns) != row.token])
    for row in rows:
        values = read_values(row.values["sent"])
        _one(row, partial(save_draft, row.values["report"], values, version=row.values["version"], user=user, now=now))


def _require(changed: list[RowChange]) -> None:
    """Raise `NotApplied` if there are rows that the system has changed since the list was checked."""
    if changed:
        message = (
            "wurde seit der Prüfung im System geändert. Laden Sie die Liste neu herunter und tragen Sie die Änderung dort ein."
        )
        raise NotApplied([Problem(row.where, f"{row.number} {message}") for row in changed])


def _one(row: RowChange, act: Callable[[], object]) -> None:
    try:
        act()
    except (Conflict, Outdated, Refused, Impossible) as error:
        raise NotApplied([Problem(row.where, f"{row.number}: {error}")]) from error
