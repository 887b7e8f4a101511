"""What somebody's units owe in one round, for the start page: how far it is, what comes first, until when."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from goals.models import Deputy
from goals.permissions import access_for
from ratings.models import ReportingRound, Supplement
from ratings.my_reports import NextSteps, ReportLine, common_due, next_steps, open_supplements, report_lines, standing_in
from ratings.querysets import UNIT_ROLES
from ratings.returns import Parts, bar_parts
from ratings.states import ReportState

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# What came back stands on top; more of it would push the button to go on from the first screen.
_BACK: Final = 2
_TITLES: Final = 3


@dataclass(frozen=True)
class Longer:
    """Reports of the person's units with one and the same longer deadline."""

    due_on: date
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class OwnReports:
    """The reports that somebody's units owe in one round, and what is to do of them."""

    round: ReportingRound
    owed: list[ReportLine]
    steps: NextSteps
    deputies: list[Deputy] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)

    @property
    def submitted(self) -> int:
        return sum(line.report.state == ReportState.SUBMITTED for line in self.owed)

    @property
    def shown_back(self) -> list[ReportLine]:
        return self.steps.came_back[:_BACK]

    @property
    def shown_waiting(self) -> list[ReportLine]:
        return self.steps.waiting[:_TITLES]

    @property
    def more_waiting(self) -> int:
        return len(self.steps.waiting) - len(self.shown_waiting)

    @property
    def more(self) -> int:
        """How much is to do besides what is named here; what waits for approval has its own line."""
        return self.steps.more + len(self.steps.came_back) - len(self.shown_back)

    @property
    def is_through(self) -> bool:
        """Nothing is left to do for this person."""
        return not self.steps

    @property
    def due_on(self) -> date:
        return common_due(self.round, self.owed)

    @property
    def is_running(self) -> bool:
        """The deadline of most reports is still to come, or today."""
        return self.due_on >= timezone.localdate()

    @property
    def is_late(self) -> bool:
        """Something is still to be handed in, and its last day has passed."""
        today = timezone.localdate()
        return any(line.due_on < today and line.submission is None for line in self.owed)

    @property
    def longer(self) -> list[Longer]:
        """Deadlines of unfinished reports that lie behind the one that stands above the list, the first to come first."""
        found: dict[date, list[str]] = {}
        for line in self.owed:
            if line.is_to_write and line.due_on > self.due_on:
                found.setdefault(line.due_on, []).append(line.report.measure.number)
        return [Longer(due_on, tuple(numbers)) for due_on, numbers in sorted(found.items())]

    @property
    def parts(self) -> Parts:
        return bar_parts(Counter(ReportState(line.report.state) for line in self.owed))


def own_reports(user: "User", round_: ReportingRound) -> OwnReports | None:
    """Return what the person's units owe in `round_`, None if they owe nothing: four queries, up to six with Vertretung or Nachtrag."""
    if not access_for(user).units(UNIT_ROLES, round_.concept_id):
        return None
    lines = report_lines(user, round_)
    owed = [line for line in lines if line.report.state != ReportState.DROPPED]
    if not owed:
        return None
    return OwnReports(
        round=round_,
        owed=owed,
        steps=next_steps(lines),
        deputies=standing_in(user, round_),
        supplements=open_supplements(round_, {line.report.measure_id for line in owed}),
    )


def stood_in_for(user: "User") -> list[Deputy]:
    """Return the Vertretungen of today by which somebody else reports for `user`: one query, none for whom no unit reports."""
    if not any(grant.role in UNIT_ROLES and not grant.is_deputy for grant in access_for(user).grants):
        return []
    today = timezone.localdate()
    rows = Deputy.objects.filter(absent=user, from_on__lte=today, until_on__gte=today, ended_at=None)
    return list(rows.select_related("deputy", "unit").order_by("until_on", "unit__name", "pk"))
