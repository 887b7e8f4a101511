"""What the preview of a planned Konzept shows of units and Zielarten."""

from collections.abc import Mapping

from django import template

from goals.imports.plan import PlannedMeasure
from goals.models import GoalKind

register = template.Library()


@register.filter
def kind_label(kind: str) -> str:
    return str(GoalKind(kind).label)


@register.simple_tag
def unit_words(measure: PlannedMeasure, names: Mapping[str, str]) -> str:
    """„Fachdienst Umwelt, Volkshochschule (Zuarbeit)“, or „niemand zuständig“."""
    words = [names[measure.lead]] if measure.lead else []
    words += [f"{names[slug]} (Zuarbeit)" for slug in measure.contributing]
    return ", ".join(words) or "niemand zuständig"
