"""Change a Konzept by a table: upload, preview of every change, taking over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from goals import imports
from goals.forms import UploadForm
from goals.models import Concept, ConceptImport
from goals.permissions import may_change_concept
from goals.requests import SignedInRequest
from goals.sheets import Unreadable
from ratings import concept_update
from ratings.workflow import Impossible


def _concept(request: SignedInRequest, slug: str) -> Concept:
    found = get_object_or_404(Concept.objects.visible_to(request.user), slug=slug)
    may_change_concept(request.user, found.pk).require()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest, concept: str) -> HttpResponse:
    """Take in a table for this Konzept."""
    found = _concept(request, concept)
    form = UploadForm(request.POST or None, request.FILES or None)
    context = {"form": form, "concept": found, "is_example": found.is_example}
    if request.method == "POST" and form.is_valid():
        try:
            pending = imports.take_in(form.cleaned_data["file"], user=request.user, concept=found)
        except Unreadable as why:
            form.add_error("file", str(why))
        except imports.Faulty as faulty:
            context |= {"faults": faulty.faults, "file_name": form.cleaned_data["file"].name}
        else:
            return redirect("ratings:concept_update", concept=found.slug, pk=pending.pk)
    return render(request, "ratings/concept_update/upload.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedInRequest, concept: str, pk: int) -> HttpResponse:
    """Show every change with its cell; take over exactly those once that was confirmed."""
    found = _concept(request, concept)
    pending = get_object_or_404(ConceptImport.objects.visible_to(request.user), pk=pk, concept=found)
    refusal = ""
    if request.method == "POST":
        try:
            concept_update.take_over(pending.pk, expected=request.POST.get("expected", ""), user=request.user)
        except Impossible as impossible:
            refusal = str(impossible)
        else:
            messages.success(request, f"Die Änderungen an „{found}“ sind übernommen.")
            return redirect("goals:concept", concept=found.slug)
    changes = concept_update.changes_of(pending, found)
    context = {
        "concept": found,
        "is_example": found.is_example,
        "pending": pending,
        "found": changes,
        "faults": changes.obstacles,
        "effects": concept_update.effects_of(changes),
        "refusal": refusal,
    }
    return render(request, "ratings/concept_update/preview.html", context, status=409 if refusal else 200)
