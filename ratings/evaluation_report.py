"""The Evaluationsbericht: what stands in it, from the rows of the Anhang, the written chapters and an earlier round. Pure.

Source of the order: the published report (1 Einleitung, 2 Prozessansatz und Evaluationsmethodik, 3.1 to 3.n the Handlungsfelder,
4 Fazit, Anhang). Nothing in it is invented: a chapter that nobody wrote stays empty. Only Maßnahmen have grades; Handlungsfelder and
the whole have distributions (DESIGN.md, section 4, rule 1). The documents are made of this in `documents.report_words`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.blocks import Block
from ratings.comparison import Change, Compared, Comparison
from ratings.indicator_lines import IndicatorLine
from ratings.models import Section
from ratings.rollup import DISPUTED_VALUE, Share, Standing, distribution
from ratings.scheme import Marker
from ratings.summaries import Chapter


@dataclass(frozen=True, slots=True)
class MarkerCount:
    """How many Maßnahmen have a Kennzeichen; of `unknown` ones the source does not tell it, which is not „no“."""

    marker: Marker
    count: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of some Maßnahmen. `is_rated`: a grade, or a disagreement on it, stands anywhere; else no bar is drawn."""

    measures: int
    goals: int
    shares: tuple[Share, ...]
    markers: tuple[MarkerCount, ...]
    is_rated: bool
    reported: int

    @property
    def shown(self) -> tuple[Share, ...]:
        """The shares that a table lists: „uneinig“ only where it occurs."""
        return tuple(share for share in self.shares if share.count or share.value != DISPUTED_VALUE)

    @property
    def proposed(self) -> int:
        """How many of the grades are proposals that nobody has agreed yet."""
        return sum(share.proposed for share in self.shares if share.shape != "ohne" and share.value != DISPUTED_VALUE)


