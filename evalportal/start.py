"""The start page: by what somebody is here, what is due, what is to be decided, what was released."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goals.permissions import access_for
from goals.requests import SignedInRequest
from goals.roles import Role
from ratings import permissions
from ratings.appendix import Appendix, Audience, live_appendix, load_appendix
from ratings.models import ReportingRound, Supplement
from ratings.my_reports import ReportLine, common_due, next_line, report_lines, waiting_lines
from ratings.querysets import UNIT_ROLES
from ratings.returns import Parts, UnitReturn, bar_parts, returns_by_unit
from ratings.rollup import Share, distribution
from ratings.states import ReportState
from ratings.views import round_figures, round_page

_SHOWN = 7


@dataclass(frozen=True)
class OwnReports:
    """What somebody's units owe in one running round."""

    round: ReportingRound
    owed: list[ReportLine]
    waiting: list[ReportLine]
    next: ReportLine | None

    @property
    def submitted(self) -> int:
        return sum(line.report.state == ReportState.SUBMITTED for line in self.owed)

    @property
    def returned(self) -> list[ReportLine]:
        return [line for line in self.owed if line.came_back]

    @property
    def due_on(self) -> date:
        return common_due(self.round, self.owed)

    @property
    def parts(self) -> Parts:
        return bar_parts(Counter(ReportState(line.report.state) for line in self.owed))


@dataclass(frozen=True)
class Glance:
    """A running round for those who lead or decide. `stations` is empty for those who only decide."""

    round: ReportingRound
    appendix: Appendix
    figures: round_figures.Figures
    links: dict[str, str]
    to_decide: list[Any]
    stations: list[round_page.Station]
    unfinished: list[UnitReturn]
    may_record: bool


@dataclass(frozen=True)
class Result:
    """The newest released result. Without ratings `told` counts the Maßnahmen with a Kurzfassung."""

    round: ReportingRound
    appendix: Appendix
    shares: tuple[Share, ...]
    fields: list[round_figures.FieldShares]
    overview: str
    told: int


@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Show everybody their own work: reports due, decisions, the round at a glance, the newest result."""
    user = request.user
    access = access_for(user)
    has_supplement = Exists(Supplement.objects.unfinished().filter(round=OuterRef("pk")).order_by())
    rounds = ReportingRound.objects.visible_to(user).select_related("concept").order_by("due_on", "pk")
    rounds = rounds.annotate(has_supplement=has_supplement)
    running = [round_ for round_ in rounds if not round_.is_closed]
    writing = [round_ for round_ in running if round_.is_live] + [r for r in rounds if r.is_closed and r.has_supplement]
    own = [found for round_ in writing for found in [_own_reports(user, round_)] if found]
    glances = [_glance(user, round_) for round_ in running if access.has(permissions.ASKING, round_.concept_id)]
    result = None if own or glances else _newest_result(user)
    shown = [part.round for part in own] + [part.round for part in glances] + ([result.round] if result else [])
    context = {
        "access": bool(access.grants),
        "reports_somewhere": any(grant.role in UNIT_ROLES for grant in access.grants),
        "may_create_round": any(grant.role == Role.COORDINATOR for grant in access.grants),
        "own": own,
        "glances": glances,
        "result": result,
        "is_example": any(round_.concept.is_example for round_ in shown),
    }
    return render(request, "start.html", context)


def _own_reports(user: Any, round_: ReportingRound) -> OwnReports | None:
    """Return what the person's units owe in `round_`, None if they owe nothing."""
    if not access_for(user).units(UNIT_ROLES, round_.concept_id):
        return None
    lines = report_lines(user, round_)
    owed = [line for line in lines if line.report.state != ReportState.DROPPED]
    if not owed:
        return None
    following = next_line(lines)
    unfinished = following if following and following.report.state != ReportState.RETURNED else None
    return OwnReports(round_, owed, waiting_lines(user, round_, lines), unfinished)


def _glance(user: Any, round_: ReportingRound) -> Glance:
    appendix = live_appendix(round_)
    leads = bool(permissions.may_coordinate(user, round_.concept_id))
    returns = returns_by_unit(appendix.rows) if leads else []
    return Glance(
        round=round_,
        appendix=appendix,
        figures=round_figures.figures(appendix),
        links=round_page.links(round_.slug),
        to_decide=round_figures.to_decide(appendix.rows)[:_SHOWN] if round_.is_live else [],
        stations=round_page.stations(round_, round_page.history_of(round_)) if leads else [],
        unfinished=[unit for unit in returns if not unit.is_complete][:_SHOWN] if round_.is_live else [],
        may_record=bool(permissions.may_record_round(user, round_)),
    )


def _newest_result(user: Any) -> Result | None:
    """Return the newest released result that the person may read."""
    rounds = ReportingRound.objects.visible_to(user).filter(snapshots__released_at__isnull=False).select_related("concept")
    round_ = rounds.order_by("-opens_on", "-pk").first()
    if round_ is None:
        return None
    appendix = load_appendix(round_, Audience.RELEASED)
    return Result(
        round=round_,
        appendix=appendix,
        shares=distribution(appendix.rows) if appendix.has_ratings else (),
        fields=round_figures.shares_by_field(appendix.rows) if appendix.has_ratings else [],
        overview=round_figures.overview_link(round_.slug),
        told=sum(bool(row.summaries) for row in appendix.rows),
    )
