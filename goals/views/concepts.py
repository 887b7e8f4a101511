from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from goals.example_marks import example_marks
from goals.models import ActionField, Challenge, Concept, Goal, Indicator, Measure, Responsibility
from goals.permissions import access_for, may_create_concept
from goals.roles import Role


@require_safe
def concepts(request: HttpRequest) -> HttpResponse:
    """List the Konzepte that the person sees."""
    rows = Concept.objects.visible_to(request.user).annotate(
        fields=Count("action_fields", distinct=True),
        goal_count=Count("goals", distinct=True),
        measure_count=Count("measures", distinct=True),
    )
    marks = example_marks(row.is_example for row in rows)
    context = {"concepts": rows, "may_create": may_create_concept(request.user), **marks}
    return render(request, "goals/concepts.html", context)


@require_safe
def concept(request: HttpRequest, concept: str) -> HttpResponse:
    """Show a Konzept: Handlungsfeld, Herausforderung, Ziel, Maßnahmen with who is responsible, Kennzahlen."""
    found = get_object_or_404(Concept.objects.visible_to(request.user), slug=concept)
    fields = list(_tree(found))
    indicators = Indicator.objects.filter(concept=found, goal=None).prefetch_related("values")
    goals = [goal for field in fields for challenge in field.challenges.all() for goal in challenge.goals.all()]
    context = {
        "concept": found,
        "is_example": found.is_example,
        "fields": fields,
        "indicators": indicators,
        "goal_count": len(goals),
        "measure_count": sum(len(goal.measures.all()) for goal in goals),
        "may_continue": may_create_concept(request.user),
        "may_edit": access_for(request.user).has({Role.COORDINATOR}, found.pk),
    }
    return render(request, "goals/concept.html", context)


def _tree(concept: Concept) -> QuerySet[ActionField]:
    """Return the Handlungsfelder with everything below them, each level in its order."""
    responsibilities = Responsibility.objects.select_related("unit__successor").order_by("-role", "unit__name", "pk")
    measures = Measure.objects.select_related("goal").prefetch_related(Prefetch("responsibilities", responsibilities))
    goals = Goal.objects.order_by("sort_key", "pk").prefetch_related(
        Prefetch("measures", measures.order_by("position", "pk")),
        Prefetch("indicators", Indicator.objects.prefetch_related("values")),
    )
    challenges = Challenge.objects.order_by("position", "pk").prefetch_related(Prefetch("goals", goals))
    return (
        ActionField.objects.filter(concept=concept)
        .order_by("position", "pk")
        .prefetch_related(Prefetch("challenges", challenges))
    )
