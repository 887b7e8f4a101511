"""Fortschreibung: choose what goes on, see the preview, create the new Konzept."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from goals.imports import names_of_units
from goals.models import Concept
from goals.permissions import may_create_concept
from goals.requests import SignedInRequest
from ratings.continuation import Candidate, Source, continue_concept, load_source, plan_continuation
from ratings.continuation_form import ContinuationForm

# What a page adds to the form of its own; everything else is sent on as it came.
_OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "step", "select", "unselect"})


@require_http_methods(["GET", "HEAD", "POST"])
def continuation(request: SignedInRequest, concept: str) -> HttpResponse:
    """Choose (`select` and `unselect` mark many at once), then `step` is preview, back or create."""
    may_create_concept(request.user).require()
    old = get_object_or_404(Concept.objects.visible_to(request.user), slug=concept)
    source = load_source(old, request.user)
    if request.method != "POST":
        return _choose(request, source, _form(source), source.proposed)
    chosen = _chosen(request, source)
    step = request.POST.get("step", "")
    if step not in ("preview", "create"):
        # Nothing is judged yet: what was entered stays as it is.
        form = ContinuationForm(old=old, can_be_renumbered=source.can_be_renumbered)
        form.initial.update({name: request.POST.get(name, "") for name in form.fields})
        return _choose(request, source, form, chosen)
    form = _form(source, request.POST)
    if form.is_valid() and not chosen:
        form.add_error(None, "Wählen Sie mindestens eine Maßnahme, die weitergeht.")
    if not form.is_valid():
        return _choose(request, source, form, chosen, status=422)
    plan = plan_continuation(source, chosen, renumber=form.cleaned_data.get("renumber", False))
    if step == "create":
        try:
            made = continue_concept(source, plan, form.instance, user=request.user)
        except (IntegrityError, ValidationError):  # somebody else was faster
            form.add_error("slug", "Gerade wurde ein anderes Konzept mit diesem Kurznamen angelegt.")
            return _choose(request, source, form, chosen, status=422)
        messages.success(request, f"„{made}“ ist angelegt. Jede Maßnahme ist mit ihrer Vorgängerin verbunden.")
        return redirect("goals:concept", concept=made.slug)
    context = {
        "source": source,
        "plan": plan,
        "form": form,
        "left": len(source.candidates) - len(plan.measures),
        "unit_names": names_of_units(plan),
        "sent": [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN_FIELDS],
        "is_example": old.is_example,
    }
    return render(request, "ratings/continuation/preview.html", context)


def _form(source: Source, data: Any = None) -> ContinuationForm:
    return ContinuationForm(data, old=source.concept, can_be_renumbered=source.can_be_renumbered)


def _chosen(request: SignedInRequest, source: Source) -> set[int]:
    known = {str(candidate.measure.pk): candidate.measure.pk for candidate in source.candidates}
    chosen = {known[value] for value in request.POST.getlist("measures") if value in known}
    return (chosen | source.below(request.POST.get("select", ""))) - source.below(request.POST.get("unselect", ""))


def _choose(
    request: SignedInRequest, source: Source, form: ContinuationForm, chosen: set[int], *, status: int = 200
) -> HttpResponse:
    context = {
        "source": source,
        "concept": source.concept,
        "form": form,
        "chosen": chosen,
        "fields": _grouped(source),
        "is_example": source.concept.is_example,
    }
    return render(request, "ratings/continuation/choose.html", context, status=status)


def _grouped(source: Source) -> list[tuple[Any, list[tuple[Any, list[Candidate]]]]]:
    """Return the candidates by Handlungsfeld and Ziel."""
    fields: dict[Any, dict[Any, list[Candidate]]] = {}
    for candidate in source.candidates:
        goal = candidate.measure.goal
        fields.setdefault(goal.challenge.action_field, {}).setdefault(goal, []).append(candidate)
    return [(field, list(goals.items())) for field, goals in fields.items()]
