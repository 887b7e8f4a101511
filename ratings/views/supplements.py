"""Nachträge: a page that opens one Maßnahme of a closed round again, and one that finishes or discards it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.requests import SignedInRequest
from ratings import permissions
from ratings import supplements as acts
from ratings.measure_page import Spot
from ratings.models import ReportingRound, Supplement
from ratings.supplement_forms import FinishForm, OpenForm
from ratings.views.measure import find_spot
from ratings.workflow import Impossible


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supplement_open(request: SignedInRequest, concept: str, number: str) -> HttpResponse:
    """Show what opening the Maßnahme (`runde`: the closed round) means and ask for the reason; POST opens it."""
    spot = find_spot(request, concept, number, request.POST if request.method == "POST" else request.GET)
    permissions.may_coordinate(request.user, spot.concept.pk).require()
    if spot.round is None:
        raise Http404("Die Berichtsrunde fehlt.")
    allowed = acts.may_open(request.user, spot.round, spot.measure)
    form = OpenForm(request.POST or None, reports=acts.returnable(spot.round, spot.measure))
    if not allowed and request.method != "POST":
        messages.error(request, allowed.reason)
        return redirect(spot.here)
    if request.method == "POST" and form.is_valid():
        try:
            acts.open_supplement(
                spot.round.pk,
                spot.measure,
                reason=form.cleaned_data["reason"],
                give_back=form.cleaned_data.get("give_back", ()),
                user=request.user,
            )
        except Impossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{spot.measure.number} ist wieder offen. Alles andere in der Runde bleibt gesperrt.")
            return redirect(spot.here)
    return _open_page(request, spot, spot.round, form)


def _open_page(request: SignedInRequest, spot: Spot, round_: ReportingRound, form: OpenForm) -> HttpResponse:
    newest = acts.newest_version(round_)
    context = {
        "spot": spot,
        "round": round_,
        "measure": spot.measure,
        "form": form,
        "newest": newest,
        "next_version": newest.version + 1 if newest else 1,
        "row": acts.row_of(newest, spot.measure) if newest else None,
        "is_example": spot.concept.is_example,
    }
    return render(request, "ratings/supplements/open.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what finishing would write and what is unfinished; POST finishes or discards (`action`)."""
    rows = Supplement.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("round__concept", "measure__goal", "measure__concept"), pk=pk)
    permissions.may_coordinate(request.user, found.round.concept_id).require()
    if request.method == "POST" and request.POST.get("action") == "discard":
        return _discard(request, found)
    if not found.is_open:
        messages.error(request, "Dieser Nachtrag ist schon beendet.")
        return redirect(_round_page(found))
    try:
        return _finish(request, found) if request.method == "POST" else _finish_page(request, found)
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect(_round_page(found))


def _discard(request: SignedInRequest, found: Supplement) -> HttpResponse:
    try:
        acts.discard(found.pk, user=request.user)
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect("ratings:supplement", pk=found.pk)
    messages.success(request, f"Der Nachtrag zu {found.measure.number} ist verworfen; geändert war nichts.")
    return redirect(_round_page(found))


def _finish(request: SignedInRequest, found: Supplement) -> HttpResponse:
    preview = acts.preview(found)
    form = FinishForm(request.POST, seal=preview.seal, has_gaps=bool(preview.gaps))
    if not form.is_valid():
        return _finish_page(request, found, form)
    try:
        snapshot = acts.finish(found.pk, confirmed=form.cleaned_data["seal"], user=request.user)
    except Impossible as refusal:
        found.refresh_from_db(fields=["finished_at"])
        if not found.is_open:
            raise
        return _finish_page(request, found, refusal=str(refusal))
    messages.success(
        request,
        f"Der Nachtrag zu {found.measure.number} ist abgeschlossen. Geben Sie Fassung {snapshot.version} frei, "
        "wenn sie gelesen werden soll.",
    )
    return redirect(_round_page(found))


def _finish_page(
    request: SignedInRequest, found: Supplement, form: FinishForm | None = None, *, refusal: str = ""
) -> HttpResponse:
    """What is written is read anew: a form that was refused confirms what there is now."""
    preview = acts.preview(found)
    if form is None:
        form = FinishForm(seal=preview.seal, has_gaps=bool(preview.gaps))
    context: dict[str, Any] = {
        "supplement": found,
        "round": found.round,
        "measure": found.measure,
        "measure_url": measure_url(found),
        "preview": preview,
        "lines": _lines(preview),
        "changes": acts.changes(found),
        "form": form,
        "refusal": refusal,
        "is_example": found.round.concept.is_example,
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "ratings/supplements/finish.html", context, status=status)


def _lines(preview: acts.Preview) -> list[tuple[Any, Any]]:
    """Return the units' lines of both versions side by side; None where a version does not have the unit."""
    before = {line.slug: line for line in preview.before.units}
    after = {line.slug: line for line in preview.after.units}
    return [(before.get(slug), after.get(slug)) for slug in dict.fromkeys((*before, *after))]


def measure_url(found: Supplement) -> str:
    path = reverse("ratings:measure", args=[found.round.concept.slug, found.measure.number])
    return f"{path}?runde={found.round.slug}"


def _round_page(found: Supplement) -> str:
    return f"{reverse('ratings:round', args=[found.round.slug])}#nachtraege"
