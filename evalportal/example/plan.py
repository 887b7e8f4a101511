"""What happens to each report of the open round, and which grade and markers the units propose over the three rounds."""

import enum
from typing import Final

from evalportal.example.texts import number_for, pick
from ratings.scheme import Grade, Marker

ROUNDS: Final = ("beispiel-2024", "beispiel-2025", "beispiel")

_FIRST: Final = (Grade.HIGH,) * 9 + (Grade.MEDIUM,) * 7 + (Grade.LOW,) * 3 + (Grade.UNCLEAR,)
_BETTER: Final = {
    Grade.HIGH: Grade.HIGH,
    Grade.MEDIUM: Grade.HIGH,
    Grade.LOW: Grade.MEDIUM,
    Grade.UNCLEAR: Grade.MEDIUM,
}
_WORSE: Final = {
    Grade.HIGH: Grade.MEDIUM,
    Grade.MEDIUM: Grade.LOW,
    Grade.LOW: Grade.LOW,
    Grade.UNCLEAR: Grade.LOW,
}

# What the story of the open round asks for, whatever the pattern would give.
_OPEN_GRADES: Final = {
    "2.1": Grade.HIGH,
    "9.1": Grade.MEDIUM,
    "10.1": Grade.MEDIUM,
    "15.2": Grade.HIGH,
    "16.2": Grade.HIGH,
    "18.1": Grade.UNCLEAR,
    "26.3": Grade.MEDIUM,
    "44.1": Grade.MEDIUM,
    "76.1": Grade.MEDIUM,
    "85.2": Grade.HIGH,
}
# Contributing units that see it otherwise than the lead: uneinig.
DISPUTED: Final = {"15.2": Grade.LOW, "26.3": Grade.HIGH, "44.1": Grade.HIGH, "85.2": Grade.MEDIUM}
_OPEN_MARKERS: Final = {
    "9.1": frozenset({Marker.CONTINUE, Marker.CONDITIONS}),
    "44.1": frozenset({Marker.CONTINUE, Marker.INFLUENCE}),
    "76.1": frozenset({Marker.CONTINUE}),
    "17.1": frozenset({Marker.ROUTINE}),
}


def lead_grade(number: str, index: int) -> Grade:
    """Return the lead's proposal for a Maßnahme in round `index` of `ROUNDS`: mostly as before, sometimes better, rarely worse."""
    if index == 0:
        return pick(_FIRST, number, "erste Runde")
    if ROUNDS[index] == "beispiel" and number in _OPEN_GRADES:
        return _OPEN_GRADES[number]
    before = lead_grade(number, index - 1)
    step = number_for(number, index, "Schritt") % 10
    return _BETTER[before] if step < 3 else _WORSE[before] if step == 3 else before


def contributing_grade(number: str, index: int) -> Grade | None:
    """Return the grade of a contributing unit: most leave it open, the others agree with the lead, a few do not."""
    if ROUNDS[index] == "beispiel" and number in DISPUTED:
        return DISPUTED[number]
    if number == "89.2" or number_for(number, "Zuarbeit") % 3:
        return None
    return lead_grade(number, index)


def markers(number: str, index: int) -> frozenset[Marker]:
    """Return the markers that the lead proposes."""
    if ROUNDS[index] == "beispiel" and number in _OPEN_MARKERS:
        return _OPEN_MARKERS[number]
    grade = lead_grade(number, index)
    found = set()
    if grade == Grade.HIGH and number_for(number, "R") % 5 < 3:
        found.add(Marker.ROUTINE)
    if number_for(number, index, "weiter") % 10 < (1 if grade == Grade.HIGH else 4):
        found.add(Marker.CONTINUE)
    if number_for(number, "Einfluss") % 10 < (0 if grade == Grade.HIGH else 3):
        found.add(Marker.INFLUENCE)
    if number_for(number, index, "Rahmen") % 14 == 0:
        found.add(Marker.CONDITIONS)
    return frozenset(found)


class Fate(enum.Enum):
    """What becomes of one report until today."""

    OPEN = enum.auto()
    DRAFT = enum.auto()
    AWAITING = enum.auto()
    SUBMITTED = enum.auto()
    UNCHANGED = enum.auto()
    WITHDRAWN = enum.auto()
    ASKED = enum.auto()  # returned with a Rückfrage that is open
    ANSWERED = enum.auto()  # the unit has answered and still reworks the report
    RESUBMITTED = enum.auto()  # answered and submitted again; nobody has settled it
    SETTLED = enum.auto()
    RETURNED_INSIDE = enum.auto()  # by the unit's own approver
    DROPPED = enum.auto()


_MG, _MA, _UM, _AS = "migrationszentrum", "massarbeit", "uebergangsmanagement", "arbeitgeberservice"

