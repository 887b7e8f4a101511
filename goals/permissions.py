"""Who someone is here: their roles, units and Konzepte, and the shape of every answer to „may I?“."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone

from goals.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from evalportal.accounts.models import User
    from goals.models import Deputy


@dataclass(frozen=True)
class Decision:
    """The answer of a predicate: true if allowed, else with the reason in words for the person who asked."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise `PermissionDenied` with the reason, so that the page 403 can show it, unless allowed."""
        if not self.allowed:
            raise PermissionDenied(self.reason)


ALLOWED = Decision(True)


def denied(reason: str) -> Decision:
    return Decision(False, reason)


@dataclass(frozen=True)
class Grant:
    """One membership, its units resolved: all units below it if it includes sub-units. Or a Vertretung of today."""

    role: Role
    concept_id: int | None
    unit_ids: frozenset[int]
    is_deputy: bool = False

    def covers(self, concept_id: int) -> bool:
        return self.concept_id is None or self.concept_id == concept_id


@dataclass(frozen=True)
class Access:
    """All grants of one person, loaded once per request with at most two queries."""

    user_id: int | None
    grants: tuple[Grant, ...]

    @cached_property
    def everywhere(self) -> bool:
        """True if some grant is for all Konzepte."""
        return any(grant.concept_id is None for grant in self.grants)

    @cached_property
    def concept_ids(self) -> frozenset[int]:
        """Konzepte with a grant of their own; look at `everywhere` first."""
        return frozenset(grant.concept_id for grant in self.grants if grant.concept_id is not None)

    def has(self, roles: "Iterable[Role]", concept_id: int) -> bool:
        return any(grant.role in roles and grant.covers(concept_id) for grant in self.grants)

    def units(self, roles: "Iterable[Role]", concept_id: int) -> frozenset[int]:
        """Primary keys of the units in which the person has one of `roles` for this Konzept."""
        return frozenset(
            unit_id for grant in self.grants if grant.role in roles and grant.covers(concept_id) for unit_id in grant.unit_ids
        )

    def concepts_of(self, roles: "Iterable[Role]") -> tuple[bool, frozenset[int]]:
        """Return (all Konzepte?, those with a grant of their own) in which the person has one of `roles`."""
        matching = [grant for grant in self.grants if grant.role in roles]
        return (
            any(grant.concept_id is None for grant in matching),
            frozenset(grant.concept_id for grant in matching if grant.concept_id is not None),
        )


NOBODY = Access(None, ())


def _below(unit_id: int, children: dict[int | None, list[int]]) -> frozenset[int]:
    found, waiting = set(), [unit_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(children.get(current, ()))
    return frozenset(found)


def current_deputies() -> "QuerySet[Deputy]":
    """Return the Vertretungen that count today, first and last day included.

    One that was ended early counts no more, nor one for somebody who has lost their own role in the unit.
    """
    today = timezone.localdate()
    membership_model: Any = apps.get_model("goals", "Membership")
    deputy_model: Any = apps.get_model("goals", "Deputy")
    own_role = membership_model.objects.filter(
        Q(unit=OuterRef("unit")) | Q(with_subunits=True),
        Q(concept=None) | Q(concept=OuterRef("concept")),
        user=OuterRef("absent"),
        role__in=Role.in_units(),
    )
    running = deputy_model.objects.filter(from_on__lte=today, until_on__gte=today, ended_at=None)
    return running.filter(Exists(own_role))


def _granted(user: "User") -> list[tuple[str, int | None, int | None, bool, bool]]:
    """Return role, Konzept, unit, „with sub-units“ and „as a deputy“ of all that `user` has today: one query."""
    membership_model: Any = apps.get_model("goals", "Membership")
    own = membership_model.objects.filter(user=user).annotate(as_deputy=Value(False))
    columns = ("concept_id", "unit_id")
    standing_in = (
        current_deputies()
        .filter(deputy=user)
        .annotate(role=Value(Role.REPORTER.value), with_subunits=Value(False), as_deputy=Value(True))
    )
    both = own.order_by().values_list("role", *columns, "with_subunits", "as_deputy")
    return list(both.union(standing_in.order_by().values_list("role", *columns, "with_subunits", "as_deputy"), all=True))


def load_access(user: "User | AnonymousUser") -> Access:
    """Read the grants of `user` from the database: one query, a second one if a grant includes sub-units.

    A deputy has the role Berichterstattung in the unit they stand in for, as long as the Vertretung lasts; Freigabe is not
    handed on, nor are sub-units.
    """
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    rows = _granted(user)
    children: dict[int | None, list[int]] = {}
    if any(with_subunits for _, _, _, with_subunits, _ in rows):
        unit_model: Any = apps.get_model("goals", "OrgUnit")
        for pk, parent_id in unit_model.objects.values_list("pk", "parent_id"):
            children.setdefault(parent_id, []).append(pk)
    return Access(
        user.pk,
        tuple(
            Grant(
                Role(role),
                concept_id,
                frozenset() if unit_id is None else _below(unit_id, children) if with_subunits else frozenset({unit_id}),
                bool(is_deputy),
            )
            for role, concept_id, unit_id, with_subunits, is_deputy in rows
        ),
    )


def access_for(user: "User | AnonymousUser") -> Access:
    """Return the access of `user`, kept on the instance: a request has its own, so a change counts from the next one on."""
    access: Access | None = getattr(user, "_access", None)
    if access is None:
        access = load_access(user)
        user._access = access  # type: ignore[union-attr]
    return access


def may_create_concept(user: "User | AnonymousUser") -> Decision:
    """Create a Konzept: the Evaluationsleitung of all of them."""
    everywhere, _ = access_for(user).concepts_of({Role.COORDINATOR})
    return ALLOWED if everywhere else denied("Neue Konzepte legt nur die Evaluationsleitung aller Konzepte an.")


def may_change_concept(user: "User | AnonymousUser", concept_id: int) -> Decision:
    """Change what a Konzept says: its Evaluationsleitung."""
    if access_for(user).has({Role.COORDINATOR}, concept_id):
        return ALLOWED
    return denied("Das Konzept ändert nur die Evaluationsleitung.")
