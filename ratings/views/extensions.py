"""„Fristen“ of a round: who has longer, until when and why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from goals.requests import SignedInRequest
from ratings import deadlines, permissions
from ratings.extension_forms import ExtensionForm
from ratings.models import ReportingRound
from ratings.workflow import Impossible


@require_http_methods(["GET", "HEAD", "POST"])
def extensions(request: SignedInRequest, round: str) -> HttpResponse:
    """List the extensions of a round, grant one, take one back (POST `withdraw`: its number). `einheit` preselects a unit."""
    round_ = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    if request.method == "POST" and "withdraw" in request.POST:
        return _withdraw(request, round_)
    form = ExtensionForm(request.POST or None, round_=round_, initial=_preselected(request, round_))
    if request.method == "POST" and form.is_valid():
        try:
            row = deadlines.grant(round_, **form.cleaned_data, user=request.user)
        except Impossible as impossible:
            form.add_error(None, str(impossible))
        else:
            messages.success(request, f"Frist verlängert. {row.whom}: Abgabe bis {row.due_on:%d.%m.%Y}.")
            return redirect("ratings:extensions", round=round_.slug)
    context = {
        "round": round_,
        "form": form,
        "extensions": deadlines.extensions_of(round_),
        "locked_reason": "" if round_.is_live else permissions.closed_reason(round_),
        "is_example": round_.concept.is_example,
    }
    return render(request, "ratings/extensions/list.html", context, status=422 if request.method == "POST" else 200)


def _preselected(request: SignedInRequest, round_: ReportingRound) -> dict[str, int]:
    """Links from a unit or a Maßnahme name it in the query string; anything else is passed over."""
    found: dict[str, int] = {}
    unit = round_.reports.filter(unit__slug=request.GET.get("einheit", "")).first()
    measure = round_.reports.filter(measure__key=request.GET.get("massnahme", "")).first()
    if unit:
        found["unit"] = unit.unit_id
    if measure:
        found["measure"] = measure.measure_id
    return found


def _withdraw(request: SignedInRequest, round_: ReportingRound) -> HttpResponse:
    pk = request.POST["withdraw"]
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0
    row = deadlines.extensions_of(round_).filter(pk=number).first()
    if row is None:
        messages.error(request, "Diese Verlängerung ist schon zurückgezogen.")
        return redirect("ratings:extensions", round=round_.slug)
    whom = row.whom
    try:
        deadlines.withdraw(row, user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
    else:
        messages.success(request, f"Die Verlängerung für {whom} ist zurückgezogen.")
    return redirect("ratings:extensions", round=round_.slug)
