"""The open round of the example, three weeks old: every state, rating and marker, questions, a merger, and much still to do."""

from datetime import date, datetime
from functools import partial
from typing import Final

from evalportal.example.chapters import BEGUN, write_chapters
from evalportal.example.plan import Fate, fate
from evalportal.example.responsibilities import MERGED_INTO, MERGED_UNIT
from evalportal.example.stage import Stage
from evalportal.example.timeline import Timeline
from goals.models import OrgUnit
from ratings import rounds, workflow
from ratings.agreement import Decided
from ratings.appendix import live_appendix
from ratings.rollup import Progress
from ratings.scheme import Grade, Marker

_MERGER, _MEETINGS, _LAST_DAY = 10, (11, 18), 20

QUESTIONS: Final = {
    "76.1": "Sie nennen 15 von 21 Kommunen. Welche Kommunen fehlen noch, und bis wann ist dort ein Angebot geplant?",
    "10.1": "Wie viele der beratenen Personen haben eine Förderung erhalten? Bitte nennen Sie die Zahl für beide Halbjahre.",
    "20.3": "Gelten die vier Wochen auch für Ankommende in den nördlichen Gemeinden?",
    "28.1": "Bitte ergänzen Sie, welche Angebote sich ausdrücklich an Väter richten.",
    "9.1": "Hat sich die Bearbeitungsdauer seit der Gesetzesänderung verändert?",
}
ANSWERS: Final = {
    "10.1": "Im ersten Halbjahr 14, im zweiten bisher 9. Wir tragen die Zahlen im Bericht nach.",
    "20.3": "Ja, seit August auch dort; der Kurs in Quakenbrück hat die Lücke geschlossen.",
    "28.1": "Zwei der fünf Angebote: die Vätersamstage in der Kita und der Abendkurs des Familienzentrums.",
    "9.1": "Sie ist von elf auf vierzehn Monate gestiegen, weil sich die Zahl der Anträge verdoppelt hat.",
}
RETURNED_INSIDE: Final = (
    "Bitte nennen Sie die Zahl der Abbrüche in der Probezeit; ohne sie ist die Einstufung nicht nachvollziehbar."
)
DROPPED: Final = {
    "16.1": "Die Volkshochschule beteiligt sich in dieser Runde nicht; ihre Kurse sind unter 20.4 berichtet.",
    "23.2": "Die Fachberatung der Jugendhilfe berichtet in dieser Runde nur zu 31.1.",
}

# Decisions that do not follow the lead's proposal.
DECISIONS: Final = {
    "8.1": Decided(None, reason="Das Pilotprojekt wurde im Frühjahr beendet; eine Bewertung für diese Runde ist nicht sinnvoll."),
    "18.1": Decided(None, reason="Die Maßnahme wird erst nach der Sitzung der Sicherheitspartnerschaft bewertet."),
    "16.2": Decided(
        Grade.MEDIUM,
        {Marker.ROUTINE: True, Marker.CONDITIONS: True},
        reason="Die Bearbeitung dauert nach den Rückmeldungen der Kommunen noch zu lange.",
        remark="Die Bearbeitungszeiten sollen zur nächsten Runde ausgewiesen werden.",
    ),
    "46.1": Decided(
        Grade.LOW, {Marker.CONTINUE: True, Marker.INFLUENCE: True}, reason="Die Anerkennung dauert in der Regel über ein Jahr."
    ),
    "72.1": Decided(
        Grade.UNCLEAR, {Marker.CONTINUE: True}, reason="Die Aufgabenverteilung im Ehrenamtsmanagement wird gerade neu geregelt."
    ),
}
# Agreed although a report is still missing: the Zuarbeit comes later and makes it „erneut prüfen“.
_EARLY_AGREED: Final = ("62.1",)
# With a question to come.
_KEPT: Final = frozenset(QUESTIONS) - {"9.1"}
# Reported and einig, but kept for a later meeting.
_LATER_FIELDS: Final = frozenset({8, 9})


