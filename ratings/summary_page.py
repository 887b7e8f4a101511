"""What the pages of the report's chapters show: the list of chapters, and one chapter with the material it is condensed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from goals.models import Measure
from ratings.appendix import Appendix, AppendixRow, NothingReleased, live_appendix, load_appendix
from ratings.blocks import Block, parse, word_count
from ratings.models import ReportingRound, Section
from ratings.rollup import Share, distribution
from ratings.summaries import Chapter, chapters, may_write
from ratings.summary_drafts import GoalMaterial, by_goal, conclusion_draft, field_draft, introduction_draft, method_draft

if TYPE_CHECKING:
    from evalportal.accounts.models import User

# What the published report also says in these chapters and no data of the portal tells.
HINTS: Final = {
    Section.INTRODUCTION: (
        "der Auftrag zu Evaluation und Fortschreibung",
        "wie sich die Rahmenbedingungen im Zeitraum verändert haben",
    ),
    Section.METHOD: (
        "wer die Evaluation federführend erstellt hat",
        "in welchen Gremien Zwischenergebnisse erörtert wurden",
        "welche Grenzen die Methode hat",
    ),
    Section.CONCLUSION: (
        "was gut gelungen ist und was hervorzuheben ist",
        "welche Grenzen sich gezeigt haben, im Konzept selbst und in seiner Umsetzung",
        "was daraus für die Fortschreibung folgt",
    ),
}


def load(round_: ReportingRound) -> Appendix:
    """Return the result of `round_` for the inside, with what the units wrote."""
    try:
        return load_appendix(round_, with_texts=True)
    except NothingReleased:  # closed without a version, as an import may leave it
        return live_appendix(round_, with_texts=True)


def rows_by_field(round_: ReportingRound, rows: Sequence[AppendixRow]) -> dict[int, list[AppendixRow]]:
    """Return the rows by the Handlungsfeld in which their Maßnahme stands today; a snapshot knows the place of its time only."""
    places = Measure.objects.filter(concept=round_.concept_id).order_by()
    field_of = dict(places.values_list("key", "goal__challenge__action_field_id"))
    found: dict[int, list[AppendixRow]] = {}
    for row in rows:
        if row.key in field_of:
            found.setdefault(field_of[row.key], []).append(row)
    return found


@dataclass(frozen=True)
class ChapterLine:
    """One chapter in the list. `measures` and `told`: Maßnahmen of the Handlungsfeld, and those with a Kurzfassung that stands."""

    chapter: Chapter
    words: int
    measures: int
    told: int


def list_context(user: "User", round_: ReportingRound) -> dict[str, Any]:
    """Return the context of the list of chapters."""
    rows = rows_by_field(round_, load(round_).rows)
    lines = []
    for chapter in chapters(round_):
        own = rows.get(chapter.field_id or 0, [])
        lines.append(ChapterLine(chapter, word_count(chapter.blocks), len(own), sum(bool(row.summaries) for row in own)))
    decision = may_write(user, round_)
    return {
        "round": round_,
        "is_example": round_.concept.is_example,
        "lines": lines,
        "words": sum(line.words for line in lines),
        "begun": sum(not line.chapter.is_empty for line in lines),
        "is_writable": bool(decision),
        "locked_reason": decision.reason,
    }


class ChapterPage:
    """Everything the page of one chapter shows. `text` stands in the editor: what is saved, unless another is given."""

    def __init__(self, user: "User", round_: ReportingRound, slug: str) -> None:
        """Raises LookupError if the round has no such chapter."""
        self.user = user
        self.round = round_
        self.chapters = chapters(round_)
        place = next((place for place, chapter in enumerate(self.chapters) if chapter.slug == slug), None)
        if place is None:
            raise LookupError(slug)
        self.chapter = self.chapters[place]
        self.previous = self.chapters[place - 1] if place else None
        self.next = self.chapters[place + 1] if place + 1 < len(self.chapters) else None

    @cached_property
    def appendix(self) -> Appendix:
        return load(self.round)

    @cached_property
    def rows(self) -> Sequence[AppendixRow]:
        """The Maßnahmen that the chapter is about."""
        if self.chapter.section != Section.FIELD:
            return self.appendix.rows
        return rows_by_field(self.round, self.appendix.rows).get(self.chapter.field_id or 0, [])

    @property
    def goals(self) -> list[GoalMaterial]:
        return by_goal(self.rows) if self.chapter.section == Section.FIELD else []

    @property
    def shares(self) -> tuple[Share, ...]:
        return distribution(self.rows) if self.round.has_ratings and self.rows else ()

    @property
    def hints(self) -> tuple[str, ...]:
        return HINTS.get(self.chapter.section, ())

    def draft(self) -> str:
        """Return the draft that the chapter can begin with; empty if nothing tells enough yet."""
        section, round_ = self.chapter.section, self.round
        if section == Section.FIELD:
            return field_draft(self.rows)
        if section == Section.METHOD:
            return method_draft(self.appendix, (round_.opens_on, round_.due_on))
        if section == Section.CONCLUSION:
            return conclusion_draft(self.appendix)
        fields = [chapter.title for chapter in self.chapters if chapter.section == Section.FIELD]
        concept = round_.concept
        return introduction_draft(self.appendix, fields, (concept.period_start, concept.period_end), concept.resolution)

    def context(self, *, just_added: bool = False) -> dict[str, Any]:
        """`just_added`: the draft was added with the step before, so that the page opens at its beginning."""
        decision = may_write(self.user, self.round)
        draft = self.draft()
        place = self.chapter.text.rfind(draft) if draft else -1
        return {
            "page": self,
            "round": self.round,
            "chapter": self.chapter,
            "is_example": self.round.concept.is_example,
            "is_writable": bool(decision),
            "locked_reason": decision.reason,
            "draft": draft,
            "draft_blocks": parse(draft),
            "has_draft": place >= 0,
            "cursor": place if just_added and place >= 0 else None,
            "goals": self.goals,
            "summary_count": sum(len(goal.summaries) for goal in self.goals),
            **preview(self.chapter.text),
        }


def preview(text: str) -> dict[str, Any]:
    """Return what the preview of `text` shows."""
    blocks: tuple[Block, ...] = parse(text)
    return {"blocks": blocks, "words": word_count(blocks)}


def appended(text: str, draft: str) -> str:
    """Return `text` with `draft` behind it: a draft never replaces what was written, and does not stand there twice."""
    if draft in text:
        return text
    return f"{text.rstrip()}\n\n{draft}" if text.strip() else draft


def without(text: str, draft: str) -> str:
    """Return `text` without `draft`, which has to stand in it word for word; without it `text` is as it was."""
    if not draft or draft not in text:
        return text
    before, _, after = text.rpartition(draft)
    return "\n\n".join(filter(None, (before.rstrip(), after.strip())))
