"""What a report needs to be submitted. Pure functions; a draft accepts anything.

Source of the rules: issue „From the Konzept to the Anhang“, point 7; the reasons it asks for are those of the report, section 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from ratings.models.fields import SUMMARY_LIMIT
from ratings.scheme import Grade


class Content(Protocol):
    """What is checked: a draft or anything with the same fields."""

    answer: str
    situation: str
    summary: str
    as_of: date | None
    rationale: str
    obstacle_category: str
    obstacles: str
    solution: str
    unclear_note: str
    influence_note: str
    conditions_note: str
    next_step: str
    next_step_on: date | None
    evidence: str
    grade: str | None
    continuation: bool | None
    influence: bool | None
    conditions: bool | None


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or wrong: the field it belongs to and what to do."""

    field: str
    message: str


@dataclass(frozen=True)
class Demands:
    """What this report must contain. `earlier_grade` is the unit's own proposal in the round before.

    `is_asked`: a Rückfrage of the Jour fixe waits for an answer.
    """

    is_lead: bool
    has_ratings: bool
    earlier_grade: Grade | None = None
    is_asked: bool = False
    today: date = date.max


def gaps(content: Content, demands: Demands) -> list[Gap]:
    """Return everything that keeps `content` from being submitted, in the order of the form; empty if nothing does."""
    found = list(_answer_gaps(content, demands))
    found += _text_gaps(content, demands)
    if demands.has_ratings:
        found += _rating_gaps(content, demands)
        found += _marker_gaps(content)
    found += _evidence_gaps(content)
    return found


def _answer_gaps(content: Content, demands: Demands) -> Iterator[Gap]:
    if demands.is_asked and not content.answer.strip():
        yield Gap("answer", "Beantworten Sie die Rückfrage des Jour fixe; ein Satz genügt.")


def _text_gaps(content: Content, demands: Demands) -> Iterator[Gap]:
    if not content.situation.strip():
        word = "den Sachstand" if demands.is_lead else "Ihre Zuarbeit"
        yield Gap("situation", f"Beschreiben Sie {word}.")
    if demands.is_lead and not content.summary.strip():
        yield Gap("summary", "Schreiben Sie eine Kurzfassung in zwei bis drei Sätzen.")
    if (length := len(content.summary)) > SUMMARY_LIMIT:
        yield Gap("summary", f"Kürzen Sie die Kurzfassung auf {SUMMARY_LIMIT} Zeichen; es sind {length}.")
    if content.as_of is None:
        yield Gap("as_of", "Geben Sie an, von welchem Tag der Stand ist (TT.MM.JJJJ).")
    elif content.as_of > demands.today:
        yield Gap("as_of", "Der Stand liegt in der Zukunft. Geben Sie einen Tag bis heute an.")


def _rating_gaps(content: Content, demands: Demands) -> Iterator[Gap]:
    grade = Grade.parse(content.grade)
    if grade is None:
        if demands.is_lead:
            yield Gap("grade", "Wählen Sie Ihren Vorschlag zum Zielerreichungsgrad.")
        return
    changed = demands.earlier_grade is not None and grade != demands.earlier_grade
    if not content.rationale.strip():
        if grade != Grade.HIGH:
            yield Gap("rationale", f"Begründen Sie, warum Sie „{grade.word}“ vorschlagen.")
        elif changed:
            yield Gap("rationale", f"Begründen Sie die Änderung; in der letzten Runde war es „{demands.earlier_grade}“.")
    if grade in (Grade.MEDIUM, Grade.LOW):
        if not content.obstacle_category:
            yield Gap("obstacle_category", "Wählen Sie die Art der Hemmnisse.")
        if not content.obstacles.strip():
            yield Gap("obstacles", "Beschreiben Sie die Hemmnisse.")
        if not content.solution.strip():
            yield Gap("solution", "Beschreiben Sie Ihren Lösungsansatz.")
    if grade == Grade.UNCLEAR and not content.unclear_note.strip():
        yield Gap("unclear_note", "Erläutern Sie, warum der Stand unklar ist.")


def _marker_gaps(content: Content) -> Iterator[Gap]:
    if content.continuation and not content.next_step.strip():
        yield Gap("next_step", "Nennen Sie zu ➔ Weiterführungsbedarf den nächsten Schritt.")
    if content.continuation and content.next_step_on is None:
        yield Gap("next_step_on", "Nennen Sie zum nächsten Schritt ein Datum (TT.MM.JJJJ).")
    if content.influence and not content.influence_note.strip():
        yield Gap("influence_note", "Erläutern Sie zu ↗, was an Zuständigkeit oder Einfluss fraglich ist.")
    if content.conditions and not content.conditions_note.strip():
        yield Gap("conditions_note", "Erläutern Sie zu □, welche Rahmenbedingungen sich verändert haben.")


def _evidence_gaps(content: Content) -> Iterator[Gap]:
    for line, is_address in evidence_lines(content.evidence):
        if not is_address:
            yield Gap("evidence", f"„{line[:60]}“ ist keine Adresse. Belege beginnen mit https:// oder http://, je Zeile einer.")


def evidence_lines(text: str) -> list[tuple[str, bool]]:
    """Return the lines of „Belege“, each with whether it is an address."""
    return [(line, is_link(line)) for line in map(str.strip, text.splitlines()) if line]


def is_link(text: str) -> bool:
    """True if `text` is one http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(char.isspace() for char in text)