def play_open_round(stage: Stage, start: date) -> None:
    """Play the round from its opening to yesterday."""
    line = Timeline(start)
    stage.round = rounds.open_round(stage.round.pk, user=stage.people.coordinator, now=line.moment(0))
    for number, unit in stage.places():
        _report(stage, line, number, unit)
    line.add(_MERGER, partial(_merge, stage))
    _after_merger(stage, line)
    for meeting, day in enumerate(_MEETINGS):
        line.add(day, partial(_meet, stage, first=meeting == 0), "Sitzung")
    line.add(_LAST_DAY, partial(write_chapters, stage, only=BEGUN))
    line.run()


def _report(stage: Stage, line: Timeline, number: str, unit: str) -> None:
    found, day = fate(number, unit)
    seed = (number, unit, "Bericht")
    place = (number, unit)
    if unit == MERGED_UNIT and found != Fate.OPEN:
        day = min(day, _MERGER - 4)
    if found == Fate.OPEN:
        return
    if found == Fate.DRAFT:
        line.add(day, partial(stage.begin, *place), *seed)
        return
    if found == Fate.DROPPED:
        line.add(6, partial(stage.drop, *place, DROPPED[number]), *seed)
        return
    line.add(day, partial(stage.unchanged if found == Fate.UNCHANGED else stage.hand_in, *place), *seed)
    if found == Fate.RETURNED_INSIDE:
        line.add(day + 3, partial(stage.send_back, *place, RETURNED_INSIDE), *seed)
    elif stage.wants_approval(unit) and found != Fate.AWAITING:
        line.add(min(day + 3, _LAST_DAY), partial(stage.approve, *place), *seed)
    if found == Fate.WITHDRAWN:
        line.add(day + 3, partial(stage.withdraw, *place), *seed)
    if number in QUESTIONS and found in _ASKED:
        _question(stage, line, found, place, seed)


_ASKED: Final = {Fate.ASKED, Fate.ANSWERED, Fate.RESUBMITTED, Fate.SETTLED}


def _question(stage: Stage, line: Timeline, found: Fate, place: tuple[str, str], seed: tuple[str, ...]) -> None:
    number = place[0]
    line.add(14, partial(stage.ask, *place, QUESTIONS[number]), *seed)
    if found == Fate.ANSWERED:
        line.add(17, partial(stage.answer, *place, ANSWERS[number]), *seed)
    if found in (Fate.RESUBMITTED, Fate.SETTLED):
        line.add(19, partial(stage.hand_in, *place, answer=ANSWERS[number], addition=ANSWERS[number]), *seed)
    if found == Fate.SETTLED:
        line.add(_LAST_DAY, partial(stage.settle, *place), *seed)


def _merge(stage: Stage, at: datetime) -> None:
    """The fictional Sprachbüro becomes a part of the Bildungsmanagement; what it owed is carried over."""
    unit = OrgUnit.objects.get(slug=MERGED_UNIT)
    unit.is_active, unit.successor = False, OrgUnit.objects.get(slug=MERGED_INTO)
    workflow.log(unit, user=stage.people.coordinator, now=at, what=f"In „{unit.successor}“ aufgegangen")
    unit.full_clean()
    unit.save()
    rounds.sync_owed(stage.round.pk, user=stage.people.coordinator, now=at)


def _after_merger(stage: Stage, line: Timeline) -> None:
    line.add(15, partial(stage.hand_in, "26.2", MERGED_INTO), "26.2", MERGED_INTO)
    line.add(17, partial(stage.begin, "22.1", MERGED_INTO), "22.1", MERGED_INTO)


def _meet(stage: Stage, at: datetime, *, first: bool) -> None:
    """Agree on everything that is einig and not kept for later, on the decisions above, and on what is agreed early."""
    rows = live_appendix(stage.round).rows
    for row in rows:
        if row.is_agreed or row.roll_up.nobody_responsible:
            continue
        ready = row.progress == Progress.UNANIMOUS and row.field_position not in _LATER_FIELDS and row.number not in _KEPT
        if row.number in DECISIONS and not first and not row.roll_up.missing:
            stage.agree(row.number, at, DECISIONS[row.number])
        elif row.number not in DECISIONS and (ready or (first and row.number in _EARLY_AGREED)):
            stage.agree(row.number, at)
