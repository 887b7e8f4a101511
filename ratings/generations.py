"""Where a Maßnahme comes from and what continues it: predecessors over all generations, followers in later Konzepte."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goals.models import Measure

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Lineage:
    """Predecessors and followers that the person sees, the newest first, each with its Konzept and Ziel."""

    predecessors: tuple[Measure, ...]
    followers: tuple[Measure, ...]


def lineage_of(measure: Measure, *, measures: Collection[int], user: "User") -> Lineage:
    """Return what stands before and after `measure`; `measures` is its `measure_line`. At most two queries.

    Of a Konzept in which `user` has no role nothing is told.
    """
    visible = Measure.objects.visible_to(user).select_related("goal", "concept")
    order = ("-concept__period_start", "concept_id", "goal__sort_key", "position", "pk")
    before = visible.filter(pk__in=measures).exclude(pk=measure.pk).order_by(*order) if len(measures) > 1 else ()
    return Lineage(tuple(before), tuple(visible.filter(predecessors=measure).order_by(*order)))
