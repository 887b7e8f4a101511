"""Which earlier rounds a round can be compared with: those of its Konzept, and of the Konzepte that it continues."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef

from goals.models import Measure
from ratings.models import ReportingRound
from ratings.querysets import RoundQuerySet
from ratings.states import RoundState


def with_lineage(rounds: RoundQuerySet, slug: str) -> RoundQuerySet:
    """Mark with `precedes` the rounds of those Konzepte whose Maßnahmen the Konzept of the round `slug` continues."""
    through = Measure.predecessors.through.objects
    links = through.filter(from_measure__concept__rounds__slug=slug, to_measure__concept=OuterRef("concept"))
    return rounds.annotate(precedes=Exists(links))


def comparable_rounds(shown: ReportingRound, rounds: Iterable[Any]) -> list[ReportingRound]:
    """Return those of `rounds` (see `with_lineage`) that began before `shown` and have ratings, newest first."""
    return [other for other in rounds if _came_before(other, shown) and other.has_ratings]


def unrated_rounds(shown: ReportingRound, rounds: Iterable[Any]) -> dict[str, str]:
    """Return slug and title of those of `rounds` that only their lack of ratings keeps from being compared with `shown`."""
    return {other.slug: title_of(other, shown) for other in rounds if _came_before(other, shown) and not other.has_ratings}


def _came_before(other: Any, shown: ReportingRound) -> bool:
    return (
        (other.concept_id == shown.concept_id or other.precedes)
        and other.opens_on < shown.opens_on
        and other.state != RoundState.PREPARING
    )


def title_of(other: ReportingRound, shown: ReportingRound) -> str:
    """Return the name of an earlier round beside `shown`; one of another Konzept says whose it is."""
    return other.title if other.concept_id == shown.concept_id else f"{other.title} ({other.concept.short_title})"


def predecessors(shown: ReportingRound, earlier: ReportingRound) -> dict[str, set[str]] | None:
    """Return by the key of each Maßnahme the keys that it continues in the Konzept of `earlier`; None within one Konzept."""
    if earlier.concept_id == shown.concept_id:
        return None
    links = Measure.predecessors.through.objects.filter(
        from_measure__concept=shown.concept_id, to_measure__concept=earlier.concept_id
    )
    found: dict[str, set[str]] = {}
    for key, earlier_key in links.values_list("from_measure__key", "to_measure__key"):
        found.setdefault(key, set()).add(earlier_key)
    return found
