"""The editing view of a Konzept: everything in its order, what is locked and why, where to add and move."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.models import ActionField, Challenge, Concept, Goal, Measure, Responsibility
from goals.requests import SignedInRequest
from ratings import concept_editing
from ratings.concept_locks import Locks, locks
from ratings.models import ReportingRound
from ratings.states import RoundState
from ratings.views.concept_parts import KINDS, anchor, find_concept, rows
from ratings.workflow import Impossible

# „massnahmen-12-up-3“: what is moved, whither, and where it stood on the page.
_MOVE = re.compile(r"(handlungsfelder|herausforderungen|massnahmen)-(\d{1,18})-(up|down)-(\d{1,5})")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def concept_edit(request: SignedInRequest, concept: str) -> HttpResponse:
    """Show the Konzept for editing; POST `move` moves one thing up or down."""
    found = find_concept(request, concept)
    if request.method == "POST":
        return _move(request, found)
    held = locks(found)
    fields = list(_tree(found))
    counts = _decorate(fields, held)
    running = ReportingRound.objects.filter(concept=found, state__in=[RoundState.OPEN, RoundState.COORDINATING]).first()
    context = {
        "concept": found,
        "is_example": found.is_example,
        "fields": fields,
        "counts": counts,
        "held": len(held.measures),
        "running": running,
    }
    return render(request, "ratings/concept/edit.html", context)


def _tree(concept: Concept) -> Any:
    """Return the Handlungsfelder with everything below them, each level in its order: five queries."""
    responsible = Responsibility.objects.select_related("unit").order_by("-role", "unit__name", "pk")
    measures = Measure.objects.order_by("position", "pk").prefetch_related(Prefetch("responsibilities", responsible))
    goals = Goal.objects.order_by("sort_key", "pk").prefetch_related(Prefetch("measures", measures))
    challenges = Challenge.objects.order_by("position", "pk").prefetch_related(Prefetch("goals", goals))
    fields = ActionField.objects.filter(concept=concept).order_by("position", "pk")
    return fields.prefetch_related(Prefetch("challenges", challenges))


def _decorate(fields: list[Any], held: Locks) -> dict[str, int]:
    """Tell every row its lock and where it can go; return how many of each kind there are."""
    _neighbours(fields)
    goals, measures = 0, 0
    for field in fields:
        _neighbours(field.challenges.all())
        for challenge in field.challenges.all():
            for goal in challenge.goals.all():
                goals += 1
                goal.lock = held.of(goal)
                own = list(goal.measures.all())
                measures += len(own)
                for measure in own:
                    measure.goal, measure.lock, measure.writing = goal, held.of(measure), held.writing.get(measure.pk, 0)
                _neighbours(own)
    return {"goals": goals, "measures": measures}


def _neighbours(many: Any) -> None:
    """Say which rows can be swapped with the one before and after; both have to be free."""
    rows = list(many)
    for index, row in enumerate(rows):
        free = getattr(row, "lock", None) is None
        row.can_up = free and index > 0 and getattr(rows[index - 1], "lock", None) is None
        row.can_down = free and index + 1 < len(rows) and getattr(rows[index + 1], "lock", None) is None


def _move(request: SignedInRequest, concept: Concept) -> HttpResponse:
    asked = _MOVE.fullmatch(request.POST.get("move", ""))
    if asked is None:
        messages.error(request, "Diesen Schritt gibt es nicht.")
        return redirect("ratings:concept_edit", concept=concept.slug)
    part = get_object_or_404(rows(KINDS[asked[1]].model, concept), pk=int(asked[2]))
    up = asked[3] == "up"
    try:
        moved = concept_editing.move(part, up=up, seen_position=int(asked[4]), user=request.user)
    except Impossible as impossible:
        messages.error(request, str(impossible))
    else:
        messages.success(request, f"„{part.title}“ ist nach {'oben' if up else 'unten'} gerückt.{_new_numbers(part, moved)}")
    return redirect(anchor(part))


def _new_numbers(before: Any, moved: Any) -> str:
    """Say which numbers two Maßnahmen have now; nothing of headings, whose place is no number that people quote."""
    return f" Sie hat jetzt die Nummer {moved.number}, ihre Nachbarin {before.number}." if isinstance(moved, Measure) else ""
