"""Take a table over into a Konzept that exists: what is held by a running round stays, changed responsibilities are carried over.

`goals.imports` knows what a table changes; here it meets the rounds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from goals import imports
from goals.imports import Changes
from goals.imports.changes import wanted_roles
from goals.models import Challenge, Concept, ConceptImport, Goal, Measure, OrgUnit
from goals.permissions import may_change_concept
from ratings.concept_locks import Hold, Locks, locks
from ratings.models import ReportingRound, StatusReport
from ratings.owed import effective_unit
from ratings.rounds import sync_owed
from ratings.states import ReportState, RoundState
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evalportal.accounts.models import User

_CORRECT_IT = "Einen Schreibfehler können Sie unter „Bearbeiten“ mit einer Begründung berichtigen."


@dataclass(frozen=True)
class Effect:
    """How many reports a running round asks for in addition, and how many it drops."""

    round: ReportingRound
    added: int
    dropped: int


def changes_of(pending: ConceptImport, concept: Concept) -> Changes:
    """Return what the uploaded table changes now, and what stands in its way: eight queries."""
    held = locks(concept)
    return imports.find_changes(imports.plan_of(pending), concept, locked=lambda part, field: _why_held(held, part, field))


def _why_held(held: Locks, part: Challenge | Goal | Measure, field: str) -> str:
    hold = held.hold(part, field)
    if hold is None:
        return ""
    return f"{held.of(part)} {_CORRECT_IT}" if hold is Hold.CORRECTION else str(held.of(part))


def effects_of(found: Changes) -> list[Effect]:
    """Return what the changed responsibilities mean for the running rounds, successors of units resolved: three queries."""
    if not found.assigned and not found.added:
        return []
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    by_slug = {unit.slug: unit.pk for unit in units.values()}

    def effective(slugs: dict[str, str]) -> set[object]:
        """A unit that the table defines is known by its Kürzel alone."""
        owing = [effective_unit(by_slug[slug], units) if slug in by_slug else slug for slug in slugs]
        return {unit.pk if isinstance(unit, OrgUnit) else unit for unit in owing if unit is not None}

    wanted: dict[int, set[object]] = {measure.pk: effective(roles) for measure, roles in found.assigned}
    new = sum(len(effective(wanted_roles(planned))) for _, _, planned in found.added)
    effects = []
    for round_ in _running(found.concept):
        reports = StatusReport.objects.filter(round=round_, measure__in=wanted).exclude(state=ReportState.DROPPED)
        have: dict[int, set[object]] = {pk: set() for pk in wanted}
        for measure_id, unit_id in reports.values_list("measure_id", "unit_id"):
            have[measure_id].add(unit_id)
        added = new + sum(len(wanted[pk] - have[pk]) for pk in wanted)
        effects.append(Effect(round_, added, sum(len(have[pk] - wanted[pk]) for pk in wanted)))
    return [effect for effect in effects if effect.added or effect.dropped]


def take_over(pending_id: int, *, expected: str, user: "User", now: datetime | None = None) -> Concept:
    """Write exactly the changes that the person saw (`Changes.digest`), all or nothing, and carry them over to running rounds.

    Raises `Impossible` if the table would now change something else or something stands in its way, `PermissionDenied` if the
    person may not, `ConceptImport.DoesNotExist` if it was taken over already.
    """
    now = now or timezone.now()
    with transaction.atomic():
        pending = ConceptImport.objects.visible_to(user).select_for_update().get(pk=pending_id, concept__isnull=False)
        concept = Concept.objects.select_for_update(no_key=True).get(pk=pending.concept_id)  # type: ignore[misc]
        may_change_concept(user, concept.pk).require()
        rounds = list(_running(concept).select_for_update(no_key=True, of=("self",)))
        found = changes_of(pending, concept)
        if found.obstacles or found.digest != expected:
            raise Impossible(
                "Inzwischen hat sich etwas geändert; die Tabelle ist nicht übernommen. Bitte sehen Sie die Vorschau noch einmal an."
            )
        imports.update_concept(found, user=user, now=now, reason=imports.reason_of(pending))
        for round_ in rounds:
            sync_owed(round_.pk, user=user, now=now)
        pending.delete()
    return concept


def _running(concept: Concept) -> "QuerySet[ReportingRound]":
    return ReportingRound.objects.filter(concept=concept, state__in=[RoundState.OPEN, RoundState.COORDINATING]).order_by("pk")
