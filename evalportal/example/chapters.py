"""The example's chapters of the Evaluationsbericht: begun from the drafts of the portal, as its Evaluationsleitung would."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from evalportal.example.stage import Stage
from ratings.appendix import AppendixRow
from ratings.blocks import one_line
from ratings.models import Section
from ratings.summaries import Chapter, chapters, save_text
from ratings.summary_drafts import conclusion_draft, field_draft, introduction_draft, method_draft
from ratings.summary_page import load, rows_by_field

# Chapters that the open round has so far.
BEGUN: Final = ("1", "3.1")
_STEPS = 3
_OUTLOOK: Final = (
    "Die Ergebnisse zeigen, an welchen Stellen Angebote fest eingerichtet sind und wo noch Lücken bestehen. Gerade bei Routinen gilt, "
    "dass sie regelmäßig überprüft und gegebenenfalls angepasst werden müssen."
)


def write_chapters(stage: Stage, at: datetime, *, only: Sequence[str] = ()) -> None:
    """Write the chapters of the round (those with the numbers `only`, if given) from what stands in it at that moment."""
    round_ = stage.round
    round_.refresh_from_db()
    appendix, found = load(round_), chapters(round_)
    by_field = rows_by_field(round_, appendix.rows)
    concept = round_.concept
    for chapter in found:
        if only and chapter.number not in only:
            continue
        if chapter.section == Section.INTRODUCTION:
            titles = [other.title for other in found if other.section == Section.FIELD]
            text = introduction_draft(appendix, titles, (concept.period_start, concept.period_end), concept.resolution)
        elif chapter.section == Section.METHOD:
            text = method_draft(appendix, (round_.opens_on, round_.due_on))
        elif chapter.section == Section.CONCLUSION:
            text = f"{conclusion_draft(appendix)}\n\n{_OUTLOOK}"
        else:
            text = _field_text(chapter, by_field.get(chapter.field_id or 0, []))
        save_text(
            round_.pk, chapter.section, chapter.field_id, text, version=chapter.version, user=stage.people.coordinator, now=at
        )


def _field_text(chapter: Chapter, rows: Sequence[AppendixRow]) -> str:
    goals = len({row.goal_number for row in rows})
    head = f"Das Handlungsfeld „{chapter.title}“ umfasst {goals} Ziele mit {len(rows)} Maßnahmen."
    steps = [
        f"- {one_line(line.texts.next_step).rstrip('.')} (Ziel {row.goal_number})"
        for row in rows
        for line in row.summaries
        if line.texts and line.texts.next_step
    ]
    parts = [head, field_draft(rows)]
    if steps:
        parts.append("\n".join(["## Nächste Schritte\n", *steps[:_STEPS]]))
    return "\n\n".join(filter(None, parts))
