"""„Meine Maßnahmen“: what my units owe, what came back, what is next."""

from collections import Counter

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goals.permissions import access_for
from goals.requests import SignedInRequest
from ratings.models import ReportingRound
from ratings.my_reports import (
    ReportLine,
    common_due,
    next_steps,
    only_as_deputy,
    open_supplements,
    report_lines,
    rounds_to_report,
    standing_in,
)
from ratings.querysets import UNIT_ROLES
from ratings.report_filters import MyReportsFilter, MyReportsTable
from ratings.returns import bar_parts
from ratings.states import ReportState


@require_safe
def my_reports(request: SignedInRequest) -> HttpResponse:
    """The reports of my units in one running round (`runde`, else the newest)."""
    rounds = rounds_to_report(request.user)
    if not rounds:
        return render(request, "ratings/my_reports_none.html", {"has_units": _has_units(request)})
    round_ = _wanted(rounds, request.GET.get("runde", ""))
    lines = report_lines(request.user, round_)
    filterset = MyReportsFilter(request.GET, lines=lines)
    steps = next_steps(lines, after=_place(lines, request.GET.get("erledigt", "")))
    owed = [line for line in lines if line.report.state != ReportState.DROPPED]
    context = {
        "round": round_,
        "standing_in": standing_in(request.user, round_),
        "only_as_deputy": only_as_deputy(request.user, round_),
        "rounds": rounds,
        "is_example": round_.concept.is_example,
        "units": sorted({line.report.unit.name for line in lines}),
        "owed": owed,
        "due_on": common_due(round_, owed),
        "supplements": open_supplements(round_, {line.report.measure_id for line in lines}),
        "submitted": sum(line.report.state == ReportState.SUBMITTED for line in owed),
        "parts": bar_parts(Counter(ReportState(line.report.state) for line in owed)),
        "steps": steps,
        "help_page": "freigeben" if steps.waiting else "",
        "filterset": filterset,
        "table": MyReportsTable(
            filterset.selected(),
            order_by=request.GET.get("sort", ""),
            exclude=() if round_.has_ratings else ("vorschlag",),
        ),
    }
    return render(request, "ratings/my_reports.html", context)


def _has_units(request: SignedInRequest) -> bool:
    return any(grant.role in UNIT_ROLES for grant in access_for(request.user).grants)


def _wanted(rounds: list[ReportingRound], slug: str) -> ReportingRound:
    if not slug:
        return rounds[0]
    for round_ in rounds:
        if round_.slug == slug:
            return round_
    raise Http404("In dieser Berichtsrunde haben Sie nichts zu berichten.")


def _place(lines: list[ReportLine], text: str) -> int | None:
    """The report that was just done, from which one goes on."""
    return next((line.report.pk for line in lines if str(line.report.pk) == text), None)
