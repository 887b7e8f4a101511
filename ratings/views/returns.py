"""The Rücklauf: who still owes what in a round, by unit. No figures about people (DESIGN.md, rule 9)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import django_filters
import django_tables2 as tables
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from goals.models import OrgUnit
from goals.permissions import access_for
from goals.requests import SignedInRequest
from goals.text import fold
from ratings import charts, permissions
from ratings.appendix import Appendix, AppendixRow, NothingReleased, load_appendix
from ratings.deadlines import is_late_on
from ratings.measure_page import current_round
from ratings.models import ReportingRound, StatusReport
from ratings.querysets import INSIDE
from ratings.returns import OwedReport, Returns, UnitReturn, all_dropped, returns_by_unit, total, without_unit
from ratings.rollup import UnitLine
from ratings.states import ReportState, RoundState
from ratings.views.units import as_tree

# The states of a report in the words and the order of the bar, then what they come to.
_STATES: Final[dict[str, tuple[str, Callable[[OwedReport], bool]]]] = {
    "eingereicht": ("Eingereicht", lambda report: report.line.state == ReportState.SUBMITTED),
    "freigabe": ("Zur Freigabe", lambda report: report.line.state == ReportState.AWAITING_APPROVAL),
    "entwurf": ("Entwurf", lambda report: report.line.state == ReportState.DRAFT),
    "zurueckgegeben": ("Zurückgegeben", lambda report: report.line.state == ReportState.RETURNED),
    "offen": ("Offen", lambda report: report.line.state == ReportState.OPEN),
    "ausstehend": ("Ausstehend", lambda report: report.line.state != ReportState.SUBMITTED),
    "ueberfaellig": ("Überfällig", lambda report: report.is_late),
}


class ReturnsFilter(django_filters.FilterSet):
    """Checks the query string. A value that does not fit is reported by `form.errors` and filters nothing."""

    stand = django_filters.ChoiceFilter(label="Stand", choices=[(value, word) for value, (word, _) in _STATES.items()])

    class Meta:
        model = StatusReport
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any) -> None:
        super().__init__(data=data, queryset=StatusReport.objects.none())

    @property
    def wanted(self) -> str:
        self.form.is_valid()
        return str(self.form.cleaned_data.get("stand") or "")


class ReturnsTable(tables.Table):
    """Columns and order of the Rücklauf; the page walks its rows. Without `sort`: as in the tree of units, external ones last."""

    einheit = tables.Column(verbose_name="Einheit", accessor="sort_name")
    anteil = tables.Column(verbose_name="Rücklauf", accessor="unit__percent")
    berichte = tables.Column(verbose_name="angefordert", accessor="unit__owed")
    eingereicht = tables.Column(verbose_name="eingereicht", accessor="unit__submitted")
    freigabe = tables.Column(verbose_name="zur Freigabe", accessor="unit__awaiting")
    entwurf = tables.Column(verbose_name="Entwurf", accessor="unit__draft")
    zurueckgegeben = tables.Column(verbose_name="zurückgegeben", accessor="unit__returned")
    offen = tables.Column(verbose_name="offen", accessor="unit__open")
    ausstehend = tables.Column(verbose_name="ausstehend", accessor="unit__missing")
    ueberfaellig = tables.Column(verbose_name="überfällig", accessor="unit__late")

    class Meta:
        orderable = True


@dataclass(frozen=True)
class Line:
    """One unit in the list. `shown`: its reports that the filter lets through; the figures are those of all its reports."""

    unit: UnitReturn
    depth: int
    shown: list[OwedReport]
    figures: list[tuple[str, int]]

    @property
    def sort_name(self) -> str:
        return fold(self.unit.name)


@require_safe
def current(request: SignedInRequest) -> HttpResponse:
    """Lead to the running round of the Konzepte whose Rücklauf the person follows. The query string goes along."""
    access = access_for(request.user)
    if not any(grant.role in INSIDE for grant in access.grants):
        raise Http404("Diese Seite gibt es nicht.")
    permissions.may_follow_returns(request.user).require()
    everywhere, concept_ids = access.concepts_of(permissions.ASKING)
    rounds = ReportingRound.objects.visible_to(request.user)
    found = current_round(rounds if everywhere else rounds.filter(concept__in=concept_ids))
    if found is None:
        return render(request, "ratings/returns/none.html")
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("ratings:returns", args=[found.slug]) + (f"?{query}" if query else ""))


@require_safe
def returns(request: SignedInRequest, round: str) -> HttpResponse:
    """Show the Rücklauf of one round: live, or as the last version of a closed round has it."""
    round_ = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    if not permissions.is_inside(request.user, round_.concept_id):
        raise Http404("Diese Berichtsrunde gibt es nicht.")
    permissions.may_follow_returns(request.user, round_.concept_id).require()
    context: dict[str, Any] = {
        "round": round_,
        "is_example": round_.concept.is_example,
        "may_coordinate": bool(permissions.may_coordinate(request.user, round_.concept_id)),
    }
    try:
        context |= _contents(request, round_, load_appendix(round_))
    except NothingReleased:  # closed without a version, as an import may leave it
        context["was_asked"] = False
    return render(request, "ratings/returns/returns.html", context)


def _contents(request: SignedInRequest, round_: ReportingRound, appendix: Appendix) -> dict[str, Any]:
    units = returns_by_unit(appendix.rows, _is_late(round_, appendix))
    whole = total(units)
    filterset = ReturnsFilter(request.GET)
    wanted = filterset.wanted
    accepts = _STATES[wanted][1] if wanted else None
    lines = [
        Line(unit, depth, [one for one in unit.reports if not accepts or accepts(one)], _figures_of(unit))
        for unit, depth in _in_tree(units)
    ]
    return {
        "was_asked": bool(units) or round_.state != RoundState.CLOSED,
        "version": appendix.version,
        "as_of": appendix.as_of,
        "units": len(units),
        "complete": sum(unit.is_complete for unit in units),
        "whole": whole,
        "curve": charts.load_return_curve(round_),
        "figures": _figures_of(whole),
        "filterset": filterset,
        "wanted": wanted,
        "states": [
            ("", "Alle Berichte", whole.owed),
            *((value, word, sum(map(accept, whole.reports))) for value, (word, accept) in _STATES.items()),
        ],
        "table": ReturnsTable([line for line in lines if line.shown], order_by=request.GET.get("sort", "")),
        "nobody": without_unit(appendix.rows),
        "dropped": all_dropped(appendix.rows),
    }


def _is_late(round_: ReportingRound, appendix: Appendix) -> Callable[[AppendixRow, UnitLine], bool]:
    """Return whether a missing report is late: its own deadline has passed; in a closed round always, whatever the day."""
    return (lambda row, line: True) if round_.is_closed else is_late_on(appendix.as_of, round_)


def _figures_of(reports: Returns) -> list[tuple[str, int]]:
    """Return word and number for the columns of figures."""
    return [
        ("angefordert", reports.owed),
        ("eingereicht", reports.submitted),
        ("zur Freigabe", reports.awaiting),
        ("Entwurf", reports.draft),
        ("zurückgegeben", reports.returned),
        ("offen", reports.open),
        ("ausstehend", reports.missing),
        ("überfällig", reports.late),
    ]


def _in_tree(units: Iterable[UnitReturn]) -> list[tuple[UnitReturn, int]]:
    """Return (unit, depth) in the order of the tree, external units last; the depth counts the units above that are listed too.

    One query.
    """
    by_slug = {unit.slug: unit for unit in units}
    listed = frozenset(by_slug)
    if not by_slug:
        return []
    rows = sorted(OrgUnit.objects.all(), key=lambda row: (row.is_external, fold(row.name), row.pk))
    above = {row.pk: row for row in rows}
    found = [(by_slug.pop(row.slug), _depth(row, above, listed)) for row, _ in as_tree(rows) if row.slug in by_slug]
    return found + [(unit, 0) for unit in by_slug.values()]


def _depth(row: OrgUnit, above: dict[int, OrgUnit], listed: frozenset[str]) -> int:
    depth, parent = 0, above.get(row.parent_id or 0)
    while parent is not None:
        depth += parent.slug in listed
        parent = above.get(parent.parent_id or 0)
    return depth
