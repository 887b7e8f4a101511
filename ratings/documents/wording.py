"""The sentences that every file of the Anhang carries: title, state, selection, and what the data does not tell."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.rollup import Standing, UnitLine
from ratings.scheme import Marker

EXAMPLE_NOTE: Final = "Beispieldaten: Berichte, Bewertungen und Angaben in dieser Datei sind erfunden."
_INTERIM_EXAMPLE_NOTE: Final = "Beispieldaten: Berichte und Angaben in dieser Datei sind erfunden."
MANDATORY_NOTE: Final = f"{Marker.MANDATORY.symbol}: {Marker.MANDATORY.word}."
UNKNOWN: Final = "nicht überliefert"
NOTHING_FOUND: Final = "Keine Maßnahme entspricht der Auswahl."


def german_date(day: date) -> str:
    """TT.MM.JJJJ (DIN 5008)."""
    return f"{day:%d.%m.%Y}"


def title(appendix: Appendix) -> str:
    """The title of the published appendix: „Evaluationsergebnisse Konzept Migration und Integration 2018-2022“."""
    concept = appendix.concept_title if "konzept" in appendix.concept_title.lower() else f"Konzept {appendix.concept_title}"
    return f"{'Evaluationsergebnisse' if appendix.has_ratings else 'Sachstand'} {concept}"


def subtitle(appendix: Appendix) -> str:
    if appendix.has_ratings:
        return "Übersicht: Bewertung der inhaltlichen Zielerreichung der Maßnahmen"
    return "Übersicht: Sachstand der Maßnahmen"


def sheet_title(appendix: Appendix) -> str:
    """What the file is: the Anhang of the report, or, without ratings, a Sachstand."""
    return "Anhang" if appendix.has_ratings else "Sachstand"


def example_note(appendix: Appendix) -> str:
    return EXAMPLE_NOTE if appendix.has_ratings else _INTERIM_EXAMPLE_NOTE


def summary_of(line: UnitLine) -> str:
    """„MaßArbeit (Stand 12.11.2026): Drei Kurse laufen.“; empty where no Kurzfassung was loaded."""
    if not line.texts or not line.texts.summary:
        return ""
    as_of = f" (Stand {german_date(line.as_of)})" if line.as_of else ""
    return f"{line.short_name}{as_of}: {line.texts.summary}"


def state(appendix: Appendix) -> str:
    """„Entwurf (in Abstimmung)“ or „freigegeben am 22.11.2026, Fassung 1“."""
    version = f", Fassung {appendix.version}" if appendix.version else ""
    if appendix.is_draft:
        return f"Entwurf ({appendix.state_word}{version})"
    if appendix.released_on:
        return f"freigegeben am {german_date(appendix.released_on)}{version}"
    return f"freigegeben{version}"


def selection_line(appendix: Appendix, selection: str) -> str:
    """„134 Maßnahmen“, or „12 von 134 Maßnahmen: Handlungsfeld Sprache, gering“. `selection`: the active filter in words."""
    shown = len(appendix.rows)
    if shown == appendix.total and not selection:
        return f"{shown} Maßnahme" if shown == 1 else f"{shown} Maßnahmen"
    return f"{shown} von {appendix.total} Maßnahmen" + (f": {selection}" if selection else "")


def running_words(appendix: Appendix, sheet: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what stands left and right in the head and in the foot of every printed page of a sheet."""
    example = "Beispieldaten · " if appendix.is_example else ""
    head = f"{appendix.concept_short_title} · {appendix.round_title}", f"{example}{state(appendix)}"
    return head, (f"Stand {german_date(appendix.as_of)} · Blatt „{sheet}“", "")


def shared_reason(rows: Sequence[AppendixRow]) -> str:
    """Return why Maßnahmen are agreed to be not rated, if several share one reason: then one note says it."""
    reasons = [row.reason for row in rows if row.standing == Standing.NOT_RATED]
    return reasons[0] if len(reasons) > 1 and len(set(reasons)) == 1 else ""


def shared_reason_note(rows: Sequence[AppendixRow]) -> str:
    reason = shared_reason(rows)
    count = sum(row.standing == Standing.NOT_RATED for row in rows)
    return f"Nicht bewertet ({count} Maßnahmen): {reason}{'' if reason.endswith('.') else '.'}" if reason else ""


def unknown_markers(rows: Sequence[AppendixRow]) -> tuple[str, frozenset[Marker]]:
    """Return (note on Kennzeichen that the source does not tell, those of them that each row has to say for itself).

    „Kennzeichen ↗ nicht überliefert; ➔ und □ ab Ziel 32 nicht überliefert“: told in one sentence where it is unknown for all
    shown rows or from one Ziel on; otherwise the rows concerned carry it.
    """
    phrases: dict[str, list[Marker]] = {}
    in_rows = set()
    for marker in Marker.voted():
        unknown = [row for row in rows if getattr(row, marker.value) is None]
        if not unknown:
            continue
        first = min(unknown, key=lambda row: row.goal_sort_key)
        known_keys = [row.goal_sort_key for row in rows if getattr(row, marker.value) is not None]
        if not known_keys:
            phrase = UNKNOWN
        elif first.goal_sort_key > max(known_keys):
            phrase = f"ab Ziel {first.goal_number} {UNKNOWN}"
        else:
            phrase = f"teilweise {UNKNOWN} (dort mit „?“)"
            in_rows.add(marker)
        phrases.setdefault(phrase, []).append(marker)
    parts = [f"{_listed([marker.symbol for marker in markers])} {phrase}" for phrase, markers in phrases.items()]
    note = f"Kennzeichen {'; '.join(parts)}. Was nicht überliefert ist, bedeutet nicht „nein“." if parts else ""
    return note, frozenset(in_rows)


def _listed(words: Sequence[str]) -> str:
    return " und ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