# Fate, and the day of the round on which it is handed in (None: by the pattern).
FATES: Final[dict[tuple[str, str], tuple[Fate, int | None]]] = {
    ("1.1", _MG): (Fate.SUBMITTED, 6),
    ("2.1", _MG): (Fate.AWAITING, 18),
    ("3.1", _MG): (Fate.DRAFT, 13),
    ("3.2", _MG): (Fate.OPEN, None),
    ("4.1", _MG): (Fate.SUBMITTED, 4),
    ("5.1", _MG): (Fate.AWAITING, 19),
    ("76.1", _MG): (Fate.ASKED, 8),
    ("20.2", _MG): (Fate.DRAFT, 16),
    ("26.3", _MG): (Fate.SUBMITTED, 9),
    ("46.1", _MG): (Fate.SUBMITTED, 6),
    ("62.1", _MG): (Fate.SUBMITTED, 15),
    ("72.1", _MG): (Fate.SUBMITTED, 5),
    ("80.1", _MG): (Fate.AWAITING, 17),
    ("41.1", _MA): (Fate.SUBMITTED, 4),
    ("44.1", _MA): (Fate.SUBMITTED, 6),
    ("44.2", _MA): (Fate.DRAFT, 17),
    ("44.3", _MA): (Fate.RETURNED_INSIDE, 12),
    ("45.1", _MA): (Fate.AWAITING, 19),
    ("15.2", _MA): (Fate.SUBMITTED, 7),
    ("21.1", _MA): (Fate.OPEN, None),
    ("43.1", _UM): (Fate.OPEN, None),
    ("43.2", _UM): (Fate.UNCHANGED, 8),
    ("33.1", _UM): (Fate.OPEN, None),
    ("45.2", _AS): (Fate.SUBMITTED, 5),
    ("48.1", _AS): (Fate.OPEN, None),
    ("47.1", _AS): (Fate.OPEN, None),
    ("7.1", "abteilung-integration-auslaender"): (Fate.UNCHANGED, 4),
    ("9.1", "abteilung-integration-auslaender"): (Fate.SETTLED, 5),
    ("10.1", "abteilung-integration-auslaender"): (Fate.ANSWERED, 9),
    ("85.2", "abteilung-integration-auslaender"): (Fate.SUBMITTED, 6),
    ("46.1", "abteilung-integration-auslaender"): (Fate.SUBMITTED, 6),
    ("20.3", "vhs"): (Fate.RESUBMITTED, 6),
    ("26.3", "vhs"): (Fate.SUBMITTED, 8),
    ("62.1", "vhs"): (Fate.SUBMITTED, 5),
    ("16.1", "vhs"): (Fate.DROPPED, None),
    ("23.2", "jugendhilfe"): (Fate.DROPPED, None),
    ("28.1", "fachdienst-bildung"): (Fate.SETTLED, 6),
    ("17.1", "fachdienst-ordnung"): (Fate.UNCHANGED, 5),
    ("16.2", "fachdienst-ordnung"): (Fate.SUBMITTED, 5),
    ("18.1", "fachdienst-ordnung"): (Fate.SUBMITTED, 6),
    ("64.1", "referat-strategische-planung"): (Fate.WITHDRAWN, 9),
    ("85.2", "referat-strategische-planung"): (Fate.SUBMITTED, 10),
    ("15.2", "beispiel-soziales"): (Fate.SUBMITTED, 5),
    ("89.2", "beispiel-soziales"): (Fate.SUBMITTED, 9),
    ("44.1", "gleichstellungsbeauftragte"): (Fate.SUBMITTED, 8),
    ("52.1", "caritasverband"): (Fate.SUBMITTED, 10),
    ("70.1", "kreissportbund"): (Fate.SUBMITTED, 10),
    ("47.1", "wigos"): (Fate.OPEN, None),
    ("22.1", "beispiel-sprachbuero"): (Fate.SUBMITTED, 4),
    ("26.2", "beispiel-sprachbuero"): (Fate.SUBMITTED, 5),
    ("26.1", "beispiel-sprachbuero"): (Fate.DRAFT, 6),
    ("25.1", "beispiel-sprachbuero"): (Fate.OPEN, None),
    ("20.1", "beispiel-sprachbuero"): (Fate.OPEN, None),
}
# Units that have sent nothing so far.
LATE_UNITS: Final = frozenset({"fachdienst-gesundheit", "kjgd", "team-zahngesundheit"})


def fate(number: str, slug: str) -> tuple[Fate, int]:
    """Return what becomes of a report in the open round, and on which day it is handed in or last worked on."""
    found, day = FATES.get((number, slug), (None, None))
    if found is None:
        chance = number_for(number, slug, "Stand") % 100
        found = Fate.SUBMITTED if chance < 69 else Fate.DRAFT if chance < 84 else Fate.OPEN
        if slug in LATE_UNITS:
            found = Fate.OPEN
    return found, day if day is not None else 2 + number_for(number, slug, "Tag") % 17
