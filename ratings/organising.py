"""Changing units and responsibilities, and carrying it over to the running rounds at once (DESIGN.md, section 4, rule 4).

Each act is one transaction: it locks what it changes, checks, writes with an entry in the history and calls `sync_owed` for the
running rounds of the affected Konzepte. All raise `Impossible` if the act does not fit and `PermissionDenied` if the person may
not; nothing is written then.
What an act would do is shown by `rehearse`: the same act, taken back.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from goals.models import Concept, Measure, OrgUnit, Responsibility, ResponsibilityRole
from goals.permissions import ALLOWED, Decision, access_for, denied
from goals.text import clean_text, fold, plain_slug
from ratings import deadlines, deputies, permissions
from ratings.models import DueExtension, ReportingRound
from ratings.rounds import Sync, owed_changes, sync_owed
from ratings.states import RoundState
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Effect:
    """What an act means for one running round. `extensions` are the longer deadlines that a successor takes over."""

    round: ReportingRound
    sync: Sync
    extensions: tuple[DueExtension, ...] = ()

    @property
    def size(self) -> int:
        """How many reports are added, dropped, lifted or change their role."""
        return sum(len(part) for part in (self.sync.added, self.sync.dropped, self.sync.lifted, self.sync.changed))


Effects = tuple[Effect, ...]


class OtherEffects(Exception):
    """The act would now do something else than the person saw; nothing was written. `effects` is what it would do now."""

    def __init__(self, effects: Effects) -> None:
        super().__init__("The effects are not the expected ones.")
        self.effects = effects


def size_of(effects: Effects) -> int:
    return sum(effect.size for effect in effects)


def digest(effects: Effects) -> str:
    """Return what stands for exactly these effects, so that a confirmation counts for no others."""
    lines = []
    for effect in effects:
        sync = effect.sync
        lines += [f"+ {effect.round.pk} {owed.measure_id} {owed.unit.pk} {owed.role}" for owed in sync.added]
        for sign, reports in (("-", sync.dropped), ("^", sync.lifted), ("~", sync.changed)):
            lines += [f"{sign} {report.pk}" for report in reports]
        lines += [f"> {effect.round.pk} {row.measure_id} {row.due_on}" for row in effect.extensions]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def rehearse(act: Callable[[], Effects]) -> Effects:
    """Return what `act` would do to the running rounds: does it and takes everything back."""
    with transaction.atomic():
        effects = act()
        transaction.set_rollback(True)
    return effects


def carry_out(act: Callable[[], Effects], *, expected: str) -> Effects:
    """Do `act` if it does exactly what the person saw and confirmed (`digest`). Raises `OtherEffects` otherwise."""
    with transaction.atomic():
        effects = act()
        if digest(effects) != expected:
            raise OtherEffects(effects)
    return effects


def concepts_touched_by(unit: OrgUnit) -> frozenset[int]:
    """Return the Konzepte in which `unit` is responsible, by itself or as successor of a former unit."""
    successors = dict(OrgUnit.objects.filter(successor__isnull=False).values_list("pk", "successor_id"))
    units = {unit.pk}
    while former := {pk for pk, successor in successors.items() if successor in units} - units:
        units |= former
    rows = Responsibility.objects.filter(unit__in=units).values_list("measure__concept_id", flat=True)
    return frozenset(rows)


def may_organise(user: "User") -> Decision:
    """See the units: whoever leads the evaluation of some Konzept."""
    everywhere, concept_ids = access_for(user).concepts_of(permissions.COORDINATING)
    return ALLOWED if everywhere or concept_ids else denied("Einheiten pflegt nur die Evaluationsleitung.")


def may_change_unit(user: "User", unit: OrgUnit) -> Decision:
    """Change a unit: all Konzepte share it, so the person must lead the evaluation wherever the unit is responsible."""
    decision = may_organise(user)
    if not decision:
        return decision
    everywhere, concept_ids = access_for(user).concepts_of(permissions.COORDINATING)
    others = concepts_touched_by(unit) - concept_ids
    if everywhere or not others:
        return ALLOWED
    titles = ", ".join(f"„{title}“" for title in Concept.objects.filter(pk__in=others).values_list("short_title", flat=True))
    return denied(
        f"„{unit}“ ist auch in {titles} zuständig; dort leiten Sie die Evaluation nicht. "
        "Ändern darf die Einheit, wer die Evaluation in allen diesen Konzepten leitet."
    )


def describe_unit(
    unit_id: int,
    *,
    name: str,
    short_name: str,
    parent: OrgUnit | None,
    is_external: bool,
    requires_approval: bool,
    note: str,
    user: "User",
    now: datetime | None = None,
) -> OrgUnit:
    """Change what a unit is called and how it works. Reports stay as they are; snapshots keep the old name. Errors: see above,
    and `ValidationError` by field."""
    with transaction.atomic():
        unit = _locked(unit_id)
        may_change_unit(user, unit).require()
        was = unit.name
        unit.name, unit.short_name, unit.note = clean_text(name).strip(), clean_text(short_name).strip(), clean_text(note).strip()
        unit.parent, unit.is_external, unit.requires_approval = parent, is_external, requires_approval
        _save(unit, user=user, now=now, what="Angaben geändert" if unit.name == was else f"umbenannt, vorher „{was}“")
    return unit


def create_unit(
    *,
    name: str,
    short_name: str,
    parent: OrgUnit | None,
    is_external: bool,
    requires_approval: bool,
    note: str,
    user: "User",
    now: datetime | None = None,
) -> OrgUnit:
    """Make a new unit; its Kürzel is formed from the name. A name that an active unit has already is refused by field."""
    with transaction.atomic():
        may_organise(user).require()
        name, short_name = (" ".join(clean_text(text).split()) for text in (name, short_name))
        others = list(OrgUnit.objects.active().only("name", "short_name"))
        taken = {"name": (name, [unit.name for unit in others]), "short_name": (short_name, [unit.short_name for unit in others])}
        errors = {
            field: f"„{text}“ gibt es schon."
            for field, (text, known) in taken.items()
            if fold(text) in {fold(other) for other in known}
        }
        if is_external and requires_approval:
            errors["requires_approval"] = "Eine externe Einheit meldet sich nicht an; in ihr kann niemand freigeben."
        if errors:
            raise ValidationError(errors)
        unit = OrgUnit(name=name, short_name=short_name, slug=_new_slug(name), note=clean_text(note).strip())
        unit.parent, unit.is_external, unit.requires_approval = parent, is_external, requires_approval
        _save(unit, user=user, now=now, what="angelegt")
    return unit


# Addresses under /einheiten/ that no unit may take.
RESERVED_SLUGS = frozenset({"neu"})


def _new_slug(name: str) -> str:
    base = plain_slug(name, 50) or "einheit"
    taken = set(OrgUnit.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def merge_unit(unit_id: int, *, into_id: int, reason: str, user: "User", now: datetime | None = None) -> Effects:
    """Name a successor and deactivate the unit: who is responsible is the successor from now on.

    With the reports go the longer deadlines of the unit and the Vertretungen in it; roles do not.
    """
    if unit_id == into_id:
        raise Impossible("Eine Einheit kann nicht in sich selbst aufgehen. Wählen Sie eine andere.")
    with transaction.atomic():
        units = {
            unit.pk: unit
            for unit in OrgUnit.objects.select_for_update(no_key=True).filter(pk__in=[unit_id, into_id]).order_by("pk")
        }
        unit, into = units[unit_id], units[into_id]
        may_change_unit(user, unit).require()
        if not unit.is_active:
            raise Impossible(f"„{unit}“ ist nicht aktiv. Nehmen Sie die Einheit zuerst wieder auf.")
        if not into.is_active:
            raise Impossible(f"„{into}“ ist nicht aktiv und kann keine Nachfolgerin sein. Wählen Sie eine aktive Einheit.")
        unit.is_active, unit.successor = False, into
        _save(unit, user=user, now=now, what=f"in „{into}“ aufgegangen: {_given(reason)}")
        deputies.hand_over(unit, into, user=user, now=now)
        return _carry_over(concepts_touched_by(unit), user=user, now=now, merged=(unit, into))


def deactivate_unit(unit_id: int, *, reason: str, user: "User", now: datetime | None = None) -> Effects:
    """Take a unit out of service without a successor: nobody takes its place."""
    with transaction.atomic():
        unit = _locked(unit_id)
        may_change_unit(user, unit).require()
        if not unit.is_active:
            raise Impossible(f"„{unit}“ ist schon nicht mehr aktiv.")
        unit.is_active = False
        _save(unit, user=user, now=now, what=f"deaktiviert: {_given(reason)}")
        return _carry_over(concepts_touched_by(unit), user=user, now=now)


def reactivate_unit(unit_id: int, *, reason: str, user: "User", now: datetime | None = None) -> Effects:
    """Take a unit back into service; a successor is no longer named, so the unit itself is responsible again."""
    with transaction.atomic():
        unit = _locked(unit_id)
        may_change_unit(user, unit).require()
        if unit.is_active:
            raise Impossible(f"„{unit}“ ist schon aktiv.")
        unit.is_active, unit.successor = True, None
        _save(unit, user=user, now=now, what=f"wieder aufgenommen: {_given(reason)}")
        return _carry_over(concepts_touched_by(unit), user=user, now=now)


def assign(
    measure_id: int,
    *,
    lead: OrgUnit | None,
    contributing: Iterable[OrgUnit],
    source: str,
    reason: str,
    user: "User",
    now: datetime | None = None,
) -> Effects:
    """Set who is responsible for a Maßnahme: at most one lead, any number of contributing units.

    `source` (Fundstelle) is written to the responsibilities that are new or change. A unit that is not active can be kept, but
    not added.
    """
    wanted = Wanted(measure_id, lead, tuple(contributing), source)
    return assign_many([wanted], reason=reason, user=user, now=now)


@dataclass(frozen=True)
class Wanted:
    """Who is to be responsible for one Maßnahme from now on; see `assign`. Without `source` the Fundstellen stay as they are."""

    measure_id: int
    lead: OrgUnit | None
    contributing: tuple[OrgUnit, ...]
    source: str | None = None


def assign_many(many: Collection[Wanted], *, reason: str, user: "User", now: datetime | None = None) -> Effects:
    """Set who is responsible for several Maßnahmen, all or none; the running rounds follow once. Rules and errors as in `assign`."""
    with transaction.atomic():
        locked = Measure.objects.select_for_update(no_key=True).filter(pk__in={one.measure_id for one in many}).order_by("pk")
        measures = {measure.pk: measure for measure in locked}
        for concept_id in {measure.concept_id for measure in measures.values()}:
            permissions.may_coordinate(user, concept_id).require()
        what = clean_text(reason).strip() or "Zuständigkeit geändert"
        for one in many:
            _write(measures[one.measure_id], one, what=what, user=user, now=now)
        return _carry_over({measure.concept_id for measure in measures.values()}, user=user, now=now)


def _write(measure: Measure, one: Wanted, *, what: str, user: "User", now: datetime | None) -> None:
    wanted = {unit.pk: (unit, ResponsibilityRole.CONTRIBUTING) for unit in one.contributing}
    if one.lead is not None:
        if one.lead.pk in wanted:
            raise Impossible(f"„{one.lead}“ ist als federführend gewählt und kann nicht zugleich zuarbeiten.")
        wanted[one.lead.pk] = (one.lead, ResponsibilityRole.LEAD)
    have = {row.unit_id: row for row in measure.responsibilities.select_related("unit")}
    for unit_id, row in have.items():
        if unit_id not in wanted:
            log(row, user=user, now=now or timezone.now(), what=what)
            row.delete()
    # Zuarbeit first, so that at no moment two units are federführend.
    for unit, role in sorted(wanted.values(), key=lambda pair: pair[1] == ResponsibilityRole.LEAD):
        row = have.get(unit.pk) or Responsibility(measure=measure, unit=unit)
        if row.pk is None and not unit.is_active:
            raise Impossible(f"„{unit}“ ist nicht aktiv und kann keine neue Zuständigkeit bekommen.")
        if row.pk is None or row.role != role:
            row.role = role
            row.source = row.source if one.source is None else clean_text(one.source).strip()
            _save(row, user=user, now=now, what=what)


def _locked(unit_id: int) -> OrgUnit:
    """Without its key: reports and ratings that refer to it meanwhile need not wait, so nobody waits in a circle."""
    return OrgUnit.objects.select_for_update(no_key=True).get(pk=unit_id)


def _given(reason: str) -> str:
    cleaned = clean_text(reason).strip()
    if not cleaned:
        raise Impossible("Das braucht eine Begründung. Ein Hinweis auf den Beschluss oder die Verfügung genügt.")
    return cleaned


def _save(row: OrgUnit | Responsibility, *, user: "User", now: datetime | None, what: str) -> None:
    log(row, user=user, now=now or timezone.now(), what=what)
    row.full_clean()
    row.save()


def _carry_over(
    concept_ids: Iterable[int], *, user: "User", now: datetime | None, merged: tuple[OrgUnit, OrgUnit] | None = None
) -> Effects:
    live = ReportingRound.objects.filter(concept__in=concept_ids, state__in=[RoundState.OPEN, RoundState.COORDINATING])
    effects = []
    for round_ in live.select_related("concept").order_by("pk"):
        extensions = deadlines.hand_over(round_, *merged, user=user, now=now) if merged else []
        # Looked at before it is done: the reports here still have the state that they lose.
        effects.append(Effect(round_, owed_changes(round_), tuple(extensions)))
        sync_owed(round_.pk, user=user, now=now)
    return tuple(effects)
