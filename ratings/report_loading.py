"""Reads what the Evaluationsbericht of a round is made of: rows, chapters and the round before. A fixed number of queries."""

from collections.abc import Iterable
from typing import Any

from ratings.appendix import Appendix, Audience, NothingReleased, load_appendix
from ratings.comparison import Comparison, compare
from ratings.evaluation_report import EvaluationReport, build_report
from ratings.lineage import comparable_rounds, predecessors, title_of
from ratings.models import ReportingRound
from ratings.summaries import chapters_for, indicators_for


def load_report(
    round_: ReportingRound,
    rounds: Iterable[Any],
    audience: Audience,
    *,
    owner: str,
    version: int | None = None,
) -> EvaluationReport:
    """Return the report of `round_` for `audience`; with `version` that of this Fassung.

    `rounds` (marked by `lineage.with_lineage`) are those that may be compared with. Raises `NothingReleased`, `NoSuchVersion`.
    What is released is the same for everyone: then the inside, too, gets the rows of the readers.
    """
    whole = load_appendix(round_, audience, with_texts=not round_.has_ratings, version=version)
    chapters, indicators = chapters_for(round_, whole), indicators_for(round_, whole)
    if audience is Audience.INTERNAL and not whole.is_draft:
        whole = load_appendix(round_, Audience.RELEASED, version=whole.version)
    comparison = _comparison(round_, rounds, whole)
    return build_report(whole, chapters, owner=owner, comparison=comparison, indicators=indicators)


def _comparison(round_: ReportingRound, rounds: Iterable[Any], whole: Appendix) -> Comparison | None:
    """Return what changed since the last round before whose result is released: only that may stand in a report."""
    for earlier in comparable_rounds(round_, rounds) if whole.has_ratings else ():
        try:
            before = load_appendix(earlier, Audience.RELEASED)
        except NothingReleased:
            continue
        return compare(whole.rows, before.rows, predecessors(round_, earlier), title=title_of(earlier, round_))
    return None
