from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from goals.example_marks import example_marks
from goals.models import Concept
from goals.permissions import access_for
from goals.requests import SignedInRequest
from ratings import permissions
from ratings import rounds as acts
from ratings.models import ReportingRound
from ratings.round_forms import CloseForm, ReasonForm, RoundForm
from ratings.rounds import Step
from ratings.states import ReportState, RoundState
from ratings.views import round_page
from ratings.views.changes import describe
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from django.db.models import QuerySet


def find_round(request: SignedInRequest, slug: str) -> ReportingRound:
    """Return the round with its Konzept; 404 for whoever does not see it."""
    return get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=slug)


def _coordinated_round(request: SignedInRequest, slug: str) -> ReportingRound:
    round_ = find_round(request, slug)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    return round_


def _coordinated_concepts(request: SignedInRequest) -> "QuerySet[Concept]":
    everywhere, concept_ids = access_for(request.user).concepts_of(permissions.COORDINATING)
    return Concept.objects.all() if everywhere else Concept.objects.filter(pk__in=concept_ids)


@require_safe
def rounds(request: SignedInRequest) -> HttpResponse:
    """List the rounds that the person sees, those that are not closed first."""
    owed = Q(reports__isnull=False) & ~Q(reports__state=ReportState.DROPPED)
    rows = (
        ReportingRound.objects.visible_to(request.user)
        .select_related("concept")
        .annotate(
            owed=Count("reports", filter=owed, distinct=True),
            submitted=Count("reports", filter=Q(reports__state=ReportState.SUBMITTED), distinct=True),
            released=Max("snapshots__version", filter=Q(snapshots__released_at__isnull=False)),
        )
        .order_by("-opens_on", "-pk")
    )
    listed = [(row, permissions.is_inside(request.user, row.concept_id)) for row in rows]
    listed.sort(key=lambda pair: pair[0].is_closed)
    may_create = any(grant.role in permissions.COORDINATING for grant in access_for(request.user).grants)
    marks = example_marks(row.concept.is_example for row, _ in listed)
    return render(request, "ratings/rounds.html", {"rounds": listed, "may_create": may_create, **marks})


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Create a round in preparation, for the Evaluationsleitung of its Konzept."""
    concepts = _coordinated_concepts(request)
    if not concepts:
        raise PermissionDenied("Berichtsrunden legt nur die Evaluationsleitung an.")
    form = RoundForm(request.POST or None, concepts=concepts)
    if request.method == "POST" and form.is_valid():
        log(form.instance, user=request.user, now=timezone.now(), what="angelegt")
        try:
            with transaction.atomic():
                round_ = form.save()
        except IntegrityError:  # somebody else was faster: the database allows one round that is not closed
            form.add_error(None, "Gerade wurde eine andere Runde mit diesem Kurznamen oder in diesem Konzept angelegt.")
        else:
            messages.success(request, f"„{round_}“ ist angelegt und in Vorbereitung.")
            return redirect("ratings:round", round=round_.slug)
    context = {"form": form, **example_marks(concept.is_example for concept in concepts)}
    return render(request, "ratings/round_form.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_safe
def detail(request: SignedInRequest, round: str) -> HttpResponse:
    """Show the workplace of the Evaluationsleitung. Everyone inside reads it; readers are led to the result."""
    round_ = find_round(request, round)
    if not permissions.is_inside(request.user, round_.concept_id):
        return redirect("ratings:overview", round=round_.slug)
    return render(request, "ratings/round.html", round_page.page(request.user, round_, ReasonForm()))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, round: str) -> HttpResponse:
    """Edit title, dates and note; what may still change depends on the state (`RoundForm`)."""
    round_ = _coordinated_round(request, round)
    if round_.is_closed:
        messages.error(request, permissions.closed_reason(round_))
        return redirect("ratings:round", round=round_.slug)
    with transaction.atomic():
        locked = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_.pk)
        form = RoundForm(request.POST or None, instance=locked)
        if request.method == "POST" and not locked.is_closed and form.is_valid():
            log(locked, user=request.user, now=timezone.now(), what=_what_changed(form, round_))
            form.save()
            messages.success(request, "Die Änderungen sind gespeichert.")
            return redirect("ratings:round", round=locked.slug)
    context = {"form": form, "round": round_, "is_example": round_.concept.is_example}
    return render(request, "ratings/round_form.html", context, status=_status(form))


def _what_changed(form: RoundForm, before: ReportingRound) -> str:
    if "due_on" in form.changed_data:
        return f"Abgabefrist geändert, vorher {before.due_on:%d.%m.%Y}"
    return "Angaben geändert"


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SignedInRequest, round: str) -> HttpResponse:
    """List every gap, ask for confirmation, close the round."""
    round_ = _coordinated_round(request, round)
    if round_.state != RoundState.COORDINATING:
        messages.error(request, acts.refusal(round_, Step.CLOSE))
        return redirect("ratings:round", round=round_.slug)
    found = acts.gaps(round_)
    form = CloseForm(request.POST or None, digest=acts.digest(found))
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            acts.close(round_.pk, user=request.user, confirmed=form.cleaned_data["gaps"])
        except Impossible as impossible:
            # The list is read again: what was confirmed is not what there is now.
            refusal, found = str(impossible), acts.gaps(round_)
            form = CloseForm(digest=acts.digest(found))
        else:
            messages.success(request, f"„{round_}“ ist abgeschlossen. Geben Sie das Ergebnis frei, wenn es gelesen werden soll.")
            return redirect("ratings:round", round=round_.slug)
    context = {
        "round": round_,
        "is_example": round_.concept.is_example,
        "groups": _by_kind(found),
        "count": len(found),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "ratings/round_close.html", context, status=422 if refusal else _status(form))


@dataclass
class GapGroup:
    """The Maßnahmen in which the same thing is unfinished. `reports`: how many reports are missing in them together."""

    kind: str
    gaps: list[acts.Gap] = field(default_factory=list)

    @property
    def reports(self) -> int:
        return sum(gap.reports for gap in self.gaps)

    @property
    def has_details(self) -> bool:
        return any(gap.detail for gap in self.gaps)


def _by_kind(found: list[acts.Gap]) -> list[GapGroup]:
    kinds: dict[str, GapGroup] = {}
    for gap in found:
        kinds.setdefault(gap.kind, GapGroup(gap.kind)).gaps.append(gap)
    return list(kinds.values())


@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: SignedInRequest, round: str) -> HttpResponse:
    """Show what changed responsibilities mean for the reports of a running round, and carry it over."""
    round_ = _coordinated_round(request, round)
    if not round_.is_live:
        messages.error(request, permissions.closed_reason(round_))
        return redirect("ratings:round", round=round_.slug)
    if request.method == "POST":
        done = acts.sync_owed(round_.pk, user=request.user)
        messages.success(request, "Die Zuständigkeiten sind übernommen." if done else "Es war nichts zu übernehmen.")
        return redirect("ratings:round", round=round_.slug)
    context = {"round": round_, "is_example": round_.concept.is_example, "groups": describe(acts.owed_changes(round_))}
    return render(request, "ratings/round_sync.html", context)
