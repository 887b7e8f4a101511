"""Verlauf: of one Maßnahme in one round for all inside the evaluation, of the whole round for the Evaluationsleitung."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.requests import SignedInRequest
from ratings import permissions
from ratings.history_page import HistoryPage
from ratings.models import ReportingRound
from ratings.round_log import log_lines
from ratings.round_log_filters import PER_PAGE, RoundLogFilter, RoundLogTable
from ratings.views.measure import find_spot


@never_cache
@require_safe
def history(request: SignedInRequest, concept: str, number: str) -> HttpResponse:
    """What happened to one Maßnahme in one round (`runde`, else the current one). 404 for readers, who see results only."""
    spot = find_spot(request, concept, number, request.GET)
    if spot.round is None or not permissions.is_inside(request.user, spot.concept.pk):
        raise Http404("Den Verlauf lesen nur Beteiligte der Evaluation.")
    context = {
        "page": HistoryPage(request.user, spot, spot.round),
        "spot": spot,
        "round": spot.round,
        "rounds": [(round_, spot.url(round_=round_, name="history")) for round_ in spot.rounds],
        "is_example": spot.concept.is_example,
    }
    return render(request, "ratings/history/measure.html", context)


@never_cache
@require_safe
def round_log(request: SignedInRequest, round: str) -> HttpResponse:
    """The log of a round, filtered and in pages, for the Evaluationsleitung of its Konzept; 403 for others who see the round."""
    rounds = ReportingRound.objects.visible_to(request.user).select_related("concept")
    round_ = get_object_or_404(rounds, slug=round)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    filterset = RoundLogFilter(request.GET, lines=log_lines(round_), has_ratings=round_.has_ratings)
    table = RoundLogTable(filterset.selected(), order_by=request.GET.get("sort", ""))
    pages = Paginator(table.rows, PER_PAGE)
    context = {"round": round_, "is_example": round_.concept.is_example, "filterset": filterset, "table": table}
    context["page"] = pages.get_page(request.GET.get("seite"))
    return render(request, "ratings/history/round.html", context)
