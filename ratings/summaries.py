"""The written chapters of the Evaluationsbericht: which there are, who writes them when, saving, and what a release freezes.

Source of the order: the published report, 1 Einleitung, 2 Prozessansatz und Evaluationsmethodik, 3.1 to 3.n the Handlungsfelder,
4 Fazit. A save never overwrites somebody else's in silence and leaves no history (DESIGN.md, section 4, rules 6 and 7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from goals.models import ActionField
from goals.permissions import ALLOWED, Decision, denied
from goals.text import clean_text
from ratings import permissions
from ratings.appendix import Appendix, Audience
from ratings.blocks import Block, parse
from ratings.indicator_lines import IndicatorLine, current_lines, freeze_lines, thaw_lines
from ratings.models import ChapterTexts, FieldSummary, ReportingRound, Section, Snapshot
from ratings.states import RoundState
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

FORMAT: Final = 1


class Conflict(Exception):
    """Somebody saved another text meanwhile. `current` is theirs; what was to be saved is still with the caller."""

    def __init__(self, current: FieldSummary) -> None:
        super().__init__("Dieses Kapitel wurde inzwischen an anderer Stelle gespeichert.")
        self.current = current


@dataclass(frozen=True, slots=True)
class Chapter:
    """One written chapter: `number` as in the report („3.2“), `field_id` for Handlungsfelder that still exist.

    `version` is 0 as long as nothing was saved; released chapters have none.
    """

    section: Section
    number: str
    title: str
    field_id: int | None = None
    text: str = ""
    version: int = 0
    edited_at: datetime | None = None

    @property
    def slug(self) -> str:
        """Its place in addresses. A Handlungsfeld by its key: positions change while a page is open."""
        return f"handlungsfeld-{self.field_id}" if self.section == Section.FIELD else _SLUGS[self.section]

    @property
    def is_empty(self) -> bool:
        return not self.text.strip()

    @property
    def blocks(self) -> tuple[Block, ...]:
        return parse(self.text)


_SLUGS: Final = {Section.INTRODUCTION: "einleitung", Section.METHOD: "methode", Section.CONCLUSION: "fazit"}


def chapters(round_: ReportingRound) -> tuple[Chapter, ...]:
    """Return the chapters of `round_` in the order of the report, as they are saved now: two queries."""
    fields = ActionField.objects.filter(concept=round_.concept_id).order_by("position", "pk")
    empty = [
        Chapter(Section.INTRODUCTION, "1", str(Section.INTRODUCTION.label)),
        Chapter(Section.METHOD, "2", str(Section.METHOD.label)),
        *(Chapter(Section.FIELD, f"3.{number}", field.title, field.pk) for number, field in enumerate(fields, start=1)),
        Chapter(Section.CONCLUSION, "4", str(Section.CONCLUSION.label)),
    ]
    saved = {(row.section, row.field_id): row for row in FieldSummary.objects.filter(round=round_)}
    return tuple(_with(chapter, saved.get((chapter.section, chapter.field_id))) for chapter in empty)


def _with(chapter: Chapter, row: FieldSummary | None) -> Chapter:
    return replace(chapter, text=row.text, version=row.version, edited_at=row.edited_at) if row else chapter


def chapters_for(round_: ReportingRound, appendix: Appendix) -> tuple[Chapter, ...]:
    """Return the chapters that belong to `appendix`, the loaded result of `round_`.

    With a released version those that were released with it. Else as they are saved now, which is for the inside only: readers
    get the chapters without texts.
    """
    if appendix.released_on is not None and appendix.version is not None:
        released = ChapterTexts.objects.filter(snapshot__round=round_, snapshot__version=appendix.version).first()
        if released is not None:
            return _thaw(released.data)
    now = chapters(round_)
    if appendix.audience is Audience.RELEASED:
        return tuple(Chapter(chapter.section, chapter.number, chapter.title, chapter.field_id) for chapter in now)
    return now


def indicators_for(round_: ReportingRound, appendix: Appendix) -> tuple[IndicatorLine, ...]:
    """Return the Kennzahlen that belong to `appendix`, by the same rule as the chapters (`chapters_for`)."""
    if appendix.released_on is not None and appendix.version is not None:
        released = ChapterTexts.objects.filter(snapshot__round=round_, snapshot__version=appendix.version).first()
        if released is not None:
            return thaw_lines(released.data.get("indicators", ()))
    return () if appendix.audience is Audience.RELEASED else current_lines(round_.concept_id)


def may_write(user: "User", round_: ReportingRound) -> Decision:
    """The Evaluationsleitung, from the opening of the round until a version is released with these chapters.

    Texts are written while the round is agreed on and after it is closed; what was handed to readers stays as it is (rule 5).
    """
    decision = permissions.may_coordinate(user, round_.concept_id)
    if not decision:
        return denied("Die Kapitel schreibt die Evaluationsleitung.")
    reason = locked_because(round_)
    return denied(reason) if reason else ALLOWED


def locked_because(round_: ReportingRound) -> str:
    """Return why nobody can write the chapters now and who can lift that (rule 10); empty if they can be written."""
    if round_.state == RoundState.PREPARING:
        return f"„{round_}“ ist noch in Vorbereitung. Die Kapitel lassen sich schreiben, sobald die Evaluationsleitung die Runde öffnet."
    if not round_.is_closed:
        return ""
    newest = Snapshot.objects.filter(round=round_).select_related("chapter_texts").defer("data", "chapter_texts__data")
    snapshot = newest.order_by("-version").first()
    if snapshot is None or snapshot.released_at is None or not hasattr(snapshot, "chapter_texts"):
        return ""
    return (
        f"Fassung {snapshot.version} ist seit dem {timezone.localdate(snapshot.released_at):%d.%m.%Y} mit diesen Kapiteln "
        "freigegeben; sie ändern sich nicht mehr. Die Evaluationsleitung kann eine einzelne Maßnahme oder die Runde mit einer "
        "Begründung wieder öffnen, wenn in ihr berichtet wurde. Dann gehören die Kapitel zur nächsten Fassung."
    )


def save_text(
    round_id: int,
    section: Section,
    field_id: int | None,
    text: str,
    *,
    version: int,
    user: "User",
    now: datetime | None = None,
) -> FieldSummary:
    """Save `text`, cleaned, as a chapter and return it.

    `version` is that of the text it was written on, 0 if there was none. Raises `Conflict` if another text was saved since,
    `Impossible` if the chapters are locked, `PermissionDenied` if the person may not; nothing is written then. Saving what stands
    there already changes nothing.
    """
    now = now or timezone.now()
    text = clean_text(text)
    with transaction.atomic():
        # Locked, so that a release cannot freeze the chapters in between.
        round_ = ReportingRound.objects.select_for_update(of=("self",)).select_related("concept").get(pk=round_id)
        permissions.may_coordinate(user, round_.concept_id).require()
        if reason := locked_because(round_):
            raise Impossible(reason)
        values: dict[str, Any] = {"text": text, "edited_by": user, "edited_at": now}
        row, created = FieldSummary.objects.get_or_create(round=round_, section=section, field_id=field_id, defaults=values)
        if created or row.text == text:
            return row
        if not FieldSummary.objects.filter(pk=row.pk, version=version).update(**values, version=F("version") + 1):
            raise Conflict(row)
        row.refresh_from_db()
        return row


def freeze_chapters(snapshot: Snapshot) -> None:
    """Keep the chapters, and the Kennzahlen of the report, as they stand with a version that is being released.

    Nothing if no chapter was written.
    """
    now = chapters(snapshot.round)
    if any(not chapter.is_empty for chapter in now):
        kept = freeze_lines(current_lines(snapshot.round.concept_id))
        ChapterTexts.objects.create(snapshot=snapshot, data={**_freeze(now), "indicators": kept})


def _freeze(texts: Iterable[Chapter]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "chapters": [
            {"section": str(chapter.section), "number": chapter.number, "title": chapter.title, "text": chapter.text}
            for chapter in texts
        ],
    }


def _thaw(data: dict[str, Any]) -> tuple[Chapter, ...]:
    """Raises ValueError for a format it does not know."""
    if data.get("format") != FORMAT:
        raise ValueError(f"Unknown format of chapters {data.get('format')!r}.")
    return tuple(
        Chapter(Section(values["section"]), values["number"], values["title"], text=values["text"]) for values in data["chapters"]
    )
