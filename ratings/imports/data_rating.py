"""What the rating cells of a row of „Daten“ mean. Pure: from the row, the edited cells and their texts to a decision.

A row is agreed only where somebody says so: another Zielerreichungsgrad, or „abgestimmt“ or „nicht bewertet“ in „Bewertung ist“. A
proposal that is merely shown stays a proposal.
"""

from collections.abc import Callable, Mapping
from typing import Final

from goals.text import fold
from ratings.agreement import Decided
from ratings.appendix import AppendixRow
from ratings.documents import wording
from ratings.rollup import Standing
from ratings.scheme import DISPUTED_WORD, NOT_RATED_WORD, Grade, Marker

GRADE: Final = "Zielerreichungsgrad"
STANDING: Final = "Bewertung ist"
REASON: Final = "Begründung"
REMARK: Final = "Bemerkung"
MARKERS: Final = {f"{marker.word} ({marker.symbol})": marker for marker in Marker.voted()}
HEADINGS: Final = (GRADE, STANDING, *MARKERS, REASON, REMARK)

AGREED: Final = "abgestimmt"
_YES: Final = {"ja", "j", "x"}
_NO: Final = {"nein", "n", ""}
_NO_DECISION: Final = (DISPUTED_WORD, "Vorschlag", "noch nicht bewertet")

Complain = Callable[[str, str], None]


def decided_in(row: AppendixRow, edited: Mapping[str, str], complain: Complain) -> Decided | None:
    """Return what the edited cells decide; None if that cannot be told, which `complain(heading, message)` was told then."""
    complaints: list[str] = []

    def note(heading: str, message: str) -> None:
        complaints.append(heading)
        complain(heading, message)

    grade = _grade(row, edited, note)
    markers = {marker: _marker(row, heading, edited, note) for heading, marker in MARKERS.items()}
    if complaints:
        return None
    return Decided(grade, markers, reason=edited.get(REASON, row.reason), remark=edited.get(REMARK, row.remark))


def _grade(row: AppendixRow, edited: Mapping[str, str], note: Complain) -> Grade | None:
    """The grade that is agreed, None for „nicht bewertet“; whatever is unclear is noted."""
    is_unrated, grade = _grade_cell(row, edited, note)
    standing = fold(edited[STANDING]) if STANDING in edited else None
    if standing is None:
        if GRADE in edited and grade is None and not is_unrated and not edited[GRADE]:
            note(
                GRADE,
                "Ein leerer Zielerreichungsgrad ist keine Entscheidung. Soll die Maßnahme nicht bewertet werden, schreiben Sie "
                f"„{NOT_RATED_WORD}“ in „{STANDING}“ und den Grund in „{REASON}“.",
            )
        elif GRADE not in edited and not row.is_agreed:
            first = next(heading for heading in HEADINGS if heading in edited)
            note(
                first,
                "Diese Maßnahme ist noch nicht abgestimmt. Soll gelten, was in der Zeile steht, schreiben Sie "
                f"„{AGREED}“ in „{STANDING}“.",
            )
    elif standing == fold(NOT_RATED_WORD):
        if grade is not None:
            note(GRADE, f"In „{STANDING}“ steht „{NOT_RATED_WORD}“. Leeren Sie den Zielerreichungsgrad.")
    elif standing == AGREED:
        if grade is None and not is_unrated and (GRADE not in edited or not edited[GRADE]):
            note(
                GRADE,
                f"„{AGREED}“ braucht einen Zielerreichungsgrad. Ohne Grad schreiben Sie „{NOT_RATED_WORD}“ in „{STANDING}“.",
            )
    elif standing in {fold(word) for word in _NO_DECISION} or not standing:
        note(
            STANDING,
            "Das ergibt sich aus den Berichten und lässt sich nicht eintragen. Zurückgenommen wird eine abgestimmte Bewertung nicht "
            "über eine Liste.",
        )
    else:
        note(STANDING, f"„{edited[STANDING]}“ gibt es hier nicht. Möglich sind „{AGREED}“ und „{NOT_RATED_WORD}“.")
    return grade


def _grade_cell(row: AppendixRow, edited: Mapping[str, str], note: Complain) -> tuple[bool, Grade | None]:
    """Return (whether „nicht bewertet“ stands where the grade would, the grade)."""
    if GRADE not in edited:
        return False, row.grade
    text = fold(edited[GRADE])
    if text == fold(NOT_RATED_WORD):
        return True, None
    grade = next((grade for grade in Grade if fold(grade.word) == text), None)
    if grade is None and text:
        words = ", ".join(f"„{grade.word}“" for grade in Grade)
        note(GRADE, f"„{edited[GRADE]}“ gibt es nicht. Möglich sind {words} und „{NOT_RATED_WORD}“.")
    return False, grade


def _marker(row: AppendixRow, heading: str, edited: Mapping[str, str], note: Complain) -> bool:
    current: bool | None = getattr(row, MARKERS[heading].value)
    if heading not in edited:
        if current is None:
            note(heading, f"Hier steht „{wording.UNKNOWN}“. Wer abstimmt, entscheidet: Schreiben Sie „ja“ oder „nein“.")
        return bool(current)
    text = fold(edited[heading])
    if text not in _YES | _NO:
        note(heading, f"„{edited[heading]}“ ist weder „ja“ noch „nein“.")
    return text in _YES


def effect_of(row: AppendixRow, decided: Decided) -> str:
    """Return what happens to the row: „Wird abgestimmt: gering, Kennzeichen R ➔“."""
    symbols = " ".join(marker.symbol for marker, is_set in decided.markers.items() if is_set)
    word = decided.grade.word if decided.grade else NOT_RATED_WORD
    before = "Wird neu abgestimmt" if row.standing in (Standing.AGREED, Standing.NOT_RATED) else "Wird abgestimmt"
    return f"{before}: {word}, {f'Kennzeichen {symbols}' if symbols else 'ohne Kennzeichen'}."
