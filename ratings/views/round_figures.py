"""What the rows of a round add up to, for the page of the round and the start page, and where the overview shows those rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from ratings.appendix import Appendix, AppendixRow
from ratings.rollup import DISPUTED_VALUE, Progress, category
from ratings.states import ReportState


@dataclass(frozen=True)
class Figures:
    """The numbers of one round at a glance. `unanimous` counts the Stand „einig“, `ready` those of them without an open Rückfrage."""

    total: int
    agreed: int
    graded: int
    disputed: int
    unanimous: int
    ready: int
    reported: int
    owed: int
    submitted: int
    exceptions: tuple[tuple[Progress, int], ...]

    @property
    def missing(self) -> int:
        return self.owed - self.submitted


# What somebody has to see to, the most pressing first.
_EXCEPTIONS = (Progress.RECHECK, Progress.INQUIRY, Progress.NOBODY, Progress.DROPPED)


def figures(appendix: Appendix, asked: Collection[str] = ()) -> Figures:
    """Return the numbers of a round. „uneinig“ counts what stands as uneinig, so that its filter shows as many rows.

    `asked`: the numbers of the Maßnahmen with a Rückfrage that is not settled; „Einstimmige übernehmen“ does not propose them.
    """
    progress = [row.progress for row in appendix.rows]
    states = [line.state for row in appendix.rows for line in row.owed_units if line.state is not None]
    return Figures(
        total=appendix.total,
        agreed=sum(row.is_agreed for row in appendix.rows),
        graded=sum(row.is_agreed and row.grade is not None for row in appendix.rows),
        disputed=sum(category(row) == DISPUTED_VALUE for row in appendix.rows),
        unanimous=progress.count(Progress.UNANIMOUS),
        ready=sum(row.progress == Progress.UNANIMOUS and row.number not in asked for row in appendix.rows),
        reported=sum(not row.roll_up.missing and bool(row.owed_units) for row in appendix.rows),
        owed=len(states),
        submitted=states.count(ReportState.SUBMITTED),
        exceptions=tuple((kind, progress.count(kind)) for kind in _EXCEPTIONS if kind in progress),
    )


def to_decide(rows: Iterable[AppendixRow]) -> list[AppendixRow]:
    """Return the rows whose proposals are uneinig and about which nothing is agreed, in the order of the Konzept."""
    return [row for row in rows if category(row) == DISPUTED_VALUE]


# The overview's own query strings for the figures above.
_FILTERS = {
    "disputed": {"bewertung": DISPUTED_VALUE},
    "missing": {"fehlt": "1"},
    Progress.UNANIMOUS: {"stand": Progress.UNANIMOUS.value},
    Progress.RECHECK: {"stand": Progress.RECHECK.value},
    Progress.INQUIRY: {"stand": Progress.INQUIRY.value},
    Progress.NOBODY: {"stand": Progress.NOBODY.value},
    Progress.DROPPED: {"stand": Progress.DROPPED.value},
}


def overview_link(slug: str, what: str = "") -> str:
    """Return the address of the overview of a round, filtered to what a figure counts."""
    url = reverse("ratings:overview", args=[slug])
    return f"{url}?{urlencode(_FILTERS[what])}" if what else url