@dataclass(frozen=True, slots=True)
class FieldPart:
    """Chapter 3.x: text, Maßnahmen in the order of the Konzept, their numbers, what changed since the earlier round."""

    number: str
    title: str
    blocks: tuple[Block, ...]
    rows: tuple[AppendixRow, ...]
    figures: Figures
    changes: tuple[tuple[Change, int], ...] = ()
    moved: tuple[Compared, ...] = ()
    indicators: tuple[IndicatorLine, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The whole. `indicators` are the Kennzahlen that belong to no Handlungsfeld.

    `compared_with` is the title of the earlier round, empty without one; `ended` counts its Maßnahmen that no one continues.
    `has_working_texts`: at least one chapter is not released, although the ratings may be.
    """

    appendix: Appendix
    owner: str
    introduction: tuple[Block, ...]
    method: tuple[Block, ...]
    fields: tuple[FieldPart, ...]
    conclusion: tuple[Block, ...]
    figures: Figures
    compared_with: str = ""
    changes: tuple[tuple[Change, int], ...] = ()
    ended: int = 0
    has_working_texts: bool = False
    indicators: tuple[IndicatorLine, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Everything before the release of ratings and chapters is a draft (rule 5)."""
        return self.appendix.is_draft or self.has_working_texts

    @property
    def lacks_release_of_texts(self) -> bool:
        """The ratings are released, chapters that are written are not."""
        return self.has_working_texts and not self.appendix.is_draft

    @property
    def unwritten(self) -> int:
        """How many chapters have no text."""
        texts = [self.introduction, self.method, self.conclusion, *(part.blocks for part in self.fields)]
        return sum(not blocks for blocks in texts)


_MOVED: Final = (Change.BETTER, Change.WORSE)
_TOLD: Final = (*_MOVED, Change.SAME)  # without any of them there is nothing to compare yet


def build_report(
    appendix: Appendix,
    chapters: Sequence[Chapter],
    *,
    owner: str,
    comparison: Comparison | None = None,
    indicators: Sequence[IndicatorLine] = (),
) -> EvaluationReport:
    """Return the report of `appendix`, whose rows are all of the round, with the chapters that belong to it.

    `owner` is whose report it is; `comparison` that with an earlier round, of the same rows; `indicators` are those of the Konzept.
    """
    texts = {chapter.section: chapter.blocks for chapter in chapters if chapter.section != Section.FIELD}
    rows = appendix.rows
    if comparison and not (appendix.has_ratings and any(count for change, count in comparison.counts(rows) if change in _TOLD)):
        comparison = None
    fields = [_with_indicators(part, indicators) for part in _field_parts(rows, chapters)]
    placed = {line for part in fields for line in part.indicators}
    return EvaluationReport(
        appendix=appendix,
        owner=owner,
        introduction=texts.get(Section.INTRODUCTION, ()),
        method=texts.get(Section.METHOD, ()),
        fields=tuple(_with_changes(part, comparison) if comparison else part for part in fields),
        conclusion=texts.get(Section.CONCLUSION, ()),
        figures=figures(rows),
        compared_with=comparison.title if comparison else "",
        changes=tuple(comparison.counts(rows)) if comparison else (),
        ended=len(comparison.ended) if comparison else 0,
        has_working_texts=any(chapter.version and not chapter.is_empty for chapter in chapters),
        indicators=tuple(line for line in indicators if line not in placed),
    )


def figures(rows: Sequence[AppendixRow]) -> Figures:
    """Return the numbers of these Maßnahmen."""
    return Figures(
        measures=len(rows),
        goals=len({row.goal_number for row in rows}),
        shares=distribution(rows),
        markers=tuple(_marker_count(marker, rows) for marker in Marker),
        is_rated=any(row.grade or row.standing == Standing.DISPUTED for row in rows),
        reported=sum(bool(row.summaries) for row in rows),
    )


def _marker_count(marker: Marker, rows: Sequence[AppendixRow]) -> MarkerCount:
    values = [row.markers[marker] for row in rows]
    return MarkerCount(marker, sum(value is True for value in values), sum(value is None for value in values))


def _field_parts(rows: Sequence[AppendixRow], chapters: Iterable[Chapter]) -> list[FieldPart]:
    """Join chapters and rows by the title of the Handlungsfeld; where it was renamed meanwhile, by its place among all.

    A chapter without Maßnahmen stays, and so does a Handlungsfeld without chapter: nothing is left out.
    """
    texts = [chapter for chapter in chapters if chapter.section == Section.FIELD]
    blocks_of = groupby(rows, key=lambda row: (row.field_position, row.field_title))
    groups = [(title, tuple(own)) for (_, title), own in blocks_of]
    if len(groups) == len(texts) and sorted(title for title, _ in groups) != sorted(chapter.title for chapter in texts):
        parts = [(title, chapter.blocks, own) for (title, own), chapter in zip(groups, texts, strict=True)]
    else:
        left = list(groups)
        parts = [(chapter.title, chapter.blocks, _take(left, chapter.title)) for chapter in texts]
        parts += [(title, (), own) for title, own in left]
    return [FieldPart(f"3.{number}", title, blocks, own, figures(own)) for number, (title, blocks, own) in enumerate(parts, 1)]


def _take(groups: list[tuple[str, tuple[AppendixRow, ...]]], title: str) -> tuple[AppendixRow, ...]:
    """Take the first group of this title out of `groups` and return its rows."""
    found = next((group for group in groups if group[0] == title), None)
    if found is None:
        return ()
    groups.remove(found)
    return found[1]


def _with_indicators(part: FieldPart, indicators: Iterable[IndicatorLine]) -> FieldPart:
    goals = {row.goal_number for row in part.rows}
    return replace(part, indicators=tuple(line for line in indicators if line.goal_number in goals))


def _with_changes(part: FieldPart, comparison: Comparison) -> FieldPart:
    compared = [comparison.of(row) for row in part.rows]
    moved = tuple(one for one in compared if one.change in _MOVED)
    return replace(part, changes=tuple(comparison.counts(part.rows)), moved=moved)
