"""Changing a Konzept in the portal: its own data, headings, Ziele, Maßnahmen and their order.

Each act is one transaction: it locks the Konzept and its running round, so that two people and a report being handed in wait for
each other, reads again, checks, writes and leaves an entry in the history. What is locked, and why, stands in
`ratings.concept_locks`. A Maßnahme keeps its `key` whatever happens to it. All raise `PermissionDenied` if the person may not,
`Impossible` if the act does not fit, `ValidationError` by field and `Stale` if somebody else was faster; nothing is written then.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify
from simple_history.utils import bulk_update_with_history

from goals.models import ActionField, Challenge, Concept, Goal, Measure
from goals.text import clean_text, fold
from ratings import permissions
from ratings.concept_locks import Hold, Locks, Part, locks, removal
from ratings.models import ReportingRound
from ratings.states import RoundState
from ratings.workflow import Impossible, log

if TYPE_CHECKING:
    from evalportal.accounts.models import User

Movable: TypeAlias = ActionField | Challenge | Measure

# What is edited here, in the order in which it is shown.
EDITABLE: dict[type[Part], tuple[str, ...]] = {
    Concept: ("title", "short_title", "period_start", "period_end", "resolution"),
    ActionField: ("title", "position"),
    Challenge: ("action_field", "title", "position"),
    Goal: ("challenge", "number", "text", "kind"),
    Measure: ("goal", "position", "title", "is_mandatory"),
}
# The field that names what something stands in.
PARENT: dict[type[Part], str] = {ActionField: "concept", Challenge: "action_field", Goal: "challenge", Measure: "goal"}

# A position is written in addresses (`ratings.urls.MeasureNumber`) and sorted with.
MOST_POSITION = 999
_NUMBER = re.compile(r"[^/\\?#%]{1,20}")


class Stale(Exception):
    """Somebody else changed `current` since the page was shown; nothing was written."""

    def __init__(self, current: Part) -> None:
        super().__init__("Changed by somebody else.")
        self.current = current


def concept_of(part: Part) -> int:
    """Return the primary key of the Konzept that `part` belongs to."""
    if isinstance(part, Concept):
        return part.pk
    return part.action_field.concept_id if isinstance(part, Challenge) else part.concept_id


def version_of(row: models.Model, kind: type[Part]) -> str:
    """Return what stands for the editable content of `row`, one of `kind` or of its history."""
    return hashlib.sha256("\0".join(str(plain(row, name, kind)) for name in EDITABLE[kind]).encode()).hexdigest()[:32]


def plain(part: models.Model, name: str, kind: type[Part]) -> Any:
    """Return the value of a field as it is compared: the primary key where it points to something."""
    field: Any = kind._meta.get_field(name)
    return field.value_from_object(part)


def base_of(part: Part, seen: str) -> models.Model | None:
    """Return the state of `part` that a page with the version `seen` was made of, None if the history does not know it."""
    recent = part.history.order_by("-history_date", "-history_id")[:30]
    return next((row for row in recent if version_of(row, type(part)) == seen), None)


def _begin(concept_id: int, user: "User") -> Concept:
    """Lock the Konzept and its running round in this order; check the person."""
    concept = Concept.objects.select_for_update(no_key=True).get(pk=concept_id)
    # As everywhere the Maßnahmen before the round, so that nobody waits in a circle (`ratings.organising.assign_many`).
    list(Measure.objects.select_for_update(no_key=True).filter(concept=concept).order_by("pk").values_list("pk"))
    running = ReportingRound.objects.select_for_update().filter(
        concept=concept, state__in=[RoundState.OPEN, RoundState.COORDINATING]
    )
    list(running)
    permissions.may_coordinate(user, concept_id).require()
    return concept


def _again(part: Part) -> Any:
    """Return `part` as it is now. Raises `Impossible` if it was removed."""
    fresh = type(part)._default_manager.filter(pk=part.pk).first()
    if fresh is None:
        raise Impossible(f"„{part}“ wurde inzwischen entfernt.")
    return fresh


def save(
    part: Part,
    values: Mapping[str, Any],
    *,
    seen: str,
    reason: str = "",
    user: "User",
    now: datetime | None = None,
) -> tuple[str, ...]:
    """Change the fields in `values` of `part`, which was shown in the version `seen`. Returns the names of those that changed."""
    now = now or timezone.now()
    with transaction.atomic():
        _begin(concept_of(part), user)
        fresh = _again(part)
        if version_of(fresh, type(part)) != seen:
            raise Stale(fresh)
        before = {name: plain(fresh, name, type(part)) for name in values}
        for name, value in values.items():
            setattr(fresh, name, _cleaned(type(part), name, value))
        changed = tuple(name for name in values if plain(fresh, name, type(part)) != before[name])
        if not changed:
            return ()
        _refuse_held(part, changed, reason, locks(Concept(pk=concept_of(part))))
        _check(fresh)
        what = clean_text(reason).strip() or _what(type(part), changed)
        _write(fresh, changed, what=what, user=user, now=now)
    return changed


def _cleaned(kind: type[Part], name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = clean_text(value).strip()
    return text if (kind, name) in {(Goal, "text"), (Concept, "resolution")} else " ".join(text.split())


def _refuse_held(part: Part, changed: Iterable[str], reason: str, held: Locks) -> None:
    errors = {}
    for name in changed:
        hold = held.hold(part, name)
        if hold is Hold.FIRM:
            errors[name] = f"Gesperrt. {held.of(part)}"
        elif hold is Hold.CORRECTION and not reason.strip():
            errors["reason"] = (
                f"{held.of(part)} Bis dahin lässt sich nur ein Schreibfehler berichtigen. Schreiben Sie, was Sie berichtigen und warum."
            )
    if errors:
        raise ValidationError(errors)


def _what(kind: type[Part], changed: Iterable[str]) -> str:
    fields: list[Any] = [kind._meta.get_field(name) for name in changed]
    labels = [str(field.verbose_name) for field in fields]
    return f"geändert: {', '.join(labels)}"


def _check(part: Any) -> None:
    """Raise `ValidationError` by field for what does not fit; the words say what is there already."""
    part.clean()
    if isinstance(part, Goal):
        _check_number(part)
    if isinstance(part, Measure):
        _check_place(part)
    if isinstance(part, ActionField | Challenge):
        _check_heading(part)
    # The order of headings is made to fit after this.
    part.full_clean(validate_constraints=not isinstance(part, ActionField | Challenge))


def _check_heading(part: ActionField | Challenge) -> None:
    if isinstance(part, Challenge) and part.pk:
        was = ActionField.objects.get(challenges=part.pk)
        if was.concept_id != part.action_field.concept_id:
            raise ValidationError({"action_field": "Dieses Handlungsfeld gehört zu einem anderen Konzept."})
    for other in siblings(part).exclude(pk=part.pk):
        if fold(other.title) == fold(part.title):
            raise ValidationError({"title": f"„{_short(other.title)}“ gibt es hier schon."})


def _check_number(goal: Goal) -> None:
    if not _NUMBER.fullmatch(goal.number) or not any(char.isalnum() for char in goal.number):
        raise ValidationError(
            {"number": "Eine Nummer hat höchstens 20 Zeichen, eine Ziffer oder einen Buchstaben und kein / \\ ? # %."}
        )
    others = Goal.objects.filter(concept=goal.concept_id).exclude(pk=goal.pk)
    for other in others.only("number", "text"):
        if fold(other.number) == fold(goal.number):
            raise ValidationError({"number": f"Die Nummer {other.number} hat schon ein anderes Ziel: „{_short(other.text)}“."})


def _check_place(measure: Measure) -> None:
    if not 1 <= measure.position <= MOST_POSITION:
        raise ValidationError({"position": f"Wählen Sie eine Zahl von 1 bis {MOST_POSITION}."})
    other = Measure.objects.filter(goal=measure.goal_id, position=measure.position).exclude(pk=measure.pk).first()
    if other is not None:
        free = next_position(measure.goal)
        raise ValidationError(
            {
                "position": f"{measure.number} ist schon „{_short(other.title)}“. Frei ist {measure.goal.number}.{free}; "
                "tauschen lassen sich benachbarte Maßnahmen mit den Pfeilen in der Übersicht."
            }
        )


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} …"


def next_position(goal: Goal) -> int:
    """Return the position after the last Maßnahme of `goal`."""
    return int(goal.measures.aggregate(last=Max("position"))["last"] or 0) + 1


def _write(part: Any, changed: Iterable[str], *, what: str, user: "User", now: datetime) -> None:
    if isinstance(part, ActionField | Challenge) and (part.pk is None or {"position", "action_field"} & set(changed)):
        _insert(part, what=what, user=user, now=now)
        return
    log(part, user=user, now=now, what=what)
    part.save()


def siblings(part: Any) -> "models.QuerySet[Any]":
    """Return everything that stands in the same place as `part`, itself included, in its order."""
    parent = PARENT[type(part)]
    rows: models.QuerySet[Any] = type(part)._default_manager.filter(**{parent: getattr(part, f"{parent}_id")})
    return rows.order_by("position", "pk")


def _insert(part: Any, *, what: str, user: "User", now: datetime) -> None:
    """Put a heading at `part.position` among its siblings and count them anew from 1."""
    others = list(siblings(part).exclude(pk=part.pk))
    place = min(max(part.position, 1), len(others) + 1)
    moved = []
    part.position = place
    # Positions are unique at every moment: first all of them out of the way.
    siblings(part).update(position=F("position") + max((row.position for row in others), default=0) + len(others) + 2)
    for number, row in enumerate(others, 1):
        target = number if number < place else number + 1
        if row.position != target:
            row.position = target
            moved.append(row)
    type(part)._default_manager.bulk_update(others, ["position"])
    bulk_update_with_history(
        moved, type(part), ["position"], default_user=user, default_change_reason="Reihenfolge geändert", default_date=now
    )
    log(part, user=user, now=now, what=what)
    part.save()


def add(part: Part, *, user: "User", now: datetime | None = None) -> Part:
    """Write a new part that was filled in; a heading at its position, a Maßnahme with a key of its own. Returns it."""
    now = now or timezone.now()
    with transaction.atomic():
        _begin(concept_of(part), user)
        new: Any = part
        for name in EDITABLE[type(part)]:
            setattr(new, name, _cleaned(type(part), name, getattr(new, name)))
        if isinstance(new, Measure):
            new.key = _new_key(new)
        _check(new)
        _write(new, (), what="angelegt", user=user, now=now)
    return part


def _new_key(measure: Measure) -> str:
    """Return a key that no Maßnahme of the Konzept has or ever had: it stays in files for ever."""
    first = Measure.objects.filter(concept=measure.concept_id).order_by("pk").values_list("key", flat=True).first()
    stem = slugify((first or measure.concept.slug).partition("-")[0])[:12] or "m"
    base = f"{stem}-{slugify(measure.goal.number)[:14] or 'z'}-{measure.position}"
    taken = set(Measure.objects.filter(concept=measure.concept_id).values_list("key", flat=True))
    taken |= set(Measure.history.filter(concept_id=measure.concept_id).values_list("key", flat=True))
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def remove(part: Part, *, seen: str, user: "User", now: datetime | None = None) -> None:
    """Remove what is empty and was never part of a round; `removal` says what else is in the way."""
    now = now or timezone.now()
    with transaction.atomic():
        _begin(concept_of(part), user)
        fresh = _again(part)
        if version_of(fresh, type(part)) != seen:
            raise Stale(fresh)
        decision = removal(fresh)
        if not decision:
            raise Impossible(decision.reason)
        if isinstance(fresh, Measure):
            for row in fresh.responsibilities.all():
                log(row, user=user, now=now, what=f"Maßnahme {fresh.number} entfernt")
                row.delete()
        log(fresh, user=user, now=now, what="entfernt")
        fresh.delete()


def move(part: Movable, *, up: bool, seen_position: int, user: "User", now: datetime | None = None) -> Movable:
    """Swap `part` with the one before or after it. `seen_position` is where it stood on the page. Returns it as it is now."""
    now = now or timezone.now()
    with transaction.atomic():
        _begin(concept_of(part), user)
        fresh: Movable = _again(part)
        rows = list(siblings(fresh))
        place = next(index for index, row in enumerate(rows) if row.pk == fresh.pk)
        if fresh.position != seen_position:
            raise Impossible("Die Reihenfolge hat sich inzwischen geändert. Sehen Sie nach, ob sie schon stimmt.")
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            raise Impossible(f"„{_short(fresh.title)}“ steht schon {'am Anfang' if up else 'am Ende'}.")
        if isinstance(fresh, Measure):
            _swap(fresh, rows[other], user=user, now=now)
        else:
            fresh.position = other + 1
            _insert(fresh, what="Reihenfolge geändert", user=user, now=now)
    return fresh


def _swap(one: Measure, other: Measure, *, user: "User", now: datetime) -> None:
    held = locks(Concept(pk=one.concept_id))
    for measure in (one, other):
        if lock := held.of(measure):
            raise Impossible(f"{measure.number} behält seine Nummer. {lock}")
    one.position, other.position = other.position, one.position
    Measure.objects.filter(pk=one.pk).update(position=one.position + other.position + MOST_POSITION)
    for measure in (other, one):
        log(measure, user=user, now=now, what="Reihenfolge geändert")
        measure.save()


def renumbered(goal: Goal, number: str) -> list[tuple[str, str, str]]:
    """Return (old number, new number, title) of every Maßnahme that another number of its Ziel renames."""
    number = " ".join(clean_text(number).split())
    if number == goal.number:
        return []
    rows = goal.measures.order_by("position", "pk")
    return [(f"{goal.number}.{row.position}", f"{number}.{row.position}", row.title) for row in rows]
