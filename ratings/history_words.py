"""What the entries of the histories are called: acts, deadlines, Nachträge, and how two texts or ratings differ."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from ratings.differences import Piece, condensed, differences, has_changed, render
from ratings.models import Submission, Supplement
from ratings.models.fields import ContentFields, ObstacleCategory, RatingFields
from ratings.scheme import NOT_RATED_WORD, Grade, Marker
from ratings.states import ReportState
from ratings.workflow import Action

_NEVER = frozenset({"internal_note"})
_CONTENT = tuple(own for own in ContentFields._meta.fields if own.name not in _NEVER)
_MARKER_WORDS = {True: "ja", False: "nein", None: "nicht überliefert"}

# What the acts on a report are called once they are done.
_DONE = {
    Action.SAVE: "Bericht begonnen",
    Action.SUBMIT: "Eingereicht",
    Action.APPROVE: "In der Einheit freigegeben",
    Action.RETURN: "In der Einheit zurückgegeben",
    Action.WITHDRAW: "Von der Einheit zurückgezogen",
    Action.INQUIRE: "Mit Rückfrage zurückgegeben",
    Action.DROP: "Auf „entfallen“ gesetzt",
    Action.LIFT: "„entfallen“ aufgehoben",
}
_BY_UNIT = frozenset({Action.SAVE, Action.SUBMIT, Action.APPROVE, Action.RETURN, Action.WITHDRAW})


@dataclass(frozen=True)
class Act:
    """An entry of a report's history in words: what was done, with which reason; `action` is None for what followed by itself."""

    action: Action | None
    title: str
    reason: str = ""

    @property
    def is_by_unit(self) -> bool:
        return self.action in _BY_UNIT


def read_act(what: str | None, state: str) -> Act:
    """Return what `workflow.apply` and `rounds.sync_owed` wrote as `what` about a report that then was in `state`."""
    what = what or ""
    for action, title in _DONE.items():
        if what == action.label or what.startswith(f"{action.label}: "):
            if action is Action.SUBMIT and state == ReportState.AWAITING_APPROVAL:
                title = "Zur Freigabe gegeben"
            return Act(action, title, what[len(action.label) + 2 :])
    if state == ReportState.DROPPED:
        return Act(None, "Entfallen", what)
    return Act(None, f"{what[:1].upper()}{what[1:]}" if what else "Geändert")


@dataclass(frozen=True)
class Change:
    """One field that differs: the texts word by word (`pieces`), grades and short values as old and new."""

    label: str
    pieces: tuple[Piece, ...] = ()
    old: Any = ""
    new: Any = ""
    is_grade: bool = False

    @property
    def html(self) -> SafeString:
        return render(self.pieces)


def day_word(value: date | None) -> str:
    """Return a day as it is written, „kein Datum“ for none."""
    return f"{value:%d.%m.%Y}" if value else "kein Datum"


def extension_title(kind: str, what: str | None, due_on: date) -> str:
    """Return what an entry of the history of a Fristverlängerung says; `kind` is that of the history."""
    until = f"bis {day_word(due_on)}"
    if kind == "-":
        return f"{what or 'Verlängerung zurückgezogen'}, galt {until}"
    return f"Frist verlängert {until}" if kind == "+" else f"{what or 'Frist geändert'}: {until}"


def answer_due_title(before: date | None, after: date | None) -> str:
    """Return how the day until which a Rückfrage is to be answered changed."""
    if after is None:
        return "Antwortfrist aufgehoben"
    return (
        f"Antwortfrist: vorher bis {day_word(before)}, jetzt bis {day_word(after)}"
        if before
        else f"Antwort bis {day_word(after)}"
    )


def supplement_titles(row: Supplement) -> tuple[str, str]:
    """Return what the beginning and the end of a Nachtrag are called. Needs its `snapshot`."""
    end = f"abgeschlossen: Fassung {row.snapshot.version}" if row.snapshot else "verworfen"
    return "Nachtrag geöffnet", f"Nachtrag {end}"


def text_change(label: str, before: str, after: str) -> list[Change]:
    """Return how a text differs word by word, nothing if it does not."""
    return [Change(label, condensed(differences(before, after)))] if has_changed(before, after) else []


def rating_changes(before: RatingFields, after: RatingFields, label: str) -> list[Change]:
    """Return how grade (called `label`) and Kennzeichen differ."""
    found = []
    if before.grade_value != after.grade_value:
        found.append(Change(label, old=before.grade_value, new=after.grade_value, is_grade=True))
    for marker in Marker.voted():
        old, new = before.marker_values[marker], after.marker_values[marker]
        if old != new:
            found.append(Change(f"{marker.symbol} {marker.word}", old=_MARKER_WORDS[old], new=_MARKER_WORDS[new]))
    return found


def submission_changes(before: Submission, after: Submission, *, has_ratings: bool, had_ratings: bool = True) -> list[Change]:
    """Return how two submissions differ, in the order of the form, without the interne Notiz.

    `has_ratings` and `had_ratings` say it of the rounds of `after` and `before`. What one of them does not ask for was neither taken
    back nor is it new: only what both ask for is compared.
    """
    both = has_ratings and had_ratings
    found = rating_changes(before, after, "Vorschlag") if both else []
    asked = ContentFields.asked_names(has_ratings=both)
    for own in (field for field in _CONTENT if field.name in asked):
        old, new = getattr(before, own.name), getattr(after, own.name)
        label = str(own.verbose_name)
        if old == new:
            continue
        if own.name in ("as_of", "next_step_on"):
            found.append(Change(label, old=day_word(old), new=day_word(new)))
        elif own.name == "obstacle_category":
            words = dict(ObstacleCategory.choices)
            found.append(Change(label, old=str(words.get(old, "keine")), new=str(words.get(new, "keine"))))
        else:
            found += text_change(label, old, new)
    return found


def grade_word(value: str | None) -> str:
    """Return the word of a stored grade, „nicht bewertet“ for none."""
    grade = Grade.parse(value)
    return grade.word if grade else NOT_RATED_WORD
