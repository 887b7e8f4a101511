"""What the page of one round shows: where it stands, its numbers, what comes next, its versions and its history."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from ratings import charts, permissions, rounds
from ratings.appendix import Appendix, NothingReleased, live_appendix, load_appendix
from ratings.models import ReportingRound, Snapshot, Supplement
from ratings.returns import returns_by_unit
from ratings.rounds import Step
from ratings.states import RoundState
from ratings.views import round_figures
from ratings.views.changes import ChangeGroup, describe
from ratings.waiting import asked_about

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Station:
    """One part of the bar of steps. `variant` is "done", "now" or empty."""

    word: str
    dates: str
    variant: str


@dataclass(frozen=True)
class NextStep:
    """What the Evaluationsleitung can do next: a button that posts `step`, or a link to a page of its own."""

    step: str
    title: str
    text: str
    button: str


_NEXT = {
    RoundState.OPEN: NextStep(
        Step.COORDINATE,
        "Abstimmung beginnen",
        "Zuerst sehen Sie, was noch fehlt und was sich für die Einheiten ändert.",
        "Abstimmung beginnen",
    ),
    RoundState.COORDINATING: NextStep(
        Step.CLOSE,
        "Runde abschließen",
        "Zuerst sehen Sie, was noch offen ist. Mit dem Abschluss wird der Stand als Fassung festgeschrieben.",
        "Offene Punkte ansehen",
    ),
}


def _d(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def _since(entries: Iterable[Any], state: RoundState) -> date | None:
    """Return the day on which the round last came into `state`, from its history (newest first)."""
    found: datetime | None = None
    for entry in entries:
        if entry.state == state:
            found = entry.history_date
        elif found:
            break
    return timezone.localdate(found) if found else None


def stations(round_: ReportingRound, entries: list[Any]) -> list[Station]:
    """Return the four parts of a round with their dates: planned ones from the round, real ones from its history."""
    order = list(RoundState)
    now = order.index(RoundState(round_.state))
    coordinating, closed = (_since(entries, state) for state in (RoundState.COORDINATING, RoundState.CLOSED))
    planned = f"geplant {_d(round_.closes_on)}" if round_.closes_on else "ohne Termin"
    dates = [
        f"bis {_d(round_.opens_on)}",
        f"{_d(round_.opens_on)} bis {_d(round_.due_on)}",
        f"seit {_d(coordinating)}" if coordinating and now == 2 else f"nach dem {_d(round_.due_on)}" if now < 2 else "beendet",
        planned if now < 3 else f"am {_d(closed)}" if closed else "abgeschlossen",
    ]
    words = ["Vorbereitung", "Berichte", rounds.phase(round_), "Abschluss"]
    variants = ["done" if place < now or now == 3 else "now" if place == now else "" for place in range(4)]
    return [Station(*part) for part in zip(words, dates, variants, strict=True)]


def next_step(round_: ReportingRound, allowed: frozenset[str], appendix: Appendix) -> NextStep | None:
    """Return the one step that leads on, if the person may take it; reopening is not a step on."""
    if Step.OPEN in allowed:
        reports = sum(len(row.owed_units) for row in appendix.rows)
        units = len({line.slug for row in appendix.rows for line in row.owed_units})
        text = (
            f"Öffnen fordert {reports} {'Bericht' if reports == 1 else 'Berichte'} von {units} "
            f"{'Einheit' if units == 1 else 'Einheiten'} an."
            if reports
            else "In diesem Konzept ist noch niemand für eine Maßnahme zuständig. Tragen Sie zuerst Zuständigkeiten ein."
        )
        return NextStep(Step.OPEN, "Runde öffnen", text, "Runde öffnen")
    candidate = _NEXT.get(RoundState(round_.state)) if round_.has_ratings or not round_.is_live else _interim(round_)
    return candidate if candidate and candidate.step in allowed else None


def _interim(round_: ReportingRound) -> NextStep:
    """The step that leads on in a running round without ratings."""
    step = _NEXT[RoundState(round_.state)]
    words = f"{rounds.phase(round_)} beginnen"
    return replace(step, title=words, button=words) if step.step == Step.COORDINATE else step


def history_of(round_: ReportingRound) -> list[Any]:
    """Return who did what when with the round, the newest first."""
    return list(round_.history.select_related("history_user").order_by("-history_date", "-history_id"))


def _appendix(round_: ReportingRound) -> Appendix:
    try:
        return load_appendix(round_)
    except NothingReleased:  # closed without a version, as an import may leave it
        return live_appendix(round_)


def pending_changes(user: "User", round_: ReportingRound) -> list[ChangeGroup]:
    """Return what `sync_owed` would carry over, for the Evaluationsleitung of a running round."""
    if not round_.is_live or not permissions.may_coordinate(user, round_.concept_id):
        return []
    return describe(rounds.owed_changes(round_))


def _supplements(round_: ReportingRound) -> list[Supplement]:
    """Return every Nachtrag of the round, the newest first; unfinished ones exist in a closed round alone."""
    rows = Supplement.objects.filter(round=round_).select_related("measure__goal", "opened_by", "snapshot")
    return list(rows.defer("snapshot__data").order_by("-opened_at", "-pk"))


def page(user: "User", round_: ReportingRound, reason_form: forms.Form) -> dict[str, Any]:
    """Return the context of the page of a round for somebody inside the evaluation."""
    appendix = _appendix(round_)
    entries = history_of(round_)
    allowed = rounds.allowed_steps(user, round_)
    may_coordinate = bool(permissions.may_coordinate(user, round_.concept_id))
    may_record = bool(permissions.may_record_round(user, round_))
    snapshots = Snapshot.objects.filter(round=round_).select_related("created_by", "released_by")
    versions = list(snapshots.defer("data").order_by("-version"))
    returns = returns_by_unit(appendix.rows)
    return {
        "round": round_,
        "is_example": round_.concept.is_example,
        "appendix": appendix,
        "stations": stations(round_, entries),
        "figures": round_figures.figures(appendix, asked_about(round_) if may_record else ()),
        "links": links(round_.slug),
        "unfinished": [unit for unit in returns if not unit.is_complete],
        "finished": [unit for unit in returns if unit.is_complete],
        "curve": charts.load_return_curve(round_),
        "may_record": may_record,
        "may_read_chapters": bool(permissions.may_read_chapters(user, round_.concept_id)),
        "may_follow_returns": bool(permissions.may_follow_returns(user, round_.concept_id)),
        "allowed": allowed | ({"edit"} if may_coordinate and not round_.is_closed else set()),
        "shows_names": may_coordinate,
        "next": next_step(round_, allowed, appendix),
        "changes": sum(len(group.lines) for group in pending_changes(user, round_)),
        "versions": versions,
        "supplements": _supplements(round_) if versions else [],
        "releasable": versions[0] if may_coordinate and round_.is_closed and versions and not versions[0].released_at else None,
        "entries": entries if may_coordinate else [],
        "reason_form": reason_form,
    }


def links(slug: str) -> dict[str, str]:
    """Return the addresses of the overview for every figure."""
    kinds = ("disputed", "missing", "unanimous", "recheck", "inquiry", "nobody", "dropped")
    return {"all": round_figures.overview_link(slug)} | {kind: round_figures.overview_link(slug, kind) for kind in kinds}
