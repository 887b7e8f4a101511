"""Drafts of the report's chapters, from the rows of the Anhang alone (DESIGN.md, section 4, rule 8). Pure.

A Handlungsfeld: the units' Kurzfassungen by Ziel, each with its reference, as the published report writes them: „… (Ziel 9).“ The
other chapters: the facts of Konzept and round, in sentences of the published report (sections 1, 2 and 4) where it has them. What
only people know (the occasion, what changed around it, what follows from it) is not invented.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.blocks import one_line
from ratings.rollup import Standing, UnitLine
from ratings.scheme import Grade, Marker

_WORDS: Final = ("keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_END: Final = ".!?…"
_KINDS: Final = {"Prozessziel": "Prozessziele", "Projektziel": "Projektziele", "quantitatives Ziel": "quantitative Ziele"}


@dataclass(frozen=True, slots=True)
class GoalMaterial:
    """What lies before the person who condenses one Ziel: its Maßnahmen, and those of its Kurzfassungen that stand, lead first."""

    number: str
    text: str
    rows: tuple[AppendixRow, ...]

    @property
    def summaries(self) -> list[UnitLine]:
        return [line for row in self.rows for line in row.summaries]


def by_goal(rows: Sequence[AppendixRow]) -> list[GoalMaterial]:
    """Return the rows by Ziel in the order of the Konzept."""
    groups = ((number, tuple(own)) for number, own in groupby(rows, key=lambda row: row.goal_number))
    return [GoalMaterial(number, own[0].goal_text, own) for number, own in groups]


def field_draft(rows: Sequence[AppendixRow]) -> str:
    """Return the Kurzfassungen as one paragraph per Ziel, ending with „(Ziel 9)“; Ziele without any are left out."""
    return "\n\n".join(_paragraph(goal) for goal in by_goal(rows) if goal.summaries)


def _paragraph(goal: GoalMaterial) -> str:
    sentences = [_closed(one_line(line.texts.summary)) for line in goal.summaries if line.texts]
    text = " ".join(sentences)
    # Before the last sign, as in the published report.
    words, sign = text[:-1], text[-1]
    return f"{words.rstrip()} (Ziel {goal.number}){' ' if words.endswith(' ') else ''}{sign}"


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith(tuple(_END)) else f"{sentence}."


def introduction_draft(appendix: Appendix, fields: Sequence[str], period: tuple[date, date], resolution: str) -> str:
    """Return what the Konzept is: title, time, extent, Handlungsfelder, and the words of its resolution as they were entered."""
    rows = appendix.rows
    goals = len({row.goal_number for row in rows})
    listed = f" ({_enumeration(fields)})" if fields else ""
    mandatory = sum(row.is_mandatory for row in rows)
    sentences = [
        f"Das Konzept „{appendix.concept_title}“ beschreibt Ziele und Maßnahmen für die Zeit von {period[0]:%d.%m.%Y} bis "
        f"{period[1]:%d.%m.%Y}.",
        _closed(one_line(resolution)) if resolution.strip() else "",
        f"Enthalten sind {_count(goals, 'Ziel', 'Ziele')} mit {_count(len(rows), 'Maßnahme', 'Maßnahmen')} in "
        f"{_word(len(fields))} {'Handlungsfeld' if len(fields) == 1 else 'Handlungsfeldern'}{listed}.",
        f"{_count(mandatory, 'Maßnahme ist', 'Maßnahmen sind')} Pflichtaufgaben des Landkreises." if mandatory > 1 else "",
    ]
    return " ".join(filter(None, sentences))


# The published report, section 2, but for the words that only fit its own Konzept.
_SCOPE: Final = (
    "Die konkrete Bewertung bezieht sich auf die Ebene der im Konzept enthaltenen Vorhaben und Aufgaben. Die zugrundeliegenden "
    "Ziele sind als genereller Orientierungsrahmen zu verstehen und können schwerlich bewertet werden – sie sind oft sehr global "
    "definiert bzw. gehen über den Einflussbereich der Kreisverwaltung weit hinaus. Bewertet werden kann daher nur der "
    "Zielerreichungsgrad auf Maßnahmenebene."
)
_SCHEME: Final = (
    f"Das Bewertungsschema verwendet Ampelfarben für den Zielerreichungsgrad ({', '.join(grade.word for grade in Grade)}), "
    "kennzeichnet kommunale Pflichtaufgaben und unterstreicht durch ein Pfeilsymbol den Bedarf, konkrete Vorhaben "
    "weiterzuführen. Auch Fälle unklarer Zuständigkeit bzw. fraglicher Einflussmöglichkeit der Kreisverwaltung sowie massiv "
    "veränderter Rahmenbedingungen wurden in der Systematik des Bewertungsschemas erfasst."
)
_RESULT: Final = (
    "In einer beigefügten Übersicht werden zusätzlich im Einzelnen alle Ziele und Maßnahmen des Konzeptes dargestellt und "
    "mit einer Bewertung versehen."
)
_INTERIM_RESULT: Final = (
    "In einer beigefügten Übersicht werden zusätzlich im Einzelnen alle Ziele und Maßnahmen des Konzeptes mit ihrem Sachstand "
    "dargestellt."
)


def method_draft(appendix: Appendix, span: tuple[date, date]) -> str:
    """Return how the result came about: who reported when, what is rated, the scheme. `span`: first and last day for reports."""
    lines = [line for row in appendix.rows for line in row.owed_units]
    counting = [line for line in lines if line.counts]
    units = len({line.slug for line in counting})
    missing = sum(line.is_missing for line in lines)
    basis = (
        f"In der Berichtsrunde „{appendix.round_title}“ {_reporting(units)} "
        f"vom {span[0]:%d.%m.%Y} bis {span[1]:%d.%m.%Y} über den Stand der Maßnahmen berichtet. Die Angaben der für die jeweiligen "
        f"Ziele zuständigen Organisationseinheiten bilden dabei die {_basis(appendix)}: "
        f"{_count(len(counting), 'Sachstandsbericht liegt', 'Sachstandsberichte liegen')} vor"
        f"{f', {missing} stehen aus' if missing > 1 else ', einer steht aus' if missing else ''}."
        if counting
        else ""
    )
    if not appendix.has_ratings:
        return "\n\n".join(filter(None, [basis, _INTERIM_RESULT]))
    agreed = sum(row.is_agreed for row in appendix.rows)
    board = (
        f"Die Bewertungen wurden im verwaltungsinternen Jour fixe abgestimmt{_progress(agreed, len(appendix.rows))}."
        if counting and agreed
        else ""
    )
    return "\n\n".join(filter(None, [basis, board, f"{_SCOPE} {_SCHEME}", _RESULT]))


def _reporting(units: int) -> str:
    return f"{'hat' if units == 1 else 'haben'} {_count(units, 'Organisationseinheit', 'Organisationseinheiten')}"


def _basis(appendix: Appendix) -> str:
    return "Bewertungsgrundlage" if appendix.has_ratings else "Grundlage"


def _progress(agreed: int, total: int) -> str:
    return "" if agreed == total else f" (bisher {agreed} von {total})"


_KINDS_MATTER: Final = (
    "Die verschiedenen Zielarten begründen, dass ein einheitlicher Bewertungsmaßstab zur Zielerreichung nicht stringent "
    "möglich war."
)


def conclusion_draft(appendix: Appendix) -> str:
    """Return the distribution in words and the Kennzeichen, as a start. Only what is agreed counts; never an average (rule 1)."""
    if not appendix.has_ratings:
        reported = sum(1 for row in appendix.rows if any(line.counts for line in row.owed_units))
        return f"Zu {reported} von {_count(len(appendix.rows), 'Maßnahme', 'Maßnahmen')} liegt ein Sachstandsbericht vor."
    parts = [_grades(appendix.rows), _markers(appendix.rows), _goal_kinds(appendix.rows)]
    return "\n\n".join(filter(None, parts))


def _grades(rows: Sequence[AppendixRow]) -> str:
    total = len(rows)
    counts = Counter(row.grade for row in rows if row.standing == Standing.AGREED)
    lines = [
        f"- {grade.word}: {_count(counts[grade], 'Maßnahme', 'Maßnahmen')} ({_percent(counts[grade], total)})"
        for grade in Grade
        if counts[grade]
    ]
    not_rated = sum(row.standing == Standing.NOT_RATED for row in rows)
    if not_rated:
        lines.append(f"- nicht bewertet: {_count(not_rated, 'Maßnahme', 'Maßnahmen')} ({_percent(not_rated, total)})")
    waiting = total - sum(row.is_agreed for row in rows)
    if waiting:
        lines.append(f"- noch nicht abgestimmt: {_count(waiting, 'Maßnahme', 'Maßnahmen')} ({_percent(waiting, total)})")
    if not lines:
        return ""
    head = f"Der Zielerreichungsgrad der {_count(total, 'Maßnahme', 'Maßnahmen')} verteilt sich wie folgt:"
    return "\n".join([head, *lines])


_MARKED: Final = {
    Marker.ROUTINE: "dauerhaft als Routine verankert",
    Marker.CONTINUE: "mit Weiterführungsbedarf gekennzeichnet",
    Marker.INFLUENCE: "mit fraglicher Zuständigkeit bzw. kommunaler Einflussmöglichkeit gekennzeichnet",
    Marker.CONDITIONS: "mit veränderten Rahmenbedingungen gekennzeichnet",
}


def _markers(rows: Sequence[AppendixRow]) -> str:
    agreed = [row for row in rows if row.is_agreed]
    return " ".join(filter(None, (_marked(marker, agreed) for marker in Marker.voted())))


def _marked(marker: Marker, rows: Sequence[AppendixRow]) -> str:
    """How many agreed Maßnahmen carry the Kennzeichen; where it is nicht überliefert, that is said and never counted as „no“."""
    count = sum(row.markers[marker] is True for row in rows)
    unknown = sum(row.markers[marker] is None for row in rows)
    if not count:
        return ""
    note = f"; für {_count(unknown, 'Maßnahme', 'Maßnahmen')} ist dieses Kennzeichen nicht überliefert" if unknown else ""
    return f"{_count(count, 'Maßnahme ist', 'Maßnahmen sind')} {_MARKED[marker]}{note}."


def _goal_kinds(rows: Sequence[AppendixRow]) -> str:
    kinds = Counter({row.goal_number: row.goal_kind for row in rows}.values())
    named = [f"{kinds[kind]} {kind if kinds[kind] == 1 else plural}" for kind, plural in _KINDS.items() if kinds[kind]]
    if len(named) < 2:
        return ""
    return f"Dem Konzept liegen unterschiedliche Zielkategorien zugrunde: {_enumeration(named)}. {_KINDS_MATTER}"


def _percent(part: int, total: int) -> str:
    return f"{100 * part / total:.0f} Prozent"


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"


def _word(number: int) -> str:
    return _WORDS[number] if 0 < number < len(_WORDS) else str(number)


def _enumeration(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} und {last}" if most else last
