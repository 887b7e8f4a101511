"""Who in the units is written to: names leave this module only towards the person themselves and the Evaluationsleitung."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from goals.models import Membership, OrgUnit
from goals.permissions import access_for, current_deputies
from goals.roles import Role
from ratings.models import MailKind, StatusReport
from ratings.states import ReportState

if TYPE_CHECKING:
    from evalportal.accounts.models import User

TO_WRITE = (ReportState.OPEN, ReportState.DRAFT, ReportState.RETURNED)


def kinds_for(user: "User") -> list[MailKind]:
    """Return what the portal may write to `user` about: to units all, to the Evaluationsleitung that everything is agreed; else nothing."""
    held = {grant.role for grant in access_for(user).grants}
    if held & {*Role.in_units()}:
        return list(MailKind)
    return [MailKind.FINISHED] if Role.COORDINATOR in held else []


@dataclass(frozen=True)
class People:
    """The people of the units of one Konzept by unit. Where a unit has nobody to report, its approvers write."""

    reporters: dict[int, set["User"]] = field(default_factory=lambda: defaultdict(set))
    approvers: dict[int, set["User"]] = field(default_factory=lambda: defaultdict(set))

    def writers(self, unit_id: int) -> set["User"]:
        return self.reporters.get(unit_id) or self.approvers.get(unit_id) or set()

    def owing(self, report: StatusReport) -> set["User"]:
        """Who has to do something about `report` now: write it, or approve it unless they handed it in themselves."""
        if report.state in TO_WRITE:
            return self.writers(report.unit_id)
        if report.state == ReportState.AWAITING_APPROVAL:
            return {person for person in self.approvers.get(report.unit_id, set()) if person.pk != report.handed_in_by_id}
        return set()


def people_of_units(concept_id: int) -> People:
    """Return who reports and approves in which unit, deputies of today included: three queries, whatever the number of people."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent_id in OrgUnit.objects.values_list("pk", "parent_id"):
        children[parent_id].append(pk)
    here = Q(concept=None) | Q(concept=concept_id)
    found = People()
    held = Membership.objects.filter(here, role__in=Role.in_units(), user__is_active=True).select_related("user")
    for membership in held:
        place = found.reporters if membership.role == Role.REPORTER else found.approvers
        if membership.unit_id is None:  # the database has no such role in a unit
            continue
        for unit_id in _with_subunits(membership.unit_id, children) if membership.with_subunits else {membership.unit_id}:
            place[unit_id].add(membership.user)
    for deputy in current_deputies().filter(here, deputy__is_active=True).select_related("deputy"):
        found.reporters[deputy.unit_id].add(deputy.deputy)
    return found


def _with_subunits(unit_id: int, children: dict[int | None, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [unit_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += children.get(current, [])
    return found


def coordinators(concept_id: int) -> set["User"]:
    """Return the Evaluationsleitung of a Konzept: one query."""
    held = Membership.objects.filter(Q(concept=None) | Q(concept=concept_id), role=Role.COORDINATOR, user__is_active=True)
    return {membership.user for membership in held.select_related("user")}


def by_person(reports: Iterable[StatusReport], people: People) -> dict["User", list[StatusReport]]:
    """Return what each person owes of `reports`, in their order. Who owes nothing is not in it."""
    found: dict[User, list[StatusReport]] = defaultdict(list)
    for report in reports:
        for person in people.owing(report):
            found[person].append(report)
    return dict(found)
