"""Vertretungen: who may be stood in for where, by whom, and how one begins and ends (issue 3, item 8).

That a deputy has the role of a reporter while the Vertretung lasts is decided in `goals.permissions.load_access`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from goals.models import Concept, Deputy, Membership, OrgUnit
from goals.permissions import ALLOWED, Decision, access_for, denied
from goals.roles import Role
from goals.text import clean_text, fold
from ratings.permissions import COORDINATING
from ratings.querysets import UNIT_ROLES
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# A role that somebody is to keep is a membership, not a Vertretung.
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class Place:
    """Where somebody can be stood in for: a person, a unit of theirs, one Konzept or all."""

    absent: "User"
    unit: OrgUnit
    concept: Concept | None

    @property
    def key(self) -> str:
        return f"{self.absent.pk}-{self.unit.pk}-{self.concept.pk if self.concept else 0}"

    @property
    def label(self) -> str:
        return f"{self.unit.name}, {self.concept.short_title}" if self.concept else self.unit.name


def may_see_page(user: "User") -> Decision:
    """Everyone with a role in a unit, deputies included, and the Evaluationsleitung."""
    if any(grant.role in UNIT_ROLES | COORDINATING for grant in access_for(user).grants):
        return ALLOWED
    return denied(
        "Vertretungen gibt es für Personen, die in einer Einheit berichten oder freigeben. "
        "Wer das ist, legt die Evaluationsleitung mit der technischen Verwaltung fest."
    )


def places(user: "User") -> list[Place]:
    """Return where `user` can name a deputy: for themselves, as Evaluationsleitung for everyone in their Konzepte.

    Sub-units of a role count one by one. Whoever only stands in cannot hand that on. Four queries, whatever their number.
    """
    everywhere, concept_ids = access_for(user).concepts_of(COORDINATING)
    mine = Q(user=user)
    if everywhere:
        mine = Q()
    elif concept_ids:
        mine |= Q(concept=None) | Q(concept__in=concept_ids)
    rows = Membership.objects.filter(mine, role__in=Role.in_units(), user__is_active=True).select_related("user", "concept")
    units = {unit.pk: unit for unit in OrgUnit.objects.all()}
    led = {concept.pk: concept for concept in Concept.objects.filter(pk__in=concept_ids)} if concept_ids else {}
    found: dict[str, Place] = {}
    for row in rows:
        own_or_everywhere = everywhere or row.user_id == user.pk
        concepts = [row.concept] if own_or_everywhere or row.concept_id else list(led.values())
        for unit in _units_of(row, units):
            for concept in concepts:
                place = Place(row.user, unit, concept)
                found[place.key] = place
    return sorted(found.values(), key=lambda p: (p.absent != user, fold(str(p.absent)), p.absent.pk, fold(p.label)))


def _units_of(membership: Membership, units: dict[int, OrgUnit]) -> Iterable[OrgUnit]:
    for unit in units.values():
        current, seen = unit, set()
        while current.pk != membership.unit_id and membership.with_subunits and current.parent_id and current.pk not in seen:
            seen.add(current.pk)
            current = units[current.parent_id]
        if current.pk == membership.unit_id and unit.is_active and not unit.is_external:
            yield unit


def reporters(concept: Concept | None) -> "QuerySet[Membership]":
    """Return the memberships that make somebody a possible deputy: Berichterstattung in a unit, in the same Konzept."""
    rows = Membership.objects.filter(role=Role.REPORTER, user__is_active=True)
    return rows if concept is None else rows.filter(Q(concept=None) | Q(concept=concept))


def possible_deputies(offered: list[Place]) -> list[tuple["User", list[OrgUnit]]]:
    """Return who can stand in at one of the places, with the units they report for: one query."""
    concept_ids = {place.concept.pk if place.concept else None for place in offered}
    rows = reporters(None) if None in concept_ids else reporters(None).filter(Q(concept=None) | Q(concept__in=concept_ids))
    people: dict[Any, list[OrgUnit]] = {}
    for row in rows.select_related("user", "unit").order_by("unit__name"):
        own = people.setdefault(row.user, [])
        if row.unit is not None and row.unit not in own:
            own.append(row.unit)
    only_me = {place.absent for place in offered}
    people = {person: units for person, units in people.items() if only_me != {person}}
    return sorted(people.items(), key=lambda item: (fold(str(item[0])), item[0].pk))


def give(
    place: Place,
    deputy: "User",
    *,
    from_on: date,
    until_on: date,
    note: str = "",
    user: "User",
    now: datetime | None = None,
) -> Deputy:
    """Let `deputy` report for the person and unit of `place`, which comes from `places(user)`. Writes the history.

    Raises `Impossible` with what is missing: the role, dates in order, a period that is not over and not longer than a year.
    """
    now = now or timezone.now()
    _check_period(from_on, until_on, today=timezone.localdate(now))
    with transaction.atomic():
        # Two people entering the same Vertretung at once wait for each other here.
        list(OrgUnit.objects.select_for_update().filter(pk=place.unit.pk))
        _check_deputy(place, deputy)
        _check_overlap(place, deputy, from_on, until_on)
        row = Deputy(
            absent=place.absent,
            deputy=deputy,
            unit=place.unit,
            concept=place.concept,
            from_on=from_on,
            until_on=until_on,
            note=clean_text(note).strip(),
        )
        log(row, user=user, now=now, what="Vertretung eingerichtet")
        row.save()
    return row


def _check_period(from_on: date, until_on: date, *, today: date) -> None:
    if until_on < from_on:
        raise Impossible("Das Ende der Vertretung liegt vor ihrem Beginn.")
    if until_on < today:
        raise Impossible(f"Der {until_on:%d.%m.%Y} ist schon vorbei. Eine Vertretung gilt nicht rückwirkend.")
    if until_on - from_on > LONGEST:
        raise Impossible(
            "Eine Vertretung dauert höchstens ein Jahr. Wer länger für die Einheit berichtet, braucht dort eine eigene Rolle; "
            "die vergibt die technische Verwaltung."
        )


def _check_deputy(place: Place, deputy: "User") -> None:
    if deputy == place.absent:
        raise Impossible("Niemand vertritt sich selbst. Wählen Sie eine andere Person.")
    if not deputy.is_active:
        raise Impossible(f"Das Konto von {deputy} ist nicht aktiv. Wählen Sie eine andere Person.")
    if not reporters(place.concept).filter(user=deputy).exists():
        where = f"im Konzept „{place.concept}“" if place.concept else "in einer Einheit"
        raise Impossible(
            f"{deputy} hat die Rolle „{Role.REPORTER.label}“ {where} nicht und kann deshalb nicht vertreten. "
            "Rollen vergibt die technische Verwaltung."
        )
    has_it = Membership.objects.filter(Q(concept=None) | Q(concept=place.concept), user=deputy, unit=place.unit)
    if has_it.filter(role__in=Role.in_units()).exists():
        raise Impossible(f"{deputy} hat in „{place.unit}“ schon eine eigene Rolle und braucht keine Vertretung dafür.")


def _check_overlap(place: Place, deputy: "User", from_on: date, until_on: date) -> None:
    same = Deputy.objects.filter(absent=place.absent, deputy=deputy, unit=place.unit, concept=place.concept, ended_at=None)
    other = same.filter(from_on__lte=until_on, until_on__gte=from_on).first()
    if other:
        raise Impossible(f"{deputy} vertritt hier schon vom {other.from_on:%d.%m.%Y} bis zum {other.until_on:%d.%m.%Y}.")


def visible(user: "User") -> "QuerySet[Deputy]":
    """Return the Vertretungen that `user` gave or received; for the Evaluationsleitung those that reach into its Konzepte."""
    everywhere, concept_ids = access_for(user).concepts_of(COORDINATING)
    rows = Deputy.objects.select_related("absent", "deputy", "unit", "concept")
    if everywhere:
        return rows
    seen = Q(absent=user) | Q(deputy=user)
    if concept_ids:
        seen |= Q(concept__in=concept_ids) | Q(concept=None)
    return rows.filter(seen)


def may_end(user: "User", row: Deputy) -> Decision:
    """The person who is stood in for, and the Evaluationsleitung of all Konzepte the Vertretung reaches into."""
    everywhere, concept_ids = access_for(user).concepts_of(COORDINATING)
    if row.absent_id == user.pk or everywhere or row.concept_id in concept_ids:
        return ALLOWED
    return denied(f"Diese Vertretung beendet {row.absent} oder die Evaluationsleitung.")


def is_over(row: Deputy, today: date) -> bool:
    return row.ended_at is not None or row.until_on < today


def end(row: Deputy, *, user: "User", now: datetime | None = None) -> Deputy:
    """End a Vertretung at once, also one that has not begun. Raises `Impossible` if it is over."""
    now = now or timezone.now()
    may_end(user, row).require()
    with transaction.atomic():
        locked = Deputy.objects.select_for_update(of=("self",)).select_related("absent", "deputy", "unit").get(pk=row.pk)
        if is_over(locked, timezone.localdate(now)):
            raise Impossible("Diese Vertretung ist schon beendet.")
        locked.ended_at = now
        log(locked, user=user, now=now, what="vorzeitig beendet")
        locked.save()
    return locked


def resume(row: Deputy, *, user: "User", now: datetime | None = None) -> Deputy:
    """Let a Vertretung that was ended early count again, until its last day. Raises as `end` and `give`."""
    now = now or timezone.now()
    may_end(user, row).require()
    with transaction.atomic():
        list(OrgUnit.objects.select_for_update().filter(pk=row.unit_id))
        locked = (
            Deputy.objects.select_for_update(of=("self",)).select_related("absent", "deputy", "unit", "concept").get(pk=row.pk)
        )
        if locked.ended_at is None:
            raise Impossible("Diese Vertretung gilt schon wieder.")
        if locked.until_on < timezone.localdate(now):
            raise Impossible(f"Diese Vertretung wäre seit dem {locked.until_on:%d.%m.%Y} vorbei.")
        place = Place(locked.absent, locked.unit, locked.concept)
        _check_deputy(place, locked.deputy)
        _check_overlap(place, locked.deputy, locked.from_on, locked.until_on)
        locked.ended_at = None
        log(locked, user=user, now=now, what="Beenden rückgängig gemacht")
        locked.save()
    return locked


def to_hand_over(unit: OrgUnit, into: OrgUnit, today: date) -> list[Deputy]:
    """Return the Vertretungen in `unit`, running or planned, that count in `into` once it has taken the place of `unit`.

    Left out are those of people who have a role of their own in `into` and those that exist there already.
    """
    running = Deputy.objects.filter(ended_at=None, until_on__gte=today)
    there = list(running.filter(unit=into))
    own_role = {
        (user_id, concept_id)
        for user_id, concept_id in Membership.objects.filter(unit=into, role__in=Role.in_units()).values_list("user", "concept")
    }
    return [
        row
        for row in running.filter(unit=unit).select_related("absent", "deputy")
        if not {(row.deputy_id, None), (row.deputy_id, row.concept_id)} & own_role
        and not any(_is_same(row, other) and row.from_on <= other.until_on and row.until_on >= other.from_on for other in there)
    ]


def _is_same(row: Deputy, other: Deputy) -> bool:
    return (row.absent_id, row.deputy_id, row.concept_id) == (other.absent_id, other.deputy_id, other.concept_id)


def hand_over(unit: OrgUnit, into: OrgUnit, *, user: "User", now: datetime | None = None) -> list[Deputy]:
    """Let the Vertretungen in `unit` count in `into`, which takes its place. Part of `ratings.organising.merge_unit`.

    As everywhere they count only while the person who is stood in for has a role there.
    """
    now = now or timezone.now()
    rows = to_hand_over(unit, into, timezone.localdate(now))
    for row in rows:
        row.unit = into
        log(row, user=user, now=now, what=f"Vertretung von „{unit}“ auf „{into}“ übergegangen")
        row.save()
    return rows


def people() -> "QuerySet[User]":
    """Return everyone with a role: who may be named in a form. `give` says what a person lacks."""
    user_model: Any = get_user_model()
    return user_model.objects.filter(memberships__isnull=False).distinct()
