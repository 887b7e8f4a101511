"""„Vertretungen“: who reports for whom, from when until when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from goals.example_marks import example_marks
from goals.models import Concept, Deputy
from goals.permissions import access_for
from goals.requests import SignedInRequest, number
from ratings import deputies as acts
from ratings.deputy_forms import DeputyForm
from ratings.permissions import COORDINATING
from ratings.workflow import Impossible

_PAST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: SignedInRequest) -> HttpResponse:
    """List the Vertretungen that the person gave or received, add one, end one early (POST `end`: its number) and undo that (`resume`).

    `beendet` is the number of a Vertretung that was just ended.
    """
    acts.may_see_page(request.user).require()
    if request.method == "POST" and "end" in request.POST:
        return _end(request)
    if request.method == "POST" and "resume" in request.POST:
        return _resume(request)
    places = acts.places(request.user)
    form = DeputyForm(request.POST or None, places=places, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = acts.give(data.pop("place"), data.pop("deputy"), **data, user=request.user)
        except Impossible as impossible:
            form.add_error(None, str(impossible))
        else:
            messages.success(request, f"{row.deputy} vertritt {row.absent} in „{row.unit}“ bis zum {row.until_on:%d.%m.%Y}.")
            return redirect("ratings:deputies")
    status = 422 if request.method == "POST" else 200
    return render(request, "ratings/deputies/list.html", _context(request, form, bool(places)), status=status)


def _context(request: SignedInRequest, form: DeputyForm, may_add: bool) -> dict[str, object]:
    today = timezone.localdate()
    rows = list(acts.visible(request.user).order_by("from_on", "pk"))
    past = [row for row in rows if acts.is_over(row, today)]
    pk = number(request.GET.get("beendet", ""))
    may_resume = (row for row in past if row.pk == pk and row.until_on >= today and acts.may_end(request.user, row))
    ended = next(may_resume, None)
    return {
        "form": form,
        "may_add": may_add,
        "running": [(row, row.from_on > today, acts.may_end(request.user, row)) for row in rows if row not in past],
        "ended": ended,
        "ended_words": f"Die Vertretung durch {ended.deputy} in „{ended.unit}“ ist beendet." if ended else "",
        "past": list(reversed(past))[:_PAST_SHOWN],
        "leads": any(grant.role in COORDINATING for grant in access_for(request.user).grants),
        **example_marks(Concept.objects.visible_to(request.user).order_by().values_list("is_example", flat=True)),
    }


def _end(request: SignedInRequest) -> HttpResponse:
    row: Deputy = get_object_or_404(acts.visible(request.user), pk=number(request.POST["end"]))
    acts.may_end(request.user, row).require()
    try:
        acts.end(row, user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
        return redirect("ratings:deputies")
    return redirect(f"{reverse('ratings:deputies')}?beendet={row.pk}")


def _resume(request: SignedInRequest) -> HttpResponse:
    row: Deputy = get_object_or_404(acts.visible(request.user), pk=number(request.POST["resume"]))
    acts.may_end(request.user, row).require()
    try:
        back = acts.resume(row, user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
    else:
        messages.success(
            request, f"{back.deputy} vertritt {back.absent} in „{back.unit}“ wieder, bis zum {back.until_on:%d.%m.%Y}."
        )
    return redirect("ratings:deputies")
