"""Who someone is here: their roles, units and Konzepte, and the shape of every answer to „may I?“."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import PermissionDenied

from goals.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from evalportal.accounts.models import User


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
    """One membership, its units resolved: all units below it if it includes sub-units."""

    role: Role
    concept_id: int | None
    unit_ids: frozenset[int]

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


def load_access(user: "User | AnonymousUser") -> Access:
    """Read the grants of `user` from the database: one query, a second one if a grant includes sub-units."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    membership_model: Any = apps.get_model("goals", "Membership")
    rows = list(membership_model.objects.filter(user=user).values_list("role", "concept_id", "unit_id", "with_subunits"))
    children: dict[int | None, list[int]] = {}
    if any(with_subunits for *_, with_subunits in rows):
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
            )
            for role, concept_id, unit_id, with_subunits in rows
        ),
    )


def access_for(user: "User | AnonymousUser") -> Access:
    """Return the access of `user`, kept on the instance: a request has its own, so a change counts from the next one on."""
    access: Access | None = getattr(user, "_access", None)
    if access is None:
        access = load_access(user)
        user._access = access  # type: ignore[union-attr]
    return access
