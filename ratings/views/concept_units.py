"""Many Maßnahmen at once: select rows, say what is to hold, look at every change, apply."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.models import Concept, Measure, ResponsibilityRole
from goals.requests import SignedInRequest
from ratings import concept_bulk
from ratings.concept_bulk import OtherOutcome, Outcome
from ratings.concept_forms import SelectionForm, WishForm
from ratings.owed import effective_responsibilities
from ratings.states import ReportState
from ratings.views.changes import describe
from ratings.views.concept_parts import find_concept
from ratings.workflow import Impossible

# More rows than this are not listed at once, nor taken: a filter makes the list shorter.
MOST_ROWS = 500
_OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "step", "expected", "chosen"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def concept_units(request: SignedInRequest, concept: str) -> HttpResponse:
    """The four steps in one place: GET lists, POST `choose` asks, `preview` shows, `apply` does."""
    found = find_concept(request, concept)
    step = request.POST.get("step", "")
    if request.method != "POST":
        return _listing(request, found)
    chosen = _chosen(request, found)
    if not chosen:
        what = "Wählen Sie mindestens eine Maßnahme aus." if chosen is not None else "Die Auswahl war nicht lesbar."
        messages.error(request, f"Nichts geändert. {what}")
        return redirect("ratings:concept_units", concept=found.slug)
    if step not in ("preview", "apply"):
        return _wish_page(request, found, chosen, WishForm(request.POST if step == "wish" else None, chosen=chosen))
    form = WishForm(request.POST, chosen=chosen)
    if not form.is_valid():
        return _wish_page(request, found, chosen, form, status=422)
    try:
        return _preview_or_apply(request, found, chosen, form, step)
    except Impossible as impossible:
        form.add_error(None, str(impossible))
        return _wish_page(request, found, chosen, form, status=422)


def _chosen(request: SignedInRequest, concept: Concept) -> list[int] | None:
    """Return the chosen Maßnahmen: boxes of the list, or what the next steps carry on. None if that is not readable.

    What the Konzept does not have is left in: the act refuses it, for it may have been removed meanwhile.
    """
    values = [*request.POST.getlist("massnahme"), *filter(None, request.POST.get("chosen", "").split(","))]
    if len(values) > MOST_ROWS or not all(value.isascii() and value.isdecimal() and len(value) < 19 for value in values):
        return None
    return sorted({int(value) for value in values})


def _listing(request: SignedInRequest, concept: Concept) -> HttpResponse:
    form = SelectionForm(request.GET, concept=concept)
    data = form.cleaned_data if form.is_valid() else {}
    measures = Measure.objects.filter(concept=concept).with_place().in_order().prefetch_related("responsibilities__unit")
    if data.get("feld"):
        measures = measures.filter(goal__challenge__action_field=data["feld"])
    if data.get("einheit"):
        measures = measures.filter(responsibilities__unit=data["einheit"])
    if stand := data.get("stand"):
        owed = effective_responsibilities(concept)
        taken = {one.measure_id for one in owed if stand == "niemand" or one.role == ResponsibilityRole.LEAD}
        measures = measures.exclude(pk__in=taken)
    rows = list(measures[: MOST_ROWS + 1])
    fields: dict[int, tuple[Any, list[Any]]] = {}
    for row in rows[:MOST_ROWS]:
        field = row.goal.challenge.action_field
        fields.setdefault(field.pk, (field, []))[1].append((row, *_responsible(row)))
    context = {
        "concept": concept,
        "is_example": concept.is_example,
        "filter": form,
        "is_filtered": any(data.values()),
        "fields": list(fields.values()),
        "count": len(rows[:MOST_ROWS]),
        "too_many": MOST_ROWS if len(rows) > MOST_ROWS else 0,
    }
    return render(request, "ratings/concept/select.html", context)


def _responsible(measure: Measure) -> tuple[Any, list[Any]]:
    rows = sorted(measure.responsibilities.all(), key=lambda row: (row.unit.name, row.pk))
    lead = next((row.unit for row in rows if row.role == ResponsibilityRole.LEAD), None)
    return lead, [row.unit for row in rows if row.role == ResponsibilityRole.CONTRIBUTING]


def _base(concept: Concept, chosen: list[int]) -> dict[str, Any]:
    measures = list(Measure.objects.filter(concept=concept, pk__in=chosen).with_place().in_order())
    return {
        "concept": concept,
        "is_example": concept.is_example,
        "measures": measures,
        "chosen": ",".join(str(pk) for pk in chosen),
        "back": reverse("ratings:concept_units", args=[concept.slug]),
    }


def _wish_page(request: SignedInRequest, concept: Concept, chosen: list[int], form: WishForm, status: int = 200) -> HttpResponse:
    return render(request, "ratings/concept/wish.html", {**_base(concept, chosen), "form": form}, status=status)


def _preview_or_apply(request: SignedInRequest, concept: Concept, chosen: list[int], form: WishForm, step: str) -> HttpResponse:
    wish, changed = form.wish(), False
    if step == "apply":
        try:
            outcome = concept_bulk.apply(concept, chosen, wish, expected=request.POST.get("expected", ""), user=request.user)
        except OtherOutcome as other:
            outcome, changed = other.outcome, True
        else:
            messages.success(request, _done(outcome))
            return redirect("ratings:concept_edit", concept=concept.slug)
    else:
        outcome = concept_bulk.preview(concept, chosen, wish, user=request.user)
    context = {
        **_base(concept, chosen),
        "outcome": outcome,
        "changed": changed,
        "handed_in": _handed_in(outcome),
        "sent": [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN_FIELDS],
        "rounds": [(effect.round, describe(effect.sync), effect.extensions) for effect in outcome.effects],
    }
    return render(request, "ratings/concept/preview.html", context, status=409 if changed else 200)


def _handed_in(outcome: Outcome) -> int:
    """Return how many reports that were handed in would be dropped."""
    given = {ReportState.SUBMITTED, ReportState.AWAITING_APPROVAL, ReportState.RETURNED}
    return sum(report.state in given for effect in outcome.effects for report in effect.sync.dropped)


def _done(outcome: Outcome) -> str:
    parts = [
        f"{len(lines)} {one if len(lines) == 1 else many}"
        for lines, one, many in ((outcome.measures, "Maßnahme", "Maßnahmen"), (outcome.goals, "Ziel", "Ziele"))
        if lines
    ]
    return f"Geändert: {' und '.join(parts)}."
