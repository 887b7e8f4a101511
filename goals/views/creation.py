"""A new Konzept: from a table here, from an old Konzept in `ratings.views.continuation`."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from goals import imports
from goals.example_marks import example_marks
from goals.forms import ConceptForm, UploadForm
from goals.models import Concept, ConceptImport
from goals.permissions import may_create_concept
from goals.requests import SignedInRequest
from goals.sheets import Unreadable


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Offer both ways to a new Konzept; take in the table."""
    may_create_concept(request.user).require()
    form = UploadForm(request.POST or None, request.FILES or None)
    concepts = Concept.objects.visible_to(request.user)
    context = {"form": form, "concepts": concepts, **example_marks(concept.is_example for concept in concepts)}
    if request.method == "POST" and form.is_valid():
        try:
            pending = imports.take_in(form.cleaned_data["file"], user=request.user)
        except Unreadable as why:
            form.add_error("file", str(why))
        except imports.Faulty as faulty:
            context |= {"faults": faulty.faults, "file_name": form.cleaned_data["file"].name}
        else:
            if pending.concept is not None:
                return redirect("ratings:concept_update", concept=pending.concept.slug, pk=pending.pk)
            return redirect("goals:concept_import", pk=pending.pk)
    return render(request, "goals/imports/create.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what the table makes; create it with the title and period that the form has."""
    may_create_concept(request.user).require()
    pending = get_object_or_404(ConceptImport.objects.visible_to(request.user), pk=pk, concept=None)
    plan = imports.plan_of(pending)
    form = ConceptForm(request.POST or None, initial=plan.facts)
    if request.method == "POST" and form.is_valid():
        try:
            made = imports.create_concept(
                plan, form.instance, user=request.user, now=timezone.now(), reason=imports.reason_of(pending)
            )
        except (IntegrityError, ValidationError):  # somebody else was faster
            form.add_error("slug", "Gerade wurde ein anderes Konzept mit diesem Kurznamen angelegt.")
        else:
            pending.delete()
            messages.success(request, f"„{made}“ ist angelegt. Als Nächstes legen Sie eine Berichtsrunde an.")
            return redirect("goals:concept", concept=made.slug)
    context = {
        "form": form,
        "plan": plan,
        "pending": pending,
        "unit_names": imports.names_of_units(plan),
        "is_example": bool(form["is_example"].value()),
    }
    return render(request, "goals/imports/preview.html", context, status=422 if request.method == "POST" else 200)
