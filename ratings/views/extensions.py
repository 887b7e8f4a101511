"""„Fristen“ of a round: who has longer, until when and why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goals.requests import SignedInRequest, number
from ratings import deadlines, permissions
from ratings.extension_forms import ExtensionForm
from ratings.models import DueExtension, ReportingRound
from ratings.workflow import Impossible


@require_http_methods(["GET", "HEAD", "POST"])
def extensions(request: SignedInRequest, round: str) -> HttpResponse:
    """List the extensions of a round, grant one, take one back (POST `withdraw`: its number) and undo that (POST `give_back`).

    `einheit` preselects a unit; `zurueckgezogen` is the number of an extension that was just withdrawn.
    """
    round_ = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    if request.method == "POST" and "withdraw" in request.POST:
        return _withdraw(request, round_)
    if request.method == "POST" and "give_back" in request.POST:
        return _give_back(request, round_)
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
        "withdrawn": _withdrawn(request, round_),
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
    pk = number(request.POST["withdraw"])
    row = deadlines.extensions_of(round_).filter(pk=pk).first()
    if row is None:
        messages.error(request, "Diese Verlängerung ist schon zurückgezogen.")
        return redirect("ratings:extensions", round=round_.slug)
    try:
        deadlines.withdraw(row, user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
        return redirect("ratings:extensions", round=round_.slug)
    return redirect(f"{reverse('ratings:extensions', args=[round_.slug])}?zurueckgezogen={pk}")


def _withdrawn(request: SignedInRequest, round_: ReportingRound) -> DueExtension | None:
    """The extension to offer back; none while no extension can be granted."""
    pk = number(request.GET.get("zurueckgezogen", ""))
    return deadlines.withdrawn(round_, pk) if pk and round_.is_live else None


def _give_back(request: SignedInRequest, round_: ReportingRound) -> HttpResponse:
    try:
        row = deadlines.give_back(round_, number(request.POST["give_back"]), user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
    else:
        messages.success(request, f"Die Verlängerung für {row.whom} gilt wieder: Abgabe bis {row.due_on:%d.%m.%Y}.")
    return redirect("ratings:extensions", round=round_.slug)
